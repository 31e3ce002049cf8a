"""The balance of a hand-over statement as a workbook: the same numbers, and formulas that reckon them again.

The numbers are those of `handover_facts`, the words those of the page. How any workbook is written safely stands in
`pipelines.spreadsheets`; here a formula is only what reckons, never what a file says.
"""

from collections.abc import Mapping
from io import BytesIO
from typing import Final

from markupsafe import Markup
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from pipelines.reports import labels
from pipelines.reports.asking import Row
from pipelines.reports.facts import Facts
from pipelines.reports.handover_facts import EQUATIONS, MERGER_MAP, NUMBERS, Handover
from pipelines.reports.languages import VIETNAMESE
from pipelines.reports.privacy import mask_numbers
from pipelines.reports.publications import Publication
from pipelines.reports.writing import hexadecimal
from pipelines.spreadsheets import TEXT, new_workbook, print_on

NOT_PUBLISHED: Final = "Dữ liệu này chưa được công bố: chưa có mã băm để ký, không được ký biên bản."
_HEAD: Final = {"bold": True, "text_wrap": True, "align": "center", "valign": "vcenter", "bg_color": "#DDEBF7"}
_EDGE: Final = {"border": 1, "border_color": "#8C8C8C"}
_FORMATS: Final[dict[str, dict[str, object]]] = {
    "title": {"bold": True, "font_size": 14},
    "line": {},
    "head": {**_HEAD, **_EDGE},
    "text": {"text_wrap": True, **_EDGE},
    "count": {"num_format": "#,##0", **_EDGE},
    "sum text": {"bold": True, "text_wrap": True, "bg_color": "#F2F2F2", **_EDGE},
    "sum": {"num_format": "#,##0", "bold": True, "bg_color": "#F2F2F2", **_EDGE},
    "off": {"bold": True, "font_color": "#9C2622", "bg_color": "#FDE9E7"},
}
_FILE_COLUMNS: Final = {"STT": 5, "Tệp": 34, "Dữ liệu": 11, "Trùng hoàn toàn với": 20, "Bảng mã": 11}
_FIRST: Final = len(_FILE_COLUMNS)
"""The column in which the numbers begin."""
_CHECKS: Final = _FIRST + len(NUMBERS)
_HOLDS: Final = _CHECKS + len(EQUATIONS)
_HELD: Final = {True: "khớp", False: "lệch"}
RELATIONS: Final = {
    "placed": "đã xếp = dòng nguồn trong kho",
    "kept": "giữ = bản ghi chính trong kho",
    "merged": "gộp = dòng đã gộp trong kho",
    "unplaced": "chưa xếp = dòng trong danh sách chưa xếp",
    "quarantined": "giữ riêng = dòng trong danh sách giữ riêng",
}


def handover_workbook(handover: Handover, facts: Facts, publication: Publication | None) -> bytes:
    """The workbook of one old commune; equal facts give equal bytes."""
    made = BytesIO()
    workbook = new_workbook(made, _title(handover, facts), facts.commune.started_at)
    book = _Book(workbook, handover, facts, publication)
    book.balance()
    book.quarantine()
    book.unplaced()
    book.hashes()
    workbook.close()
    return made.getvalue()


def _title(handover: Handover, facts: Facts) -> str:
    new = f"{facts.commune.kind} {facts.commune.name}".strip()
    return f"Bàn giao dữ liệu của {_place(handover)} cho {new} (mã {facts.commune.code})"


def _place(handover: Handover) -> str:
    return f"{handover.kind or 'xã'} {handover.name} cũ (mã {handover.code})".replace("  ", " ")


