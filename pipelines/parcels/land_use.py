"""What a parcel is used for, as land books write it: a list of codes, each with its area where one is written.

"ONT: 200; CLN: 150", "ONT+CLN", "200 ONT; 150 CLN", "Đất ở tại nông thôn 200m2", and the signs of old papers (T, V, Ao,
2L), which are read by a table, since no law says what they are today. A code that no table knows is kept as it is
written; words that mean nothing are told.

What does not belong here: whether a use is right for its parcel (`quality`).
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from pipelines.communes import MergerMap
from pipelines.reference_csv import ReferenceCsv, read_reference_csv
from pipelines.vietnamese.quantities import parse_quantity

LAND_USE_CODES: Final = "land_use_codes.csv"
_SHIPPED: Final = Path(__file__).resolve().parents[2] / "data" / "reference"
_CODES: Final = ("code", "name_vi", "level", "valid_to", "status", "source")
_SIGNS: Final = ("sign", "code_rural", "code_urban", "kind", "name_vi", "source")

_NUMBER: Final = r"(?<![A-Z0-9])(\d{1,3}(?: \d{3})+(?![\d.])|\d+(?:[.,]\d+)*)(?: ?M(?:2|²|\b))?"
_UNKNOWN: Final = r"(?<![A-Z0-9])(?!VA\b|DT\b|M2\b)(0?[A-Z][A-Z0]{1,3})(?![A-Z0-9])"
_FILLER: Final = re.compile(r"\bVA\b|\bDT\b|\bDIEN TICH\b|\bM2\b|[^A-Z0-9]")
_USE: Final = pl.Struct({"code": pl.String(), "area_m2": pl.Float64()})


class _Known(NamedTuple):
    """A code of the table: until when it was used on papers (null: it is), and its name."""

    name: str
    valid_to: date | None


class _Sign(NamedTuple):
    """What a sign or another name means in a rural commune, and in a ward or town."""

    rural: str
    urban: str
    is_sign: bool


class Read(NamedTuple):
    """What stands in one cell: codes or signs with their area as written, and whether words were left over."""

    uses: list[tuple[str, str | None]]
    unread: bool


@dataclass(frozen=True)
class LandUses:
    """The land uses that are known: shipped ones, and those of the deployment, which come first."""

    codes: dict[str, _Known]
    signs: dict[str, _Sign]
    own: ReferenceCsv
    """The deployment's file."""
    shipped_sha256: str

    @classmethod
    def read(cls, path: Path) -> "LandUses":
        """The shipped codes and signs with the rows of a deployment's file, if there is one, over them.

        Columns: `code`, `name_vi`, and where needed `level`, `valid_to` (the last day on which papers bear the code),
        `status`, `source`. Raises UnusableInput with the file's name and the line.
        """
        shipped = (
            read_reference_csv(_SHIPPED / LAND_USE_CODES, _CODES),
            read_reference_csv(_SHIPPED / "land_use_signs.csv", _SIGNS),
        )
        own = read_reference_csv(path, needed=_CODES[:2], allowed=_CODES[2:])
        codes = dict(_codes(shipped[0])) | dict(_codes(own))
        signs = {
            _plain(cells["sign"]): _Sign(cells["code_rural"], cells["code_urban"], cells["kind"] == "sign")
            for _, cells in shipped[1].lines
        }
        hashes = "".join(file.sha256 for file in shipped)
        return cls(codes, signs, own, hashlib.sha256(hashes.encode()).hexdigest())

    @classmethod
    @cache
    def shipped(cls) -> "LandUses":
        """The shipped codes and signs alone, read once a process."""
        return cls.read(Path(LAND_USE_CODES + " of no deployment"))

    @property
    def sha256(self) -> str:
        """Of the deployment's file; empty when there is none."""
        return self.own.sha256

    def read_cell(self, text: str) -> Read:
        """The uses that a cell names, in the order written; signs and names as the tables have them.

        An area stands behind its use, or in front of all of them. One area behind the last of several uses, or in
        front of them, is that of the whole parcel and of none.
        """
        folded = _plain(text)
        uses: list[str] = []
        areas: dict[int, str] = {}
        unread, in_front, at = False, None, 0
        for match in self._pattern.finditer(folded):
            unread |= bool(_FILLER.sub("", folded[at : match.start()]))
            at = match.end()
            name, letters, number = match.groups()
            if number:
                in_front = not uses if in_front is None else in_front
                place = len(uses) if in_front else len(uses) - 1
                unread |= place in areas
                areas.setdefault(place, number)
            elif name:
                uses.append(self._names.get(name, name))
            elif (repaired := letters.replace("0", "O")) in self.codes:
                uses.append(repaired)
            elif _is_code(text[match.start() : at]):
                uses.append(text[match.start() : at].upper())
            else:
                unread = True
        unread |= bool(_FILLER.sub("", folded[at:])) or any(place >= len(uses) for place in areas)
        of_all = len(uses) > 1 and len(areas) == 1 and (in_front or len(uses) - 1 in areas)
        read = [(use, None if of_all else areas.get(place)) for place, use in enumerate(uses)]
        # A letter among words that mean nothing is no sign.
        return Read([use for use in read if not (unread and len(use[0]) == 1)], unread)

    @cached_property
    def _names(self) -> dict[str, str]:
        """Folded names of codes → codes."""
        named: dict[str, str] = {}
        for code, known in self.codes.items():
            name = _plain(known.name)
            named[name] = code
            short = re.sub(r"^(?:NHOM )?DAT ", "", name)
            # Ở, Lúa and the like mean too little without "đất".
            if short.count(" ") >= 2:
                named[short] = code
        return {name: code for name, code in named.items() if name not in self.signs}

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        """A use that is known, the longest first; a number; what may be a code."""
        known = sorted({*self._names, *self.signs, *self.codes}, key=lambda name: (-len(name), name))
        words = "|".join(map(re.escape, known))
        return re.compile(rf"(?<![A-Z0-9])({words})(?![A-Z0-9])|{_UNKNOWN}|{_NUMBER}")


