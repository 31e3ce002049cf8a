"""The same person in different new communes: who it may be, how sure that is, and why."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from pipelines.across.scope import People, Scope, scope_of, with_key_among
from pipelines.across.spec import ACROSS, COMMUNE
from pipelines.citizens.comparisons import SPEC
from pipelines.citizens.trust import add_number_status
from pipelines.linkage import Linkage, LinkageSettings, link
from pipelines.linkage.model import LinkageModel
from pipelines.linkage.runners import Runner
from pipelines.linkage.runners.local import run_locally
from pipelines.linkage.store import shipped_model
from pipelines.progress import Tell, silent

SAME_PERSON = "same_person"
_OF_THE_CITY = {"usable_number", "trusted_number"}
"""What only all communes together tell."""
_TOLD = (
    *("citizen_id", "new_commune", "commune_trusts", "full_name", "birth_date", "birth_year", "sex", "number"),
    *("old_id_no", "father_name", "mother_name", "spouse_name", "phone", "address_new", "status", "updated_on"),
    *("name_ascii", "name_marked", "given_ascii", "given_key", "birth_digits", "month_day", "household_key"),
)
"""Columns that numbers are judged by, or that are told of a person, besides those that are compared."""
COLUMNS: Final = sorted({*ACROSS.columns, *_TOLD} - _OF_THE_CITY)
"""The columns that people must have (see `pipelines.across.people`)."""


@dataclass(frozen=True)
class Across:
    """What was found.

    `people`: how many were looked at. `records`: the standardised ones who share a key with another commune, with
    their number status over all communes and `group`, the smallest record id of the person's group; who has nobody
    elsewhere is a group alone. `links`: as those of `Linkage`, where `decision` is same_person, review or refused.
    `linkage`: the model, thresholds and what each candidate rule gave.
    """

    people: int
    records: pl.DataFrame
    links: pl.DataFrame
    linkage: Linkage


def find_across(
    people: People,
    settings: LinkageSettings,
    model: LinkageModel | None = None,
    run: Runner = run_locally,
    tell: Tell = silent,
) -> Across:
    """Compare the people of different communes who share a strong key.

    Without a model the city's is made: frequencies counted over all its people, shares as shipped, priors by how many
    pairs of people of two communes there are. Handed in again, the model gives the same pair the same weight. The
    result is a function of the people: neither their order nor that of communes matters.
    """
    scope = scope_of(people, ACROSS, tell)
    chosen = pl.concat(with_key_among(people[code](COLUMNS), scope.codes, ACROSS) for code in sorted(people))
    records = _with_number_status(chosen)
    tell(f"Đang đối sánh {records.height} người có khóa chung với xã, phường khác.")
    linkage = link(
        records,
        ACROSS,
        settings,
        model or _city_model(scope),
        run=run,
        scope=None if model else scope.pairs,
        tell=tell,
    )
    return Across(
        people=scope.people,
        records=records.join(linkage.members.rename({"cluster": "group"}), on="record_id").sort("record_id"),
        links=linkage.links.with_columns(
            pl.col("decision").replace("automatic", SAME_PERSON),
            # That two communes are two is no evidence, and weighs nothing.
            pl.col("evidence").list.filter(pl.element().struct.field("field") != COMMUNE.field),
        ),
        linkage=linkage,
    )


def _with_number_status(people: pl.DataFrame) -> pl.DataFrame:
    """People with the status of their numbers over all communes: a number is trusted where its commune trusts it, and
    nobody elsewhere speaks against it."""
    return add_number_status(people).with_columns(
        pl.when("commune_trusts").then("trusted_number").alias("trusted_number"),
        pl.col("usable_number").alias("known_number"),
    )


def _city_model(scope: Scope) -> LinkageModel:
    """The shipped model of people for these comparisons, with the city's frequencies; its priors are still those of a
    commune. The comparison of communes weighs nothing."""
    shipped = shipped_model(SPEC)
    if shipped is None:
        raise RuntimeError("the shipped model does not fit the comparisons")
    even = tuple((0.5, 0.5) for _ in shipped.classes)
    return shipped.model_copy(
        update={
            "levels": {c.field: tuple(level.name for level in c.levels) for c in ACROSS.comparisons},
            "shares": {c.field: shipped.shares[c.field] for c in ACROSS.comparisons if c is not COMMUNE}
            | {COMMUNE.field: even},
            "frequencies": scope.frequencies(shipped.frequencies),
            "rows": scope.people,
        }
    )
