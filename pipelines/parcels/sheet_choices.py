"""`sheet_map.csv`: an officer's own numbers for map sheets, which win over the rule."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from pipelines.communes import MergerMap
from pipelines.parcels.number_key import plain_number
from pipelines.parcels.sheet_map import Chosen, Sheet
from pipelines.reference_csv import read_reference_csv
from pipelines.vietnamese.map_systems import map_system

COLUMNS: Final = ("old_code", "map_system", "old_sheet_no", "new_sheet_no")
_NUMBER: Final = r"[0-9]{1,4}[A-Z]?"


@dataclass(frozen=True)
class SheetChoices:
    """The lines of the file: old commune, map system (None: any), old sheet, and the number chosen for it."""

    lines: dict[Sheet, Chosen] = field(default_factory=dict)
    sha256: str = ""
    """Of the file; empty when there is none."""

    @classmethod
    def read(cls, path: Path) -> "SheetChoices":
        """Read the officer's numbers; none when there is no file. Raises UnusableInput with the name and the line.

        Columns: `old_code`, `old_sheet_no`, `new_sheet_no`, and `map_system` where it matters; empty is any.
        """
        table = read_reference_csv(path, needed=("old_code", "old_sheet_no", "new_sheet_no"), allowed=COLUMNS)
        cells = pl.DataFrame([row for _, row in table.lines], schema=dict.fromkeys(COLUMNS, pl.String))
        read = cells.select(
            pl.col("old_code").str.zfill(5),
            map_system(pl.col("map_system").replace("", None)),
            plain_number(pl.col("old_sheet_no").replace("", None)).alias("old"),
            plain_number(pl.col("new_sheet_no").replace("", None)).alias("new"),
        )
        known = set(MergerMap.shipped().pairs["old_code"])
        lines: dict[Sheet, Chosen] = {}
        for (line, _), (code, system, old, new) in zip(table.lines, read.iter_rows(), strict=True):
            sheet = Sheet(code, system, old)
            if code not in known:
                raise table.defect(line, f"không có xã cũ nào mang mã «{code[:10]}».", "no old commune has this code.")
            if not old or not re.fullmatch(_NUMBER, new or ""):
                raise table.defect(
                    line,
                    "cần số tờ cũ, và số tờ mới là một số, có thể kèm một chữ cái (như 105, 12A).",
                    "the old sheet number is needed, and a new one that is a number, with a letter or none.",
                )
            if sheet in lines:
                raise table.defect(
                    line,
                    f"tờ {sheet.old_sheet_no} xã cũ {sheet.old_commune_code} đã có số ở dòng {lines[sheet].line}.",
                    f"this sheet has a number in line {lines[sheet].line} already.",
                )
            lines[sheet] = Chosen(new, line)
        return cls(lines, table.sha256)

    def of(self, sheets: set[Sheet]) -> dict[Sheet, Chosen]:
        """The choices for these sheets; a line that names the map system comes before one for any."""
        any_system = {sheet: self.lines.get(sheet._replace(map_system=None)) for sheet in sheets}
        found = {sheet: self.lines.get(sheet) or any_system[sheet] for sheet in sheets}
        return {sheet: chosen for sheet, chosen in found.items() if chosen is not None}

    def idle(self, codes: set[str], sheets: set[Sheet]) -> int:
        """How many lines for the old communes `codes` fit none of the sheets: not come yet, or mistyped."""
        there = sheets | {sheet._replace(map_system=None) for sheet in sheets}
        return sum(sheet.old_commune_code in codes and sheet not in there for sheet in self.lines)

    def reserved(self, systems: set[str | None]) -> set[tuple[str | None, str]]:
        """Map system and number of all lines, also of sheets that have not come yet: the rule gives them to nobody."""
        return {
            (system, chosen.new_sheet_no)
            for sheet, chosen in self.lines.items()
            for system in (systems if sheet.map_system is None else {sheet.map_system})
        }
