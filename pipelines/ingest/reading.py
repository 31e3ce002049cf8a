"""One source → its tables: one of a text file, one a sheet of a workbook."""

from collections.abc import Mapping

from pipelines.ingest.containers import Unreadable
from pipelines.ingest.sheet_tables import read_workbook
from pipelines.ingest.sources import Source
from pipelines.ingest.tables import Table, unread
from pipelines.ingest.text_tables import read_text

MOST_LINES = 5_000_000
"""Lines beyond which a text file is refused: its rows are held together, and the largest commune has 300,000 people."""
_KEPT = 1_000_000
"""How many bytes are kept of a file that cannot be read."""
_PROBLEMS = {
    "locked": "tệp có mật khẩu, hoặc là .xls cũ; mở bằng Excel, bỏ mật khẩu và lưu lại thành .xlsx.",
    "no_access": "không có quyền đọc tệp.",
    "damaged": "tệp hỏng, hoặc không giải nén được.",
    "too_large": "nội dung lớn bất thường.",
    "not_text": "không phải văn bản, cũng không phải bảng tính .xlsx.",
}


def read_tables(source: Source, own: Mapping[str, str]) -> list[Table]:
    """The tables of a source; `own` is the officer's header mapping. What cannot be read is a table that says so.

    Taking a table's batches raises Unreadable when the file changed since it was surveyed.
    """
    try:
        if source.survey is None:
            raise source.refused or Unreadable("damaged")
        if source.document.kind == "workbook":
            return read_workbook(source.document, own)
        if not source.survey.is_text:
            raise Unreadable("not_text", next(source.document.blocks(), b""))
        if source.survey.ends > MOST_LINES:
            raise Unreadable("too_large", next(source.document.blocks(), b""))
        return [read_text(source.document, source.survey, own)]
    except Unreadable as problem:
        return [unread(source.name, problem.code, _PROBLEMS[problem.code], problem.head[:_KEPT])]
