"""Synthetic registers in memory, as they are linked: standard columns, number status, context; and their truth."""

from dataclasses import replace

import polars as pl

from pipelines.citizens.context import add_context
from pipelines.citizens.standard import standardise
from pipelines.citizens.trust import add_number_status
from pipelines.communes import MergerMap
from pipelines.identity.record_ids import add_record_ids
from pipelines.synthetic import OldCommune, citizen_register, profile

COMMUNE = "10231"
TRUTH = ("person_id", "copy_kind", "errors", "special")


def standard_register(
    people: int, seed: int, name: str = "default", new_commune: str = COMMUNE
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Records of that many people by the named profile, and `record_id` with the columns of `TRUTH`."""
    return standard_rows(citizen_register(old_communes(new_commune), people, seed, profile(name)))


def standard_rows(register: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same of rows of `citizen_register`."""
    text = pl.concat_str(pl.exclude(*TRUTH).fill_null(""), separator="\x1f")
    register = add_record_ids(register.with_columns(text.alias("content")), "content")
    rows = register.drop(*TRUTH).with_columns(
        pl.col("old_commune_code").alias("source_file"),
        pl.int_range(pl.len(), dtype=pl.Int64).alias("source_line"),
        pl.int_range(pl.len(), dtype=pl.Int64).alias("source_row"),
        pl.lit("placed").alias("placement"),
        pl.lit(None, pl.String).alias("placement_reason"),
    )
    return add_context(add_number_status(standardise(rows))), register.select("record_id", *TRUTH)


def old_communes(new_commune: str) -> list[OldCommune]:
    """The old communes that came whole to a new one; if none did its parts, taken as if they were whole."""
    parts = MergerMap.shipped().new_commune(new_commune).old_communes
    whole = [old for old in parts if old.population_part == old.area_part == "whole"]
    return [replace(OldCommune.of(old), heirs=()) for old in whole or parts]
