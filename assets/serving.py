"""What the webserver shows beside Dagster's pages: the audit site, to be read only, and the review workbook.

Nothing else of the data folder can be had through it, and no browser or proxy keeps any of it. Which requests are
answered at all is seen to by `own_pages`.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from assets.addresses import REPORTS, START, WORKBOOKS
from assets.partitions import codes_of_deployment
from assets.reviewing import workbook_on_record
from pipelines.problems import UnusableInput
from pipelines.reports.languages import ENGLISH, VIETNAMESE
from pipelines.reports.site_index import render_site_index

_PAGE: Final = re.compile(r"(?:[A-Za-z0-9_-]{1,99}/){0,4}[A-Za-z0-9_-]{1,99}(?:\.en)?(\.html|\.xlsx)")
"""The names of pages and of the workbooks beside them; no name of a hidden, unfinished or lock file is one."""
_KINDS: Final = {
    ".html": "text/html",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_PRIVATE: Final = {
    "Cache-Control": "no-store",
    # Over each page's own policy, which names the scripts that may run. Dagster's pages are of the same origin: not
    # even a page that somebody changed may ask them for anything.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def routes_of(data: Path, *, at_work: Callable[[], set[str]], read_only: bool) -> list[BaseRoute]:
    """The routes of a data folder. `at_work` tells the codes of communes of which a run works or waits for its turn;
    `read_only`: no workbook is made, since that is put on record."""
    reports = data / "reports"

    def start(request: Request) -> Response:
        """The page over all communes, as things stand now."""
        language = ENGLISH if request.url.path.endswith(".en.html") else VIETNAMESE
        made = render_site_index(reports, language, codes_of_deployment(), at_work=at_work(), read_only=read_only)
        return HTMLResponse(made, headers=_PRIVATE)

    def page(request: Request) -> Response:
        """A page or a workbook of the audit site, which is reached by no link of the file system."""
        name = request.path_params["name"]
        path = reports / name
        if (known := _PAGE.fullmatch(name)) and path.is_file() and path.resolve() == reports.resolve() / name:
            given = None if known[1] == ".html" else path.name
            return FileResponse(path, media_type=_KINDS[known[1]], filename=given, headers=_PRIVATE)
        return _said(404, "Chưa có trang này.", "There is no such page.")

    def workbook(request: Request) -> Response:
        """The review workbook of a new commune, made anew."""
        code = request.path_params["code"]
        name = f"so-xem-xet-{code}.xlsx"
        if read_only:
            return _said(
                403, "Đây là trang chỉ đọc, không xuất sổ xem xét.", "These pages are read-only: no review workbook."
            )
        # A link of another page, or a browser that looks ahead, would put an export on record that nobody asked for.
        if request.method != "GET" or request.headers.get("sec-fetch-site", "none") not in {"none", "same-origin"}:
            return _said(
                403, "Hãy mở sổ xem xét từ trang Dagster hoặc trang đầu.", "Open the workbook from Dagster's pages."
            )
        try:
            made = workbook_on_record(data, code, name)
        except UnusableInput as problem:
            return PlainTextResponse(str(problem), 409, _PRIVATE)
        except Exception as problem:  # its message may hold values of rows
            kind = type(problem).__name__
            return _said(500, f"Không lập được sổ xem xét ({kind}).", "The workbook could not be made.")
        given = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(made, headers=_PRIVATE | given, media_type=_KINDS[".xlsx"])

    return [
        *(Route(address, lambda request: RedirectResponse(START)) for address in (REPORTS, f"{REPORTS}/")),
        *(Route(f"{REPORTS}/{name}", start) for name in ("index.html", "index.en.html")),
        Route(f"{REPORTS}/{{name:path}}", page),
        Route(f"{WORKBOOKS}/{{code}}.xlsx", workbook),
    ]


def _said(status: int, vi: str, en: str) -> Response:
    return PlainTextResponse(f"{vi} ({en})", status, _PRIVATE)
