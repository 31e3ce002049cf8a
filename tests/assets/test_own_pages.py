"""Dagster's pages answer their own requests, and none that another page in the officer's browser makes."""

import pytest

from assets.own_pages import OwnPagesOnly
from tests.assets.asking import done

PORT = "127.0.0.1:3000"
JSON = {"content-type": "application/json"}
LINK = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
FRAME = {"sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe"}
HTML = {"accept": "text/html,*/*"}


def answer(path, method="GET", kind="http", **headers):
    """What the guard sends for a request; 200 when it lets it through."""
    sent = []

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200})

    async def receive():
        return {"type": "http.request"}

    async def send(message):
        sent.append(message.get("status", message.get("code", 0)))

    names = {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "type": kind,
        "method": method,
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in names.items()],
    }
    done(OwnPagesOnly(app)(scope, receive, send))
    return sent[0]


@pytest.mark.parametrize(
    ("path", "method", "kind", "headers"),
    [
        ("/runs", "GET", "http", {"host": PORT, **HTML}),
        ("/graphql", "POST", "http", {"host": PORT, "origin": f"http://{PORT}", **JSON}),
        ("/graphql", "POST", "http", {"host": "localhost:3000", "content-type": "application/json; charset=utf-8"}),
        ("/graphql", "GET", "websocket", {"host": PORT, "origin": f"http://{PORT}"}),
        ("/graphql", "GET", "http", {"host": "[::1]:3000", **HTML}),
        ("/server_info", "GET", "http", {"host": PORT}),
        ("/bao-cao/index.html", "GET", "http", {"host": PORT, "sec-fetch-site": "cross-site", **LINK}),
    ],
)
def test_own_pages_are_answered(path, method, kind, headers):
    assert answer(path, method, kind, **headers) == 200


@pytest.mark.parametrize(
    ("why", "path", "method", "kind", "headers"),
    [
        ("an image of another page", "/graphql", "GET", "http", {"host": PORT, "accept": "image/*,*/*"}),
        ("the same behind a prefix", "/hn/graphql/", "GET", "http", {"host": PORT, "accept": "*/*"}),
        ("a form of another page", "/graphql", "POST", "http", {"host": PORT, "content-type": "text/plain"}),
        ("a report of another page", "/report_asset_check/x", "POST", "http", {"host": PORT}),
        ("a script of another page", "/graphql", "POST", "http", {"host": PORT, "origin": "https://a.example", **JSON}),
        ("a page without a name", "/graphql", "POST", "http", {"host": PORT, "origin": "null", **JSON}),
        ("a frame of another page", "/runs", "GET", "http", {"host": PORT, "sec-fetch-site": "cross-site", **FRAME}),
        ("an image of a page here", "/runs", "GET", "http", {"host": PORT, "sec-fetch-site": "same-site"}),
        ("a socket of another page", "/graphql", "GET", "websocket", {"host": PORT, "origin": "https://a.example"}),
        ("another name of this machine", "/graphql", "POST", "http", {"host": "a.example:3000", **JSON}),
        ("no name at all", "/runs", "GET", "http", HTML),
        ("a name that is none", "/runs", "GET", "http", {"host": "[", **HTML}),
    ],
)
def test_what_another_page_asks_for_is_refused(why, path, method, kind, headers):
    assert answer(path, method, kind, **headers) in {403, 1008}


def test_a_deployment_behind_a_login_has_a_name_of_its_own(monkeypatch):
    named = {"host": "hopnhat.xa.gov.vn", "origin": "https://hopnhat.xa.gov.vn", **JSON}
    assert answer("/graphql", "POST", **named) == 403
    monkeypatch.setenv("HOPNHAT_HOSTS", "hopnhat.xa.gov.vn, kho.xa.gov.vn")
    assert answer("/graphql", "POST", **named) == 200
