"""Where the webserver shows what lies in the data folder: the audit site, the receipts, the review workbook."""

from typing import Final

from pipelines.warehouse.versions import Mode

REPORTS: Final = "/bao-cao"
WORKBOOKS: Final = "/so-xem-xet"
START: Final = f"{REPORTS}/index.html"
"""The page over all communes, where the day begins."""


def report_address(mode: Mode, code: str, page: str = "index.html") -> str:
    """A page of a commune's audit site."""
    return f"{REPORTS}/{mode}/{code}/{page}"


def across_address(mode: Mode) -> str:
    """The page of what was found across communes."""
    return f"{REPORTS}/{mode}/across/index.html"


def receipt_address(receipt: str) -> str:
    """The page of a receipt, by its id."""
    return f"{REPORTS}/receipts/{receipt}.html"


def source_report_address(code: str) -> str:
    """The page of a commune's source files."""
    return f"{REPORTS}/sources/{code}.html"


def workbook_address(code: str) -> str:
    """The review workbook of a commune, made when it is asked for."""
    return f"{WORKBOOKS}/{code}.xlsx"
