"""`split_rules.csv`: an officer's rules by hamlet, map sheet and parcel for the old communes that were split.

Reading refuses every line that cannot be meant. What the rules do to a row is for `placement`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import polars as pl

from pipelines.communes.hamlets import hamlet_parts
from pipelines.communes.merger_map import MergerMap
from pipelines.reference_csv import ReferenceCsv, read_reference_csv
from pipelines.vietnamese.map_systems import map_system
from pipelines.vietnamese.spelling import ascii_key

Dataset = Literal["citizens", "parcels"]

COLUMNS: Final = (
    *("old_code", "dataset", "hamlet", "map_system", "sheet_from", "sheet_to", "parcel_from", "parcel_to"),
    *("new_code", "priority"),
)
USUAL_PRIORITY: Final = 100
"""Of a rule that names none: there is room for rules in front of it and behind it."""

_DATASETS: Final[tuple[Dataset, ...]] = ("citizens", "parcels")
_RANGES: Final = ("sheet_from", "sheet_to", "parcel_from", "parcel_to")
_OF_LAND: Final = ("map_system", *_RANGES)
_RULE: Final = pl.Schema(
    {
        "line": pl.Int64,
        **dict.fromkeys(("old_code", "dataset", "hamlet", "map_system"), pl.String),
        **dict.fromkeys(_RANGES, pl.Int64),
        "new_code": pl.String,
        **dict.fromkeys(("priority", "criteria"), pl.Int64),
    }
)


@dataclass(frozen=True)
class SplitRules:
    """The rules of one deployment, and the merger map that they fit."""

    merger_map: MergerMap
    file: ReferenceCsv
    rules: pl.DataFrame
    """One row a rule and data set that it holds for: `line`, the columns of the file (null: any), `criteria` (how many
    are given: data set, hamlet, map system, sheets, parcels), and `hamlet_parts`; `map_system` is a key."""

    @classmethod
    def read(cls, path: Path, merger_map: MergerMap | None = None) -> "SplitRules":
        """Read the rules; without a file there are none. Raises UnusableInput with the file's name and the line.

        Columns: `old_code`, `new_code`, and where needed `dataset` (citizens, parcels), `hamlet`, `map_system`,
        `sheet_from`, `sheet_to`, `parcel_from`, `parcel_to`, `priority`; an empty cell is any. Codes of which Excel
        took the leading zeros are read all the same. A rule without `dataset` holds for people and land, and to a new
        commune that takes only land for land alone.
        """
        merger_map = merger_map or MergerMap.shipped()
        file = read_reference_csv(path, needed=("old_code", "new_code"), allowed=COLUMNS)
        reader = _Reader(file, merger_map)
        written = pl.DataFrame([rule for line, cells in file.lines for rule in reader.rules(line, cells)], schema=_RULE)
        rules = hamlet_parts(written.with_columns(map_system_key(pl.col("map_system")).alias("map_system")))
        _refuse_contradictions(file, rules)
        return cls(merger_map, file, rules)

    @classmethod
    def none(cls, merger_map: MergerMap | None = None) -> "SplitRules":
        """No rules at all."""
        return cls(merger_map or MergerMap.shipped(), ReferenceCsv("split_rules.csv"), hamlet_parts(_RULE.to_frame()))

    @property
    def sha256(self) -> str:
        """Of the file; empty when there is none."""
        return self.file.sha256


class _Reader:
    """Reads one line after the other, and refuses those that cannot be meant."""

    def __init__(self, file: ReferenceCsv, merger_map: MergerMap) -> None:
        self.file = file
        self.takers = {dataset: merger_map.takers(dataset) for dataset in _DATASETS}
        self.old_codes = {code for takers in self.takers.values() for code in takers}

    def rules(self, line: int, cells: dict[str, str]) -> list[dict[str, object]]:
        """The rule of one line, once for each data set that it holds for."""
        texts = {name: cells.get(name) or None for name in ("hamlet", "map_system")}
        numbers = {name: self._number(line, name, cells.get(name, "")) for name in (*_RANGES, "priority")}
        for part in ("sheet", "parcel"):
            first, last = numbers[f"{part}_from"], numbers[f"{part}_to"]
            if first is not None and last is not None and first > last:
                raise self.file.defect(
                    line, f"{part}_from lớn hơn {part}_to.", f"{part}_from is greater than {part}_to."
                )
        dataset = self._dataset(line, cells)
        old_code, new_code = _code(cells["old_code"]), _code(cells["new_code"])
        given = [
            *(bool(value) for value in (dataset, *texts.values())),
            *(numbers[f"{part}_from"] is not None or numbers[f"{part}_to"] is not None for part in ("sheet", "parcel")),
        ]
        rule = {"line": line, "old_code": old_code, "new_code": new_code, "criteria": sum(given), **texts, **numbers}
        rule["priority"] = USUAL_PRIORITY if numbers["priority"] is None else numbers["priority"]
        # People have neither maps nor sheets.
        meant = (dataset,) if dataset else _DATASETS[1:] if any(given[2:]) else _DATASETS
        return [{**rule, "dataset": name} for name in self._taken(line, old_code, new_code, meant)]

    def _number(self, line: int, column: str, text: str) -> int | None:
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 9):
            raise self.file.defect(
                line, f"{column} phải là số nguyên không âm, hoặc để trống.", f"{column} is not a whole number."
            )
        return int(text)

    def _dataset(self, line: int, cells: dict[str, str]) -> Dataset | None:
        text = cells.get("dataset", "").lower()
        dataset = next((name for name in _DATASETS if name == text), None)
        if text and dataset is None:
            raise self.file.defect(
                line,
                "dataset phải là citizens (công dân), parcels (thửa đất), hoặc để trống (cả hai).",
                "dataset is citizens, parcels or empty.",
            )
        of_land = next((name for name in _OF_LAND if cells.get(name)), None)
        if dataset == "citizens" and of_land:
            raise self.file.defect(
                line,
                f"quy tắc cho công dân không dùng {of_land}; hãy để trống ô đó, hoặc ghi dataset là parcels.",
                f"a rule for people has no {of_land}.",
            )
        return dataset

    def _taken(self, line: int, old_code: str, new_code: str, meant: tuple[Dataset, ...]) -> list[Dataset]:
        """Of the data sets that a line means those of which the new commune took a share."""
        if old_code not in self.old_codes:
            raise self.file.defect(
                line, f"old_code «{old_code[:10]}» không phải mã của xã cũ nào.", "old_code is no old commune's code."
            )
        heirs = sorted({code for takers in self.takers.values() for code in takers.get(old_code, ())})
        if new_code not in heirs:
            raise self.file.defect(
                line,
                f"xã cũ {old_code} không có phần nào về «{new_code[:10]}», chỉ về {', '.join(heirs)}.",
                f"old commune {old_code} did not go to this new_code but to {', '.join(heirs)}.",
            )
        taken = [name for name in meant if new_code in self.takers[name].get(old_code, ())]
        if not taken:
            vi, en, other = ("dân", "people", "land") if meant[0] == "citizens" else ("đất", "land", "people")
            raise self.file.defect(
                line,
                f"{new_code} không nhận {vi} của xã cũ {old_code}.",
                f"{other}-only pieces take no {en}.",
            )
        return taken


def map_system_key(text: pl.Expr) -> pl.Expr:
    """What all ways to write a map system have in common: BĐ 299/TTg, 299."""
    return ascii_key(map_system(text))


def _code(text: str) -> str:
    """A commune's code; Excel takes the zeros in front of it away."""
    return text.zfill(5) if text.isascii() and text.isdigit() else text


def _refuse_contradictions(file: ReferenceCsv, rules: pl.DataFrame) -> None:
    """Two rules with the same criteria and the same priority that name different new communes."""
    same = ["old_code", "dataset", "hamlet_id", *_OF_LAND, "priority", "criteria"]
    other = pl.col("line").filter(pl.col("new_code") != pl.col("new_code").sort_by("line").first())
    opposed = rules.group_by(same).agg(pl.col("line").min(), other.min().alias("other")).drop_nulls("other")
    for first, second in opposed.sort("line").select("line", "other").iter_rows():
        raise file.defect(
            first,
            f"mâu thuẫn với dòng {second}: cùng điều kiện và cùng priority, mà new_code khác nhau.",
            f"it disagrees with line {second}: the same criteria and priority, another new_code.",
        )
