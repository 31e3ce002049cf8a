"""Owners of land who are in no register: moved away, dead and struck out, or never entered."""

import numpy as np
import polars as pl

from .draws import Array, Rng, chosen, padded, repeated, unique_numbers
from .names import FEMALE, MALE, full_names, given_names, middle_names
from .population import Population

_FAR = ("phường Hàng Bạc, quận Hoàn Kiếm, thành phố Hà Nội", "phường Văn Quán, quận Hà Đông, thành phố Hà Nội",
        "xã Khánh Hà, huyện Thường Tín, thành phố Hà Nội", "thị trấn Bến Lức, huyện Bến Lức, tỉnh Long An",
        "phường Xuân Khanh, thị xã Sơn Tây, thành phố Hà Nội")  # fmt: skip


def people_gone(rng: Rng, population: Population, beside: pl.DataFrame, old: Array) -> pl.DataFrame:
    """Someone of the surname and hamlet of each of those at hand, some moved far away, the `old` ones long dead."""
    count = len(beside)
    sex = np.where(rng.random(count) < 0.65, MALE, FEMALE)
    born = np.where(old, rng.integers(1915, 1955, count), rng.integers(1928, 1988, count))
    surname = beside["ho_ten"].str.extract(r"^(\S+)").to_numpy().astype(str)
    given = given_names(rng, sex, born)
    name = full_names(surname, middle_names(rng, sex, born, surname, given), given)
    far = pl.Series(rng.random(count) < 0.35)
    address = pl.select(
        pl.when(far).then(pl.lit(pl.Series(chosen(rng, _FAR, count)))).otherwise(beside["noi_thuong_tru"])
    ).to_series()
    return _people(rng, population, sex, born, name, address)


def absent_partners(rng: Rng, population: Population, of_owner: pl.DataFrame) -> pl.DataFrame:
    """The husbands and wives that owners name and no register has."""
    count = len(of_owner)
    sex = np.where((of_owner["gioi_tinh"] == "Nam").to_numpy(), FEMALE, MALE)
    born = of_owner["ngay_sinh"].dt.year().to_numpy() + rng.integers(-4, 5, count)
    name = of_owner["ho_ten_vo_chong"].to_numpy().astype(str)
    return _people(rng, population, sex, born, name, [None] * count)


def _people(
    rng: Rng, population: Population, sex: Array, born: Array, name: Array, address: pl.Series | list[None]
) -> pl.DataFrame:
    """The facts of owners, with numbers that nobody of the registers holds."""
    people = population.people
    prefix = (10 + sex + 2 * (born >= 2000)) * 100 + born % 100
    return pl.DataFrame(
        {
            "ho_ten": pl.Series(name, dtype=pl.String),
            "is_man": pl.Series(sex == MALE, dtype=pl.Boolean),
            "born": pl.Series(born, dtype=pl.Int32),
            "old_number": _untaken(rng, np.where(born % 3 == 0, 1, 11), 7, people["old_number_held"], 9),
            "number": _untaken(rng, prefix, 6, people["number_held"], 12),
            "person_id": pl.Series([None] * len(sex), dtype=pl.String),
            "dia_chi": pl.Series(address, dtype=pl.String),
        }
    )


def _untaken(rng: Rng, prefix: Array, digits: int, taken: pl.Series, width: int) -> pl.Series:
    """Numbers that nobody holds, padded; a few of those drawn are held and drawn anew."""
    held = taken.drop_nulls().cast(pl.Int64).to_numpy()
    numbers = unique_numbers(rng, prefix, digits)
    while (again := np.isin(numbers, held) | repeated(numbers)).any():
        numbers[again] = unique_numbers(rng, prefix[again], digits)
    return pl.Series(padded(numbers, width), dtype=pl.String)
