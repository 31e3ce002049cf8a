"""An officer's own mapping of headers: what an old commune calls a column that nobody else calls so."""

import csv
import hashlib
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.ingest.headers import COLUMNS, YEAR_OF_MAN, YEAR_OF_WOMAN, fold
from pipelines.problems import UnusableInput

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
        if not path.is_file():
            return cls()
        try:
            content = path.read_bytes()
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise UnusableInput(
                f"Tệp «{path.name}» không phải UTF-8; hãy lưu lại theo «CSV UTF-8».", f"{path.name} is not UTF-8."
            ) from None
        known = {*COLUMNS["citizens"], *COLUMNS["parcels"], YEAR_OF_MAN, YEAR_OF_WOMAN, NOT_USED}
        mapping: dict[str, dict[str, str]] = {}
        # Excel writes semicolons where the comma is the decimal sign, as in Vietnam.
        delimiter = ";" if ";" in text.partition("\n")[0] else ","
        rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
        if not {"old_code", "header", "column"} <= set(rows.fieldnames or ()):
            raise UnusableInput(
                f"Tệp «{path.name}», dòng 1: cần các cột old_code, header, column.",
                f"{path.name}, line 1: the columns old_code, header, column are needed.",
            )
        for row in rows:
            column, header = (row["column"] or "").strip(), fold(row["header"] or "")
            of_commune = mapping.setdefault((row["old_code"] or "").strip(), {})
            code = (row["old_code"] or "").strip()
            if not re.fullmatch(r"([0-9]{5})?", code):
                raise UnusableInput(
                    f"Tệp «{path.name}», dòng {rows.line_num}: old_code «{code[:10]}» không phải mã xã cũ 5 chữ số.",
                    f"{path.name}, line {rows.line_num}: old_code is not a code of 5 digits.",
                )
            if column not in known or not header:
                raise UnusableInput(
                    f"Tệp «{path.name}», dòng {rows.line_num}: không có cột chuẩn nào tên «{column}», "
                    "hoặc ô header trống.",
                    f"{path.name}, line {rows.line_num}: no canonical column of that name, or an empty header.",
                )
            if of_commune.setdefault(header, column) != column:
                raise UnusableInput(
                    f"Tệp «{path.name}», dòng {rows.line_num}: «{row['header']}» đã là {of_commune[header]} "
                    "ở dòng trên.",
                    f"{path.name}, line {rows.line_num}: this header is mapped to another column above.",
                )
        return cls(mapping, hashlib.sha256(content).hexdigest())

    def of(self, old_commune_code: str) -> dict[str, str]:
        """The mapping that holds for one old commune."""
        return {**self.by_commune.get("", {}), **self.by_commune.get(old_commune_code, {})}
