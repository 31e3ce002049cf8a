"""An officer's own mapping of headers: what an old commune calls a column that nobody else calls so."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.ingest.headers import COLUMNS, YEAR_OF_MAN, YEAR_OF_WOMAN, fold
from pipelines.reference_csv import read_reference_csv

NOT_USED = "-"
"""What stands in place of a column's name for a header that is to be left alone."""


@dataclass(frozen=True)
class Aliases:
    """An officer's own mapping of headers, by old commune (empty code: every commune): folded header → column."""

    by_commune: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    sha256: str = ""
    """Of the file; empty when there is none."""

    @classmethod
    def read(cls, path: Path) -> "Aliases":
        """`header_aliases.csv`: columns `old_code`, `header`, `column` (`-`: do not use), parted by comma or semicolon.

        No file is an empty mapping. Raises UnusableInput on an unknown column name, with its line.
        """
        table = read_reference_csv(path, needed=("old_code", "header", "column"))
        known = {*COLUMNS["citizens"], *COLUMNS["parcels"], YEAR_OF_MAN, YEAR_OF_WOMAN, NOT_USED}
        mapping: dict[str, dict[str, str]] = {}
        for line, row in table.lines:
            code, header, column = row["old_code"], fold(row["header"]), row["column"]
            of_commune = mapping.setdefault(code, {})
            if not re.fullmatch(r"([0-9]{5})?", code):
                raise table.defect(
                    line,
                    f"old_code «{code[:10]}» không phải mã xã cũ 5 chữ số.",
                    "old_code is not a code of 5 digits.",
                )
            if column not in known or not header:
                raise table.defect(
                    line,
                    f"không có cột chuẩn nào tên «{column}», hoặc ô header trống.",
                    "no canonical column of that name, or an empty header.",
                )
            if of_commune.setdefault(header, column) != column:
                raise table.defect(
                    line,
                    f"«{row['header']}» đã là {of_commune[header]} ở dòng trên.",
                    "this header is mapped to another column above.",
                )
        return cls(mapping, table.sha256)

    def of(self, old_commune_code: str) -> dict[str, str]:
        """The mapping that holds for one old commune."""
        return {**self.by_commune.get("", {}), **self.by_commune.get(old_commune_code, {})}