class _Book:
    """A workbook that is being written: every text goes through one door, where personal numbers are masked."""

    def __init__(self, workbook: Workbook, handover: Handover, facts: Facts, publication: Publication | None) -> None:
        self._workbook, self._handover, self._facts, self._publication = workbook, handover, facts, publication
        self._formats: Mapping[str, Format] = {
            name: workbook.add_format(look if name in {"count", "sum", "off"} else {**TEXT, **look})
            for name, look in _FORMATS.items()
        }

    def balance(self) -> None:
        """One line a file, the sums, what the tables hold, and beside each number the formula that checks it."""
        numbers = [str(labels.LINE_PARTS[column]) for column in NUMBERS]
        checks = [
            f"({letter}) {labels.LINE_PARTS[whole].lower()} trừ các phần"
            for letter, (whole, _) in zip("abcd", EQUATIONS, strict=True)
        ]
        columns = {**_FILE_COLUMNS, **dict.fromkeys(numbers, 9), **dict.fromkeys(checks, 10), "Cân đối": 9}
        sheet, line = self._sheet("Cân đối", columns)
        first = line
        for number, row in enumerate(self._handover.files, start=1):
            sheet.write_number(line, 0, number, self._formats["count"])
            texts = (row["source_file"], self._dataset(row), row["duplicate_of"], row["encoding"])
            for at, text in enumerate(texts, start=1):
                self._text(sheet, line, at, text)
            for at, column in enumerate(NUMBERS, start=_FIRST):
                sheet.write_number(line, at, row[column], self._formats["count"])
            self._check(sheet, line, row, self._formats["count"])
            line += 1
        sums = {}
        for total in self._handover.totals:
            sums[total["dataset"]] = line
            self._sum(sheet, line, total, (first, first + len(self._handover.files) - 1))
            line += 1
        if not self._handover.files:
            self._text(sheet, line, 0, "Không có tệp nào được bàn giao.", "line")
        sheet.conditional_format(
            first,
            _CHECKS,
            max(line - 1, first),
            _HOLDS - 1,
            {"type": "cell", "criteria": "!=", "value": 0, "format": self._formats["off"]},
        )
        self._against_tables(sheet, line + 1, sums)

    def quarantine(self) -> None:
        """One line a record that could not be read: where it stands and why, never what it says."""
        columns = {"Tệp": 44, "Dòng trong tệp": 12, "Lý do": 60}
        sheet, line = self._sheet("Giữ riêng", columns)
        for group in self._handover.quarantine:
            for source_line in group["lines"]:
                self._text(sheet, line, 0, group["source_file"])
                self._number(sheet, line, 1, source_line)
                self._text(sheet, line, 2, labels.word(labels.QUARANTINE_REASONS, group["reason_code"]))
                line += 1
        if not self._handover.quarantine:
            self._text(sheet, line, 0, "Không có bản ghi nào phải giữ riêng.", "line")

    def unplaced(self) -> None:
        """One line a reason why records found no new commune, and how many."""
        sheet, line = self._sheet("Chưa xếp", {"Dữ liệu": 14, "Số bản ghi": 12, "Lý do": 90})
        first = line
        for group in self._handover.unplaced:
            self._text(sheet, line, 0, self._dataset(group))
            self._number(sheet, line, 1, group["rows"])
            self._text(sheet, line, 2, group["reason"])
            line += 1
        if not self._handover.unplaced:
            self._text(sheet, line, 0, "Không có bản ghi nào chưa xếp được.", "line")
            return
        self._text(sheet, line, 0, "Cộng", "sum text")
        self._text(sheet, line, 2, "", "sum text")
        cells = f"{xl_rowcol_to_cell(first, 1)}:{xl_rowcol_to_cell(line - 1, 1)}"
        rows = sum(group["rows"] for group in self._handover.unplaced)
        sheet.write_formula(line, 1, f"=SUM({cells})", self._formats["sum"], rows)

    def hashes(self) -> None:
        """What is signed for: the publication, then every file as it was handed over."""
        sheet, line = self._sheet("Mã băm", {"Nội dung": 60, "Giá trị": 76})
        publication = self._publication
        told: list[tuple[str, str | None]] = [("Phiên bản công bố", "chưa công bố")]
        if publication:
            told = [
                ("Phiên bản công bố", publication.version),
                ("Công bố lúc", VIETNAMESE.moment(publication.at)),
                ("Mã băm nội dung của phiên bản", publication.logical_hash),
                (f"SHA-256 của tệp {self._facts.commune.code}.duckdb", publication.sha256),
                ("Lệnh kiểm tra", f"hopnhat verify {self._facts.commune.code}.duckdb"),
            ]
        told += [(f"SHA-256 của tệp {row['source_file']}", row["sha256"]) for row in self._handover.files]
        if merger_map := self._facts.manifest.get(MERGER_MAP):
            told.append(("SHA-256 của bảng sáp nhập", merger_map))
        for name, value in told:
            self._text(sheet, line, 0, name)
            self._text(sheet, line, 1, value)
            line += 1

    def _sheet(self, name: str, columns: Mapping[str, int]) -> tuple[Worksheet, int]:
        """A new sheet with its titles and headings, and its first free line."""
        sheet = self._workbook.add_worksheet(name)
        published = f"Phiên bản {self._publication.version}." if self._publication else NOT_PUBLISHED
        mode = labels.word(labels.MODES, self._facts.commune.mode) or "không rõ chế độ"
        for line, text in enumerate((_title(self._handover, self._facts), f"Bản {mode}. {published}")):
            self._text(sheet, line, 0, text, "line" if line else "title")
        for at, (heading, width) in enumerate(columns.items()):
            sheet.set_column(at, at, width)
            self._text(sheet, 3, at, heading, "head")
        sheet.set_row(3, 48)
        sheet.freeze_panes(4, 2 if len(columns) > 3 else 0)
        print_on(sheet, 3, 3)
        return sheet, 4

    def _sum(self, sheet: Worksheet, line: int, total: Row, files: tuple[int, int]) -> None:
        """The sum of a data set, without files that repeat another one."""
        for at in range(_FIRST):
            self._text(sheet, line, at, {1: "Tổng", 2: self._dataset(total)}.get(at, ""), "sum text")
        dataset, repeats = (f"${name}${files[0] + 1}:${name}${files[1] + 1}" for name in ("C", "D"))
        own = f'({dataset}=$C{line + 1})*({repeats}="")'
        for at, column in enumerate(NUMBERS, start=_FIRST):
            cells = f"{xl_rowcol_to_cell(files[0], at)}:{xl_rowcol_to_cell(files[1], at)}"
            sheet.write_formula(line, at, f"=SUMPRODUCT({own}*{cells})", self._formats["sum"], total[column])
        self._check(sheet, line, total, self._formats["sum"])

    def _check(self, sheet: Worksheet, line: int, row: Row, look: Format) -> None:
        """By equation what is left over, and in one word whether nothing is."""
        for at, (whole, parts) in enumerate(EQUATIONS, start=_CHECKS):
            cells = [xl_rowcol_to_cell(line, _FIRST + NUMBERS.index(column)) for column in (whole, *parts)]
            left = row[whole] - sum(row[part] for part in parts)
            sheet.write_formula(line, at, f"={'-'.join(cells)}", look, left)
        checks = [f"{xl_col_to_name(at)}{line + 1}=0" for at in range(_CHECKS, _HOLDS)]
        held = all(row["holds"])
        sheet.write_formula(line, _HOLDS, f'=IF(AND({",".join(checks)}),"khớp","lệch")', look, _HELD[held])

    def _against_tables(self, sheet: Worksheet, line: int, sums: Mapping[str, int]) -> None:
        """What the balance states beside what the warehouse's tables hold of this old commune."""
        if not self._handover.checks:
            return
        heads = (
            "",
            "Đối chiếu với kho dữ liệu",
            "Dữ liệu",
            "",
            "",
            "Theo cân đối",
            "Trong kho",
            "Chênh lệch",
            "Cân đối",
        )
        for at, heading in enumerate(heads[1:], start=1):
            self._text(sheet, line, at, heading, "head")
        for row in self._handover.checks:
            line += 1
            for at, text in enumerate((RELATIONS.get(row["relation"], row["relation"]), self._dataset(row), "", ""), 1):
                self._text(sheet, line, at, text)
            stated, counted, left = (xl_rowcol_to_cell(line, _FIRST + at) for at in range(3))
            if row["dataset"] in sums:
                total = xl_rowcol_to_cell(sums[row["dataset"]], _FIRST + NUMBERS.index(row["relation"]))
                sheet.write_formula(line, _FIRST, f"={total}", self._formats["count"], row["stated"])
            else:
                sheet.write_number(line, _FIRST, row["stated"], self._formats["count"])
            sheet.write_number(line, _FIRST + 1, row["counted"], self._formats["count"])
            off = row["stated"] - row["counted"]
            sheet.write_formula(line, _FIRST + 2, f"={stated}-{counted}", self._formats["count"], off)
            held = f'=IF({left}=0,"khớp","lệch")'
            sheet.write_formula(line, _FIRST + 3, held, self._formats["count"], _HELD[not off])

    def _text(self, sheet: Worksheet, line: int, at: int, text: str | None, look: str = "text") -> None:
        if not text:
            sheet.write_blank(line, at, None, self._formats[look])
        else:
            hidden = text if isinstance(hexadecimal(text), Markup) else mask_numbers(text)
            sheet.write_string(line, at, hidden, self._formats[look])

    def _number(self, sheet: Worksheet, line: int, at: int, value: int | None) -> None:
        if value is None:
            sheet.write_blank(line, at, None, self._formats["count"])
        else:
            sheet.write_number(line, at, value, self._formats["count"])

    def _dataset(self, row: Row) -> str:
        return labels.word(labels.DATASETS, row["dataset"])
