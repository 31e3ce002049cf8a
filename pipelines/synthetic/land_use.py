"""What land is used for, and how books of all ages write it: ONT+CLN, ONT: 200; CLN: 150, T, Ao, Đất vườn."""

import numpy as np
import polars as pl

from .draws import Array, Rng, chosen
from .settings import SampleSettings

_HOMESTEADS = {"ONT+CLN": 44, "ONT": 33, "CLN": 13, "NTS": 3, "BHK": 2, "ONT+CLN+NTS": 3, "ONT+NTS": 2}
_FIELDS = {"LUC": 66, "BHK": 20, "NTS": 7, "CLN": 5, "LUK": 2}
# Of what is no person's: by the words of its name.
_BODIES = {"Trường": "DGD", "Trạm": "DYT", "Nhà văn hóa": "DVH", "Chùa": "TON", "Đền": "TIN", "Đình": "TIN",
           "Giáo xứ": "TON", "Công ty": "SKC", "HTX": "TSC", "Hợp tác xã": "NKH"}  # fmt: skip
_COMMON = {"LUC": 30, "DGT": 15, "DTL": 15, "NTD": 8, "DTT": 6, "TSC": 6, "BCS": 10, "NTS": 10}
_TYPICAL_AREA = {
    "ONT+CLN": 290, "ONT": 130, "CLN": 210, "NTS": 520, "BHK": 220, "LUC": 340, "LUK": 340, "ONT+CLN+NTS": 620,
    "ONT+NTS": 420,
}  # fmt: skip
_OTHER_AREA = 800.0
_SMALLEST_AREA = 30
_MOST_USES = 3
_SIGNS = {"ONT": "T", "ODT": "T", "CLN": "V", "NTS": "Ao", "LUC": "2L", "LUK": "1L", "BHK": "ĐM"}
_WORDS = {
    "ONT": ("Đất ở", "Đất ở tại nông thôn", "Đất thổ cư"), "ODT": ("Đất ở", "Đất ở tại đô thị", "Đất thổ cư"),
    "CLN": ("Đất vườn", "Đất trồng cây lâu năm", "Đất vườn"), "NTS": ("Đất ao", "Đất nuôi trồng thủy sản", "Ao"),
    "LUC": ("Đất lúa", "Đất chuyên trồng lúa nước", "Đất 2 lúa"), "BHK": ("Đất màu", "Đất màu", "Đất màu"),
}  # fmt: skip
_LEGACY = {"CLN": ("LNQ", "LNK", "LNC"), "NTS": ("TSN", "TSN", "TSL"), "BHK": ("COC", "BHK", "HNK")}
_UNKNOWN = ("ONTT", "0NT", "LUCC", "XYZ", "CNL", "ĐĐ", "DKT", "QLD")
_PLAIN, _COLON, _METRES = 0.55, 0.8, 0.92
"""Bounds on a die: several uses without areas, then as ONT: 200, then as ONT 200m2, then as ONT (200)."""
_OLDEST, _OLDER = 1, 2  # map systems below these are that of Directive 299, and all but the last


def draw_uses(rng: Rng, village: Array, private: Array, body: pl.Series) -> pl.DataFrame:
    """Of each parcel: `loai_dat` (the codes of its uses, joined by +), `dien_tich` in m², and how large a share of it
    the first use has (`first_share`), and the second of the rest (`second_share`)."""
    count = len(village)
    use = np.where(village & private, chosen(rng, _HOMESTEADS, count), chosen(rng, _FIELDS, count))
    common = np.where(rng.random(count) < 0.7, chosen(rng, _COMMON, count), use)
    use = np.where(private, use, common)
    text = body.fill_null("").to_numpy().astype(str)
    for word, code in _BODIES.items():
        use = np.where(np.strings.startswith(text, word), code, use)
    typical = pl.Series(use, dtype=pl.String).replace_strict(
        _TYPICAL_AREA, default=_OTHER_AREA, return_dtype=pl.Float64
    )
    return pl.DataFrame(
        {
            "loai_dat": pl.Series(use, dtype=pl.String),
            "dien_tich": (typical * rng.lognormal(0, 0.45, count)).clip(_SMALLEST_AREA).round(1),
            "first_share": rng.uniform(0.3, 0.8, count),
            "second_share": rng.uniform(0.4, 0.8, count),
        }
    )


