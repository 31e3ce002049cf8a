"""The ledger of entity ids: minted once from a sequence, kept by the rows that carry them, never used again.

`<ledger>/<dataset>/<commune>/` holds two append-only runs of Parquet files: `history-….parquet` (every change of an
id) and `members-….parquet` (which row carries which id; the last file counts). History is written first, so that a
crash between the two burns some ids and never mints one twice.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.identity.check_character import with_check
from pipelines.warehouse.placing import sync
from pipelines.warehouse.schema import ID_HISTORY

_MARK = {"citizens": "", "parcels": "T"}
"""What stands before the number in an id, so that no parcel's id is a citizen's."""

_MEMBERS = pl.Schema({"record_id": pl.String, "entity_id": pl.String})


@dataclass(frozen=True)
class Assignment:
    """`ids`: `cluster`, `entity_id`. `history`: the whole id history of the commune, the contract's table."""

    ids: pl.DataFrame
    history: pl.DataFrame


def assign_ids(ledger: Path, dataset: str, commune_code: str, members: pl.DataFrame, run_id: str) -> Assignment:
    """Give every cluster (`record_id`, `cluster`) its id and write what changed to the ledger.

    A cluster takes the oldest id of those of which it holds the most rows; a cluster without one gets a new id from
    the sequence. Ids left over are recorded: merged into another, split from one, or retired when their rows are
    gone; should the rows come back, so does the id.
    """
    folder = ledger / dataset / commune_code
    known = _last(folder, "members", _MEMBERS)
    history = _all(folder, "history")
    claims = (
        members.join(known, on="record_id")
        .group_by("cluster", "entity_id")
        .len("rows")
        .sort("entity_id", "rows", "cluster", descending=[False, True, False])
    )
    won = claims.unique("entity_id", keep="first", maintain_order=True)
    kept = won.sort("entity_id").unique("cluster", keep="first", maintain_order=True)
    unnamed = members.select("cluster").unique().join(kept, on="cluster", how="anti").sort("cluster")
    minted = history.filter(kind="minted").height
    base = pl.format(
        "{}-{}{}",
        pl.lit(commune_code),
        pl.lit(_MARK[dataset]),
        pl.int_range(minted + 1, minted + 1 + pl.len()).cast(pl.String).str.zfill(7),
    )
    fresh = unnamed.select("cluster", with_check(base).alias("entity_id"))
    ids = pl.concat([kept.select("cluster", "entity_id"), fresh]).sort("cluster")

    named = claims.join(ids.rename({"entity_id": "new_entity_id"}), on="cluster").rename({"entity_id": "old_entity_id"})
    merged = named.join(
        won.select(pl.col("entity_id").alias("old_entity_id"), "cluster"), on=["old_entity_id", "cluster"]
    )
    split = named.join(fresh.select("cluster"), on="cluster")
    gone = known.join(claims, on="entity_id", how="anti").select("entity_id").unique()
    retired = gone.join(
        history.filter(kind="retired").select(pl.col("old_entity_id").alias("entity_id")), on="entity_id", how="anti"
    )
    changes = pl.concat(
        [
            _change(fresh, pl.lit(None), pl.col("entity_id"), "minted"),
            _change(
                merged.filter(pl.col("old_entity_id") != pl.col("new_entity_id")),
                pl.col("old_entity_id"),
                pl.col("new_entity_id"),
                "merged_into",
            ),
            _change(split, pl.col("old_entity_id"), pl.col("new_entity_id"), "split_from"),
            _change(retired, pl.col("entity_id"), pl.lit(None), "retired"),
        ]
    ).with_columns(pl.lit(dataset).alias("dataset"), pl.lit(run_id).alias("run_id"))
    changes = ID_HISTORY.conform(changes)

    carried = members.join(ids, on="cluster").select("record_id", "entity_id")
    absent = (
        known.join(members, on="record_id", how="anti")
        .join(merged.select(pl.col("old_entity_id").alias("entity_id"), "new_entity_id"), on="entity_id", how="left")
        .select("record_id", pl.coalesce("new_entity_id", "entity_id").alias("entity_id"))
    )
    now = pl.concat([carried, absent]).sort("record_id")
    if not changes.is_empty():
        _append(folder, "history", changes)
    if not now.equals(known):
        _append(folder, "members", now)
    return Assignment(ids, pl.concat([history, changes]))


def _change(frame: pl.DataFrame, old: pl.Expr, new: pl.Expr, kind: str) -> pl.DataFrame:
    return frame.select(
        old.cast(pl.String).alias("old_entity_id"),
        new.cast(pl.String).alias("new_entity_id"),
        pl.lit(kind).alias("kind"),
    ).sort("old_entity_id", "new_entity_id")


def _files(folder: Path, name: str) -> list[Path]:
    return sorted(folder.glob(f"{name}-*.parquet"))


def _last(folder: Path, name: str, schema: pl.Schema) -> pl.DataFrame:
    files = _files(folder, name)
    return pl.read_parquet(files[-1], glob=False) if files else pl.DataFrame(schema=schema)


def _all(folder: Path, name: str) -> pl.DataFrame:
    files = _files(folder, name)
    return pl.concat([pl.read_parquet(file, glob=False) for file in files] or [ID_HISTORY.empty()])


def _append(folder: Path, name: str, frame: pl.DataFrame) -> None:
    """Add the next file of a run of files, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{name}-{len(_files(folder, name)) + 1:06d}.parquet"
    part = path.with_suffix(".part")
    frame.write_parquet(part)
    part.chmod(0o600)
    sync(part)
    part.replace(path)
    sync(folder)
