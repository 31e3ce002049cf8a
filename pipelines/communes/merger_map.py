"""Which old commune became (part of) which new one on 1 July 2025.

Every new code is a reused old code and most now carry another name, so that a bare code says nothing: look-ups
take the code together with a date, or say in their name which era they mean.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.problems import UnusableInput

Part = Literal["whole", "partial", "none"]

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "reference" / "merger_map.csv"


@dataclass(frozen=True)
class OldCommune:
    """A commune before the merger, and how much of it came to one new commune."""

    code: str
    name: str
    kind: str
    district: str
    province: str
    area_part: Part
    population_part: Part

    def part(self, dataset: str) -> Part:
        """The share that counts for a data set: land for parcels, people for everything else."""
        return self.area_part if dataset == "parcels" else self.population_part


@dataclass(frozen=True)
class NewCommune:
    """A commune, ward or special zone since the merger, with the old communes that make it up, by code."""

    code: str
    name: str
    kind: str
    province: str
    old_communes: tuple[OldCommune, ...]

    @property
    def partition_key(self) -> str:
        """How this commune is called in Dagster, where partitions have no labels: `10231 Thượng Phúc`."""
        return f"{self.code} {self.name}"


class MergerMap:
    """The whole country's merger map.

    `pairs` has the columns of `data/reference/merger_map.csv`, all text; see the README beside that file.
    """

    def __init__(self, pairs: pl.DataFrame, sha256: str) -> None:
        self.pairs = pairs
        self.sha256 = sha256

    @classmethod
    def read(cls, path: Path = SHIPPED) -> "MergerMap":
        """Read a merger map; the shipped one when no path is given."""
        content = path.read_bytes()
        pairs = pl.read_csv(content, infer_schema=False).fill_null("")
        return cls(pairs, hashlib.sha256(content).hexdigest())

    @classmethod
    @cache
    def shipped(cls) -> "MergerMap":
        """The shipped map, read once a process."""
        return cls.read()

    def new_commune(self, code: str) -> NewCommune:
        """The new commune with this code. Raises UnusableInput when there is none."""
        pairs = self.pairs.filter(new_code=code).sort("old_code")
        if pairs.is_empty():
            old = self.pairs.filter(old_code=code)
            if code and not old.is_empty():
                heirs = ", ".join(f"{row['new_code']} {row['new_name']}" for row in old.iter_rows(named=True))
                name = old["old_name"][0]
                raise UnusableInput(
                    f"Mã {code} là mã xã cũ {name}, nay thuộc {heirs}; hãy chạy cho xã mới đó.",
                    f"Code {code} is an old commune that went into {heirs}; run the new commune.",
                )
            raise UnusableInput(
                f"Không có xã, phường mới nào mang mã {code} trong bảng sáp nhập.",
                f"No new commune has the code {code} in the merger map.",
            )
        first = pairs.row(0, named=True)
        old_communes = tuple(
            OldCommune(
                row["old_code"],
                row["old_name"],
                row["old_kind"],
                row["old_district"],
                row["old_province"],
                _part(row["area_part"]),
                _part(row["population_part"]),
            )
            for row in pairs.iter_rows(named=True)
            if row["old_code"]
        )
        return NewCommune(code, first["new_name"], first["new_kind"], first["new_province"], old_communes)

    def new_communes(self, province: str | None = None) -> list[tuple[str, str]]:
        """Code and name of every new commune, by code; of one province when it is named."""
        pairs = self.pairs if province is None else self.pairs.filter(new_province=province)
        return pairs.select("new_code", "new_name").unique().sort("new_code").rows()

    def new_codes_of(self, old_codes: list[str]) -> list[str]:
        """The codes of all new communes that any of these old communes went into, by code."""
        pairs = self.pairs.filter(pl.col("old_code").is_in(old_codes))
        return pairs["new_code"].unique().sort().to_list()

    def takers(self, dataset: str) -> dict[str, tuple[str, ...]]:
        """By old commune, the new ones that took a share of its land (parcels) or of its people (everything else)."""
        return self._takers["area_part" if dataset == "parcels" else "population_part"]

    @cached_property
    def _takers(self) -> dict[str, dict[str, tuple[str, ...]]]:
        """By kind of share: a run asks for them a dozen times, and the whole country's take a while."""
        takers: dict[str, dict[str, tuple[str, ...]]] = {}
        for part in ("area_part", "population_part"):
            shares = self.pairs.filter(pl.col("old_code") != "", pl.col(part) != "none").group_by("old_code")
            told = shares.agg(pl.col("new_code").sort()).to_dict(as_series=False)
            takers[part] = dict(zip(told["old_code"], map(tuple, told["new_code"]), strict=True))
        return takers

    def name_on(self, code: str, day: date) -> str | None:
        """What a code stood for on a day: the old commune's name before the merger, the new one's since."""
        text = day.isoformat()
        new = self.pairs.filter((pl.col("new_code") == code) & (pl.col("new_valid_from") <= text))
        if not new.is_empty():
            return str(new["new_name"][0])
        old = self.pairs.filter((pl.col("old_code") == code) & (pl.col("old_valid_to") >= text))
        return None if old.is_empty() else str(old["old_name"][0])


def _part(text: str) -> Part:
    """A pair on which the source's notes disagree ("partial?") is read as partial: then nothing is guessed."""
    if text == "whole":
        return "whole"
    return "none" if text == "none" else "partial"