def uses_written(rng: Rng, books: pl.DataFrame, settings: SampleSettings) -> pl.Series:
    """`loai_dat` as the books have it, from the columns of `draw_uses`, `system` and whether the land is `urban`."""
    count = len(books)

    def falls(likely: float | Array) -> pl.Series:
        return pl.Series(rng.random(count) < likely)

    system = books["system"].to_numpy()
    old = np.select([system < _OLDEST, system < _OLDER], [settings.land_use_sign_if_old, settings.land_use_sign], 0)
    signed = falls(old)
    worded = falls(settings.land_use_in_words)
    legacy = falls(np.where(system < _OLDER, settings.land_use_legacy, 0.0))
    unknown = falls(settings.land_use_unknown)
    which = rng.random(count)
    codes = books["loai_dat"].str.split("+")
    in_town = codes.list.eval(pl.element().replace("ONT", "ODT"))
    codes = pl.select(pl.when(books["urban"]).then(in_town).otherwise(codes)).to_series()
    sizes = _sizes(books, codes.list.len(), falls(settings.land_use_areas_wrong), rng.uniform(1.2, 2, count))
    number_form = rng.random(count)
    parts, with_sizes = [], []
    form = pl.Series(rng.random(count))
    for at in range(_MOST_USES):
        code = codes.list.get(at, null_on_oob=True)
        text = _named(code, signed, worded, legacy, which)
        if not at:
            text = _where(unknown, pl.Series(np.array(_UNKNOWN)[(which * len(_UNKNOWN)).astype(int)]), text)
        parts.append(text)
        size = _number(sizes[at], number_form)
        sized = pl.select(
            pl.when(form < _COLON).then(text + ": " + size).when(form < _METRES).then(text + " " + size + "m2")
            .otherwise(text + " (" + size + ")")
        ).to_series()  # fmt: skip
        with_sizes.append(sized)
    several = codes.list.len() > 1
    plain = _where(several, form < _PLAIN, ~falls(settings.single_use_with_area))
    joined = _joined(
        parts, _where(worded, _signs(", ", count), pl.Series(chosen(rng, {"+": 84, ", ": 8, " + ": 8}, count)))
    )
    listed = _joined(with_sizes, _where(form < _COLON, _signs("; ", count), _signs(", ", count)))
    return _where(plain, joined, listed).alias("loai_dat")


def _sizes(books: pl.DataFrame, uses: pl.Series, wrong: pl.Series, times: Array) -> list[pl.Series]:
    """The area of each of up to three uses; the first is whole metres. The wrong ones do not add up."""
    whole, many = books["dien_tich"].to_numpy(), uses.to_numpy()
    first = np.where(many > 1, np.floor(whole * books["first_share"].to_numpy()), whole)
    rest = whole - first
    second = np.where(many > 2, np.floor(rest * books["second_share"].to_numpy()), rest)
    last = np.where(many > 1, second, first)
    changed = np.where(wrong, np.round(last * times), last)
    sizes = np.where(many > 1, first, changed), np.where(many > 1, changed, 0), rest - second
    return [pl.Series(np.round(size, 1)) for size in sizes]


def _named(code: pl.Series, signed: pl.Series, worded: pl.Series, legacy: pl.Series, which: Array) -> pl.Series:
    """A code as it stands, or as an old sign, in words, or as a code of former maps."""
    turn = pl.Series((which * 3).astype(int))
    text = code
    for falls, table in ((legacy, _LEGACY), (worded, _WORDS)):
        for at in range(3):
            other = code.replace({known: forms[at] for known, forms in table.items()})
            text = _where(falls & (turn == at), other, text)
    return _where(signed, code.replace(_SIGNS), text)


def _number(value: pl.Series, form: Array) -> pl.Series:
    """200, 150.5; 150,5; 1.200 or 1.200,5."""
    digits = value.cast(pl.String).str.replace(r"\.0$", "")
    comma = digits.str.replace(".", ",", literal=True)
    grouped = comma.str.replace(r"^(\d+)(\d{3})(,\d)?$", "${1}.${2}${3}")
    die = pl.Series(form)
    return _where(die < 0.6, digits, _where(die < 0.8, comma, grouped))


def _joined(parts: list[pl.Series], sign: pl.Series) -> pl.Series:
    text = parts[0]
    for part in parts[1:]:
        text = _where(part.is_not_null(), text + sign + part, text)
    return text


def _signs(sign: str, count: int) -> pl.Series:
    return pl.repeat(sign, count, eager=True, dtype=pl.String)


def _where(holds: pl.Series, one: pl.Series, other: pl.Series) -> pl.Series:
    return pl.select(pl.when(holds).then(one).otherwise(other)).to_series()
