"""What a whole city tells that no commune can: which people share a strong key with another commune, how common
values are, and how many pairs of its people each alternative holds.

One commune is held at a time; of the others only 64-bit codes and counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.linkage import LinkageSpec
from pipelines.linkage.frequencies import Tables, frequency_table, occurrences
from pipelines.progress import Tell, silent

People = Mapping[str, Callable[[Sequence[str]], pl.DataFrame]]
"""By new commune: reads these columns of its people (`pipelines.across.people`), the same at every call."""


@dataclass(frozen=True)
class Scope:
    """`people`: how many there are. `codes`: of the candidate rules' keys those that stand in two communes or more.
    `counted`: by frequency the values and on how many people each stands. `pairs`: see `rescoped`."""

    people: int
    codes: pl.Series
    counted: dict[str, pl.DataFrame]
    pairs: tuple[int, ...]

    def frequencies(self, shipped: Tables) -> Tables:
        """The city's tables, shrunk towards the shipped ones."""
        return {name: frequency_table(counted, shipped.get(name)) for name, counted in self.counted.items()}


def scope_of(people: People, spec: LinkageSpec, tell: Tell = silent) -> Scope:
    """Look through all communes once."""
    frames = [other.frames[0] for other in spec.alternatives if other.frames[0]]
    columns = sorted(
        {
            *(column for rule in spec.rules for column in rule.key),
            *(frequency.column for frequency in spec.frequencies),
            *(column for frame in frames for column in frame),
        }
    )
    codes: list[pl.Series] = []
    counted: dict[str, list[pl.DataFrame]] = {frequency.name: [] for frequency in spec.frequencies}
    in_frames: list[list[pl.DataFrame]] = [[] for _ in frames]
    sizes = []
    for done, (_, read) in enumerate(sorted(people.items()), start=1):
        here = read(columns)
        sizes.append(here.height)
        codes += [found.unique() for found in key_codes(here, spec)]
        for frequency in spec.frequencies:
            counted[frequency.name].append(occurrences(here[frequency.column]))
        for counts, frame in zip(in_frames, frames, strict=True):
            counts.append(_code(here, frame, 0).value_counts(name="count"))
        tell(f"Đã xem {done}/{len(people)} xã, phường: {sum(sizes)} người.")
    held = [_pairs_between(counts) for counts in in_frames]
    everybody = (sum(sizes) ** 2 - sum(size**2 for size in sizes)) // 2
    return Scope(
        sum(sizes),
        _of_several(codes),
        {name: pl.concat(parts).group_by("value").agg(pl.col("count").sum()) for name, parts in counted.items()},
        _each_once(held, everybody),
    )


def key_codes(people: pl.DataFrame, spec: LinkageSpec) -> list[pl.Series]:
    """For each candidate rule a code of the key of each person who has one."""
    return [_code(people, rule.key, number) for number, rule in enumerate(spec.rules)]


def with_key_among(people: pl.DataFrame, codes: pl.Series, spec: LinkageSpec) -> pl.DataFrame:
    """The people of whom a candidate rule's key is among the codes."""
    found = pl.any_horizontal(
        pl.when(_has(rule.key)).then(pl.struct(rule.key).hash(seed=number)).is_in(codes.implode())
        for number, rule in enumerate(spec.rules)
    )
    return people.filter(found)


def _code(people: pl.DataFrame, columns: Sequence[str], seed: int) -> pl.Series:
    known = people.lazy().filter(_has(columns)).select(pl.struct(columns).hash(seed=seed).alias("code"))
    return known.collect()["code"]


def _has(columns: Sequence[str]) -> pl.Expr:
    return pl.all_horizontal(pl.col(column).is_not_null() for column in columns)


def _of_several(codes: list[pl.Series]) -> pl.Series:
    """The codes that several communes have, each of which gives each of its own once."""
    every = np.sort(pl.concat(codes).to_numpy())
    return pl.Series(np.unique(every[1:][every[1:] == every[:-1]]), dtype=pl.UInt64)


def _pairs_between(counts: list[pl.DataFrame]) -> int:
    """How many pairs of people of two communes have one code, from each commune's `code` and `count`."""
    every = pl.concat(counts).lazy().cast({"count": pl.Int64}).group_by("code")
    sums = every.agg(pl.col("count").sum().alias("all"), (pl.col("count") ** 2).sum().alias("within"))
    pairs: int = sums.select(((pl.col("all") ** 2 - pl.col("within")) // 2).sum()).collect().item()
    return pairs


def _each_once(held: list[int], everybody: int) -> tuple[int, ...]:
    """Pairs by alternative, each counted for the first one that holds it.

    Of twins' frame and the family's, which are in one another, the difference is exact; that some pairs of one name
    have the same parents too is nothing beside all pairs of one name.
    """
    inner, *outer = held
    family = [outer[0] - inner, *outer[1:]]
    return (inner, *family, everybody - inner - sum(family))
