"""`sheet_map.csv`: an officer's own numbers for map sheets, which win over the rule."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import polars as pl

from pipelines.parcels.sheet_map import Chosen, Sheet
from pipelines.reference_csv import read_reference_csv
from pipelines.vietnamese.map_systems import map_system

COLUMNS: Final = ("old_code", "map_system", "old_sheet_no", "new_sheet_no")


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
        systems = cells.select(system=map_system(pl.col("map_system").replace("", None)))["system"]
        lines: dict[Sheet, Chosen] = {}
        for (line, row), system in zip(table.lines, systems, strict=True):
            sheet = Sheet(row["old_code"].zfill(5), system, row["old_sheet_no"].lstrip("0").upper())
            if not (sheet.old_commune_code.isdecimal() and sheet.old_sheet_no and row["new_sheet_no"]):
                raise table.defect(
                    line,
                    "cần mã xã cũ 5 chữ số, số tờ cũ và số tờ mới.",
                    "a code of 5 digits, the old and the new sheet number are needed.",
                )
            if sheet in lines:
                raise table.defect(
                    line,
                    f"tờ {sheet.old_sheet_no} xã cũ {sheet.old_commune_code} đã có số ở dòng {lines[sheet].line}.",
                    f"this sheet has a number in line {lines[sheet].line} already.",
                )
            lines[sheet] = Chosen(row["new_sheet_no"], line)
        return cls(lines, table.sha256)

    def of(self, sheets: set[Sheet]) -> dict[Sheet, Chosen]:
        """The choices for these sheets; a line that names the map system comes before one for any."""
        any_system = {sheet: self.lines.get(sheet._replace(map_system=None)) for sheet in sheets}
        found = {sheet: self.lines.get(sheet) or any_system[sheet] for sheet in sheets}
        return {sheet: chosen for sheet, chosen in found.items() if chosen is not None}

    def reserved(self, systems: set[str | None]) -> set[tuple[str | None, str]]:
        """Map system and number of all lines, also of sheets that have not come yet: the rule gives them to nobody."""
        return {
            (system, chosen.new_sheet_no)
            for sheet, chosen in self.lines.items()
            for system in (systems if sheet.map_system is None else {sheet.map_system})
        }