def land_use(cells: pl.DataFrame, known: LandUses) -> pl.DataFrame:
    """What cells of land books say, in their order.

    `cells`: `text` (cleaned), `source_file`, `old_commune_code`. Gives `land_use` (list of code and area in m², in the
    order written; null where none is read), `land_use_key` (the codes, sorted), `land_use_sign` (an old sign was read),
    `land_use_unread` (something was not understood), `land_use_unknown` (a code that no table has), and
    `land_use_until` (the last day on which papers bear all of its codes; null for those of today).
    """
    numbered = cells.with_row_index("at")
    texts = cells.select("text").drop_nulls().unique(maintain_order=True)
    reads = [known.read_cell(text) for text in texts["text"]]
    read = texts.with_columns(
        pl.Series("unread", [one.unread or not one.uses for one in reads], dtype=pl.Boolean),
        pl.Series("uses", [[use for use, _ in one.uses] for one in reads], dtype=pl.List(pl.String)),
        pl.Series("areas", [[area for _, area in one.uses] for one in reads], dtype=pl.List(pl.String)),
    )
    meanings = pl.DataFrame(
        [(name, *sign) for name, sign in known.signs.items()],
        schema={"use": pl.String, "rural": pl.String, "urban": pl.String, "is_sign": pl.Boolean},
        orient="row",
    )
    until = pl.DataFrame(
        [(code, one.valid_to) for code, one in known.codes.items()],
        schema={"code": pl.String, "valid_to": pl.Date},
        orient="row",
    ).with_columns(pl.lit(True).alias("is_known"))
    in_town = pl.col("old_commune_code").is_in(_urban())
    each = (
        numbered.join(read, on="text")
        .explode("uses", "areas")
        .drop_nulls("uses")
        .join(meanings, left_on="uses", right_on="use", how="left")
        .with_columns(
            pl.coalesce(pl.when(in_town).then("urban").otherwise("rural"), "uses").alias("code"),
            parse_quantity(pl.col("areas"), pl.col("source_file")).alias("area_m2"),
        )
        .sort("at", maintain_order=True)
        # "CLN (đất vườn)" says one thing twice.
        .filter(pl.col("area_m2").is_not_null() | pl.struct("at", "code").is_first_distinct())
        .join(until, on="code", how="left", maintain_order="left")
    )
    told = each.group_by("at", maintain_order=True).agg(
        pl.struct("code", "area_m2").alias("land_use"),
        pl.col("code").sort().str.join("+").alias("land_use_key"),
        pl.col("is_sign").fill_null(False).any().alias("land_use_sign"),
        pl.col("is_known").is_null().any().alias("land_use_unknown"),
        pl.col("valid_to").min().alias("land_use_until"),
    )
    flags = ("land_use_sign", "land_use_unread", "land_use_unknown")
    return (
        numbered.join(read.select("text", pl.col("unread").alias("land_use_unread")), on="text", how="left")
        .join(told, on="at", how="left", maintain_order="left")
        .sort("at")
        .select("land_use", "land_use_key", *(pl.col(flag).fill_null(False) for flag in flags), "land_use_until")
    )


@cache
def _urban() -> list[str]:
    """The old communes that were wards or towns."""
    pairs = MergerMap.shipped().pairs
    return pairs.filter(~pl.col("old_kind").str.to_lowercase().is_in(["xã", ""]))["old_code"].unique().to_list()


def _codes(file: ReferenceCsv) -> Iterable[tuple[str, _Known]]:
    for line, cells in file.lines:
        code = _plain(cells["code"])
        if not re.fullmatch("[A-Z0-9]{2,6}", code):
            raise file.defect(line, "mã loại đất phải gồm 2 đến 6 chữ cái.", "a land-use code has 2 to 6 letters.")
        try:
            last = date.fromisoformat(cells["valid_to"]) if cells.get("valid_to") else None
        except ValueError:
            raise file.defect(
                line, "valid_to phải là ngày dạng năm-tháng-ngày, như 2015-01-16.", "valid_to must be an ISO date."
            ) from None
        yield code, _Known(cells["name_vi"], last)


def _plain(text: str) -> str:
    """Capitals without marks, of the same length as the composed text: Đất ở → DAT O."""
    return "".join(unicodedata.normalize("NFD", one)[0] for one in text).upper().replace("Đ", "D")


def _is_code(written: str) -> bool:
    """Whether letters that no table knows are meant as a code, and are no word of the language."""
    return len(written) > 1 and (written.isascii() or not set(written.upper()) - set("ABCDEFGHIKLMNOPQRSTUVXYZWJ0Đ"))
