"""`publication_limits.csv`: limits that a deployment sets for a new commune, or for all of them, and why.

What a limit means stands in `pipelines.warehouse.settings`, and what is done beyond it where it is judged.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from pipelines.communes import MergerMap
from pipelines.reference_csv import read_reference_csv
from pipelines.warehouse.settings import LIMITS, GivenLimits, PublicationSettings

PUBLICATION_LIMITS: Final = "publication_limits.csv"
COLUMNS: Final = ("new_code", "limit", "value", "reason")
_ALL: Final = ""
"""The code of a line for every commune."""


class Line(NamedTuple):
    """What one line of the file sets."""

    value: float
    line: int
    reason: str


@dataclass(frozen=True)
class PublicationLimits:
    """The lines of the file by new commune (empty: all) and limit."""

    lines: Mapping[tuple[str, str], Line] = field(default_factory=dict)
    sha256: str = ""
    """Of the file; empty when there is none."""

    @classmethod
    def read(cls, path: Path) -> "PublicationLimits":
        """Read the limits; none when there is no file. Raises UnusableInput with the file's name and the line.

        Columns: `new_code` (empty: all communes), `limit` (one of LIMITS), `value` (from 0 to 1; a decimal comma will
        do), and `reason`, which the manifest tells.
        """
        table = read_reference_csv(path, needed=COLUMNS[:3], allowed=COLUMNS)
        known = set(MergerMap.shipped().pairs["new_code"])
        lines: dict[tuple[str, str], Line] = {}
        for number, cells in table.lines:
            code = cells["new_code"].zfill(5) if cells["new_code"] else _ALL
            if code != _ALL and code not in known:
                raise table.defect(
                    number, f"không có xã, phường mới nào mang mã «{code[:10]}».", "no new commune has this code."
                )
            name = cells["limit"].lower()
            if name not in LIMITS:
                raise table.defect(number, f"limit phải là một trong {', '.join(LIMITS)}.", "there is no such limit.")
            value = _share(cells["value"])
            if value is None:
                raise table.defect(
                    number, "value phải là số từ 0 đến 1, ví dụ 0.05.", "the value is no number from 0 to 1."
                )
            if cells.get("reason", "").isdecimal():
                # A decimal comma in a file whose cells are parted by commas: 0,05 is read as 0, and 05 as the reason.
                raise table.defect(
                    number,
                    "reason chỉ có chữ số; nếu value có phần thập phân, hãy dùng dấu chấm, ví dụ 0.05.",
                    "the reason is digits only: write decimals with a point.",
                )
            other = lines.setdefault((code, name), Line(value, number, cells.get("reason", "")))
            if other.value != value:
                raise table.defect(
                    number,
                    f"mâu thuẫn với dòng {other.line}: cùng xã, cùng limit {name}, mà value khác nhau.",
                    f"it disagrees with line {other.line}: the same commune and limit, another value.",
                )
        return cls(lines, table.sha256)

    def of(self, code: str) -> dict[str, Line]:
        """What the file sets for a new commune, by limit; its own line wins over the one for all."""
        found = {name: self.lines.get((code, name)) or self.lines.get((_ALL, name)) for name in LIMITS}
        return {name: line for name, line in found.items() if line is not None}


def limits_of(
    code: str, reference_dir: Path, given: GivenLimits
) -> tuple[PublicationSettings, dict[str, dict[str, str | int]]]:
    """The limits for a new commune, and where each is from: the run (`origin` run), the file (file, with `line` and
    `reason`), or neither (usual). What is given for the run wins over the file.

    Raises UnusableInput when the deployment's file in `reference_dir` cannot be used.
    """
    of_run = {name: value for name in LIMITS if (value := getattr(given, name)) is not None}
    of_file = PublicationLimits.read(reference_dir / PUBLICATION_LIMITS).of(code)
    settings = PublicationSettings(**{name: line.value for name, line in of_file.items()} | of_run)
    origins: dict[str, dict[str, str | int]] = {
        **{name: {"origin": "usual"} for name in LIMITS},
        **{name: {"origin": "file", "line": at.line, "reason": at.reason} for name, at in of_file.items()},
        **{name: {"origin": "run"} for name in of_run},
    }
    return settings, origins


def in_words(origin: Mapping[str, str | int]) -> str:
    """Where a limit is from, as `limits_of` tells it."""
    if origin["origin"] == "file":
        reason = f": «{origin['reason']}»" if origin["reason"] else ""
        return f"reference/{PUBLICATION_LIMITS}, dòng {origin['line']}{reason}"
    return {"run": "đặt cho riêng lần chạy này", "usual": "mức thường dùng"}[str(origin["origin"])]


def _share(text: str) -> float | None:
    """The number from 0 to 1 that a cell holds, as Vietnamese and English write it."""
    try:
        share = float(text.replace(",", "."))
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None
