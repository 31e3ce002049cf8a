"""Dagster's webserver with the audit site beside its pages, for its own pages alone: `python -m assets.own_pages` takes
the options of `dagster-webserver`.

Dagster has no login, and runs what is asked for in an address. So any page on the internet that an officer has open in
the same browser could start a run here: `<img src="http://127.0.0.1:3000/graphql?query=mutation…">`. What a browser
sends for another page is refused here. This is no login: who can reach the port with a program of their own is let in.
"""

import os
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import dagster as dg
from dagster_webserver import app
from dagster_webserver.cli import main as webserver
from dagster_webserver.webserver import DagsterWebserver
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from assets.deployment import PARTITION_TAG
from assets.first_page import made_fit
from assets.instance import prepare_home
from assets.launchpad import speak_vietnamese
from assets.serving import routes_of

HOSTS: Final = "HOPNHAT_HOSTS"
"""The environment variable with further names, separated by commas, by which people reach the pages behind a login."""
_UNFINISHED: Final = [
    status
    for status in dg.DagsterRunStatus
    if status not in {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}
]
_OF_THIS_MACHINE: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_REFUSED: Final = "Yêu cầu không phải từ trang của Dagster trên máy này. (Not asked for by Dagster's own pages.)"


class OwnPagesOnly:
    """Lets through what Dagster's own pages ask for, under the names of this deployment."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        named = os.environ.get(HOSTS, "")
        self._hosts = _OF_THIS_MACHINE | {name.strip().lower() for name in named.split(",") if name.strip()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] in {"http", "websocket"} and not self._is_own(scope):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                await PlainTextResponse(_REFUSED, status_code=403)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_own(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        # By any other name of this machine, a page of the internet could take itself for one of ours.
        if _host(f"//{headers.get('host', '')}") not in self._hosts:
            return False
        # A browser tells with a socket and with what changes something which page asks.
        if "origin" in headers and _host(headers["origin"]) not in self._hosts:
            return False
        # It tells too whether another page asks: that may lead here by a link, and have nothing of ours in itself.
        from_elsewhere = headers.get("sec-fetch-site") in {"cross-site", "same-site"}
        if from_elsewhere and headers.get("sec-fetch-dest") != "document":
            return False
        if scope["type"] == "websocket":
            return True
        # What a page may send elsewhere without being asked is no JSON; Dagster's own pages send nothing else.
        if scope["method"] == "POST":
            return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"
        # An image, a link or a form of another page gets no query answered, nor carried out.
        return not scope["path"].rstrip("/").endswith("/graphql") or "text/html" in headers.get("accept", "")


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


class Webserver(DagsterWebserver):
    """Dagster's webserver, guarded, with what lies in the data folder for people to read."""

    def build_middleware(self) -> list[Middleware]:
        """The guard before all that Dagster puts there."""
        return [Middleware(OwnPagesOnly), *super().build_middleware()]

    def index_html_endpoint(self, request: Request) -> HTMLResponse:
        """Dagster's page, with every Vietnamese letter."""
        page: HTMLResponse = super().index_html_endpoint(request)
        page.body = made_fit(bytes(page.body).decode()).encode()
        page.headers["content-length"] = str(len(page.body))
        return page

    def build_routes(self) -> list[BaseRoute]:
        """Our routes first: the last of Dagster's takes every address."""
        context = self._process_context
        ours = routes_of(_data(), at_work=lambda: _at_work(context.instance), read_only=context.read_only)
        return [*ours, *super().build_routes()]  # type: ignore[no-untyped-call]


def _at_work(instance: dg.DagsterInstance) -> set[str]:
    """The codes of the communes of which a run works or waits for its turn."""
    runs = instance.get_runs(dg.RunsFilter(statuses=_UNFINISHED))
    return {run.tags[PARTITION_TAG].split(" ", 1)[0] for run in runs if PARTITION_TAG in run.tags}


def _data() -> Path:
    return Path(os.environ.get("HOPNHAT_DATA", "data"))


def main() -> None:
    """Become Dagster's webserver, guarded, with the data folder's own storage."""
    os.umask(0o077)
    prepare_home(_data())
    speak_vietnamese()
    app.DagsterWebserver = Webserver  # type: ignore[attr-defined]
    webserver()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
