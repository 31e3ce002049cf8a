"""What changed since the last publication of the same mode: which people and parcels, in what way, and why.

An entity is the same when its id is. Everything is joins over whole tables, so the order of rows never matters. What
does not belong here: how much change is too much (`expectations.identity`), and how it is told to an officer.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from pipelines.problems import UnusableInput
from pipelines.review.decisions import BINDING
from pipelines.warehouse import schema
from pipelines.warehouse.quoting import Sql, fill, name, names
from pipelines.warehouse.reading import open_warehouse

CHURN: Final = Sql("kind IN ('withdrawn', 'merged', 'split') AND cause <> 'decision'")
"""Which changes count against the churn limit, in SQL: what people lose without anybody having decided it."""

Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class _Kind:
    """One kind of entity: its dataset and id, its source rows, and where its golden fields stand."""

    dataset: str
    key: str
    sources: schema.Table
    golden: tuple[schema.Table, ...]
    """Tables of one row an entity; every column but the id is a field."""
    lists: Mapping[str, tuple[schema.Table, tuple[str, ...]]]
    """Fields that are several rows of another table, in the order of the first column, and these columns of it."""


_OWNER: Final = ("owner_no", "owner_name", "owner_kind", "owner_id_no", "owner_birth_year", "owner_address")
_KINDS: Final = (
    _Kind("citizens", "citizen_id", schema.CITIZEN_SOURCES, (schema.CITIZENS, schema.CITIZENS_SENSITIVE), {}),
    _Kind(
        "parcels",
        "parcel_id",
        schema.PARCEL_SOURCES,
        (schema.PARCELS,),
        {
            "owners": (schema.PARCEL_OWNERS, _OWNER),
            "owner_citizens": (schema.PARCEL_OWNERS, ("owner_no", "citizen_id", "status")),
        },
    ),
)
_NOW: Final = " now"
_THEN: Final = " then"
"""End the name of a column of one publication where that of the other stands beside it."""


def changes(earlier: Path | None, now: Frames, manifest: Mapping[str, str]) -> pl.DataFrame:
    """The table `changes`: what differs between the published file `earlier` and the tables `now`; see `compare`.

    No row when nothing was published before (`earlier` is None). Raises UnusableInput when `earlier` cannot be read
    as a warehouse.
    """
    return schema.CHANGES.empty() if earlier is None else compare(compared_tables(earlier), now, manifest)


def last_publication(earlier: Path | None) -> dict[str, str]:
    """Manifest entries about the published file `earlier`; nothing when there is none.

    `earlier.run_id`, `earlier.logical_hash`, `earlier.started_at`; `earlier.citizens` and `earlier.parcels` count its
    entities. Raises UnusableInput when the file cannot be read as a warehouse.
    """
    if earlier is None:
        return {}
    with _opened(earlier) as connection:
        said = connection.execute(
            "SELECT key, value FROM manifest WHERE key IN ('run_id', 'logical_hash', 'started_at')"
        ).fetchall()
        for kind in _KINDS:
            counted = fill("SELECT $dataset, count(*)::VARCHAR FROM {entities}", entities=name(kind.dataset))
            said += connection.execute(counted, {"dataset": kind.dataset}).fetchall()
    return {f"earlier.{key}": value for key, value in said}


def compared_tables(path: Path) -> dict[str, pl.DataFrame]:
    """The tables of a published warehouse that are compared, by name, each with what columns of it the file has.

    Of source rows only `record_id` and the entity's id are read. A file that an older version of the program wrote
    may lack a table, which is then empty. Raises UnusableInput when the file cannot be read as a warehouse.
    """
    whole = (schema.ID_HISTORY, schema.DECISIONS, schema.MANIFEST)
    wanted = [(table, [column.name for column in table.columns]) for table in whole]
    for kind in _KINDS:
        of_kind = {table.name: table for table in (*kind.golden, *(table for table, _ in kind.lists.values()))}
        wanted += [(table, [column.name for column in table.columns]) for table in of_kind.values()]
        wanted.append((kind.sources, ["record_id", kind.key]))
    return read_tables(path, wanted)


def read_tables(path: Path, wanted: Sequence[tuple[schema.Table, list[str]]]) -> dict[str, pl.DataFrame]:
    """These columns of these tables of a published warehouse, as far as the file has them; without any, no row.

    Raises UnusableInput when the file cannot be read as a warehouse.
    """
    with _opened(path) as connection:
        held = set(connection.execute("SELECT table_name, column_name FROM duckdb_columns()").fetchall())
        return {
            table.name: _read(connection, table, [name for name in columns if (table.name, name) in held])
            for table, columns in wanted
        }


@contextmanager
def _opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        with open_warehouse(path) as connection:
            yield connection
    except duckdb.Error:
        raise UnusableInput(
            f"Bản đã công bố «{path}» không đọc được nên không so sánh được thay đổi; hãy khôi phục một phiên bản "
            "trước (hopnhat rollback) hoặc chuyển tệp đó đi nơi khác rồi chạy lại.",
            f"The published {path} cannot be read, so that changes cannot be told: roll back or move it away.",
        ) from None


def _read(connection: duckdb.DuckDBPyConnection, table: schema.Table, columns: list[str]) -> pl.DataFrame:
    if not columns:
        return table.empty()
    statement = fill("SELECT {columns} FROM {table}", columns=names(columns), table=name(table.name))
    found = connection.execute(statement).to_arrow_table()
    return pl.DataFrame(found).cast({name: kind for name, kind in table.polars_schema.items() if name in columns})


def compare(then: Frames, now: Frames, manifest: Mapping[str, str]) -> pl.DataFrame:
    """The table `changes` from the tables of two publications, those that `compared_tables` gives.

    `manifest` holds the entries of the run that made `now`, which needs no table `manifest`.

    A row that only moved from one entity to another has neither arrived nor gone. The cause is the first of these
    that applies: a decision on the entity's rows was taken or revoked; rows of it arrived, were corrected (some
    gone, some arrived) or were withdrawn; another model; other settings or reference data; another version of the
    program; and last what was decided, came or went for other entities of the commune.
    """
    rows = {kind.dataset: _rows(kind, then, now) for kind in _KINDS}
    decided = _decided(then, now)
    stirred = not decided.is_empty() or any(frame["came"].any() or frame["left"].any() for frame in rows.values())
    before = dict(then[schema.MANIFEST.name].iter_rows())
    found = [
        _of_kind(kind, then, now, rows[kind.dataset])
        .pipe(_with_cause, rows[kind.dataset], decided, _cause_elsewhere(kind.dataset, before, manifest, stirred))
        .with_columns(pl.lit(kind.dataset).alias("dataset"))
        for kind in _KINDS
    ]
    order = ("dataset", "kind", "earlier_entity_id", "entity_id")
    return pl.concat(map(schema.CHANGES.conform, found)).sort(order, nulls_last=True)


def _rows(kind: _Kind, then: Frames, now: Frames) -> pl.DataFrame:
    """Every source row of either publication: `record_id`, its entity `then` and `now`, whether it `came` or `left`."""
    sides = (
        frames[kind.sources.name].select("record_id", pl.col(kind.key).alias(side))
        for side, frames in (("then", then), ("now", now))
    )
    return (
        next(sides)
        .join(next(sides), on="record_id", how="full", coalesce=True)
        .with_columns(pl.col("then").is_null().alias("came"), pl.col("now").is_null().alias("left"))
    )


def _of_kind(kind: _Kind, then: Frames, now: Frames, rows: pl.DataFrame) -> pl.DataFrame:
    """The changes of one kind of entity, all columns but `dataset` and `cause`."""
    old = then[kind.dataset].select(pl.col(kind.key).alias("earlier_entity_id"))
    new = now[kind.dataset].select(pl.col(kind.key).alias("entity_id"))
    absent = old.join(new, left_on="earlier_entity_id", right_on="entity_id", how="anti")
    fresh = new.join(old, left_on="entity_id", right_on="earlier_entity_id", how="anti")
    moved = rows.group_by(pl.col("then").alias("earlier_entity_id"), pl.col("now").alias("entity_id")).len("moved")
    merged = _merged(kind, absent, new, moved, then, now)
    split = _likeliest(moved.drop_nulls().join(fresh, on="entity_id", how="semi"), "entity_id")
    kinds = {
        "merged": merged,
        "withdrawn": absent.join(merged, on="earlier_entity_id", how="anti"),
        "split": split,
        "new": fresh.join(split, on="entity_id", how="anti"),
    }
    told = [frame.with_columns(pl.lit(name).alias("kind")) for name, frame in kinds.items()]
    told.append(_changed(kind, then, now, rows).with_columns(pl.lit("changed").alias("kind")))
    came = rows.filter("came").group_by(pl.col("now").alias("entity_id")).len("rows_arrived")
    left = rows.filter("left").group_by(pl.col("then").alias("earlier_entity_id")).len("rows_gone")
    return (
        pl.concat(told, how="diagonal")
        .join(came, on="entity_id", how="left")
        .join(left, on="earlier_entity_id", how="left")
        .join(_communes(kind, now, "entity_id"), on="entity_id", how="left")
        .join(_communes(kind, then, "earlier_entity_id"), on="earlier_entity_id", how="left", suffix=_THEN)
        .with_columns(pl.coalesce("old_commune_code", f"old_commune_code{_THEN}"))
        .with_columns(pl.col("rows_arrived", "rows_gone").fill_null(0), pl.col("fields").fill_null([]))
    )


def _communes(kind: _Kind, frames: Frames, name: str) -> pl.DataFrame:
    """The old commune of every entity, whose id is called `name`."""
    return frames[kind.dataset].select(pl.col(kind.key).alias(name), "old_commune_code")


def _merged(
    kind: _Kind, absent: pl.DataFrame, new: pl.DataFrame, moved: pl.DataFrame, then: Frames, now: Frames
) -> pl.DataFrame:
    """`earlier_entity_id`, `entity_id`: ids that the ledger merged into another one since, and where they are now."""
    since = (
        now[schema.ID_HISTORY.name]
        .join(then[schema.ID_HISTORY.name], on=list(then[schema.ID_HISTORY.name].columns), how="anti", nulls_equal=True)
        .filter(pl.col("dataset") == kind.dataset)
    )
    steps = since.filter(kind="merged_into").select(
        pl.col("old_entity_id").alias("via"), pl.col("new_entity_id").alias("entity_id")
    )
    reached = absent.join(steps, left_on="earlier_entity_id", right_on="via").unique()
    while True:  # an id may have been merged several times between two publications of this mode
        further = (
            reached.rename({"entity_id": "via"}).join(steps, on="via").select("earlier_entity_id", "entity_id").unique()
        )
        more = further.join(reached, on=["earlier_entity_id", "entity_id"], how="anti")
        if more.is_empty():
            break
        reached = pl.concat([reached, more])
    # An id may also have come back from its merger and been withdrawn after it: then none of its rows is there.
    retired = since.filter(kind="retired").select(pl.col("old_entity_id").alias("earlier_entity_id"))
    kept = moved.filter(pl.col("entity_id").is_not_null()).select("earlier_entity_id")
    gone = retired.join(kept, on="earlier_entity_id", how="anti")
    found = reached.join(new, on="entity_id", how="semi").join(gone, on="earlier_entity_id", how="anti")
    return _likeliest(found.join(moved, on=["earlier_entity_id", "entity_id"], how="left"), "earlier_entity_id")


def _likeliest(pairs: pl.DataFrame, key: str) -> pl.DataFrame:
    """Of several counterparts of an entity the one that holds most of its rows (`moved`), the smallest id of equals."""
    order = ("moved", "earlier_entity_id", "entity_id")
    return (
        pairs.sort(order, descending=[True, False, False], nulls_last=True)
        .unique(key, keep="first")
        .select("earlier_entity_id", "entity_id")
    )


def _changed(kind: _Kind, then: Frames, now: Frames, rows: pl.DataFrame) -> pl.DataFrame:
    """Entities of both publications of which a golden value or a source row differs, and in which `fields`."""
    old, new = _golden(kind, then), _golden(kind, now)
    names = [name for name in new.columns if name in old.columns and name != kind.key]
    moved = rows.filter(pl.col("then").ne_missing(pl.col("now")))
    stirred = pl.concat([moved.select(pl.col(side).alias(kind.key)) for side in ("then", "now")]).unique()
    both = old.join(new, on=kind.key, suffix=_NOW).join(
        stirred.with_columns(stirred=pl.lit(True)), on=kind.key, how="left"
    )
    return (
        both.select(
            kind.key, "stirred", *(pl.col(name).ne_missing(pl.col(f"{name}{_NOW}")).alias(name) for name in names)
        )
        .filter(pl.any_horizontal("stirred", *names))
        .select(
            pl.col(kind.key).alias("entity_id"),
            pl.col(kind.key).alias("earlier_entity_id"),
            pl.concat_list(pl.when(name).then(pl.lit(name)) for name in names).list.drop_nulls().alias("fields"),
        )
    )


def _golden(kind: _Kind, frames: Frames) -> pl.DataFrame:
    """One row an entity: its id and every golden field."""
    first, *others = (frames[table.name] for table in kind.golden)
    for field, (table, columns) in kind.lists.items():
        known = [name for name in columns if name in frames[table.name].columns]
        others.append(frames[table.name].group_by(kind.key).agg(pl.struct(known).sort_by(columns[0]).alias(field)))
    for other in others:
        first = first.join(other, on=kind.key, how="left")
    return first


def _decided(then: Frames, now: Frames) -> pl.DataFrame:
    """`record_id`: the rows of which decisions were taken or revoked since."""
    name = schema.DECISIONS.name
    binding = pl.col("kind").is_in(BINDING)
    old, new = (frames[name].filter(binding).select("decision_id", "record_ids") for frames in (then, now))
    differing = [old.join(new, on="decision_id", how="anti"), new.join(old, on="decision_id", how="anti")]
    return pl.concat(differing).select(pl.col("record_ids").explode().alias("record_id")).unique().drop_nulls()


def _with_cause(found: pl.DataFrame, rows: pl.DataFrame, decided: pl.DataFrame, elsewhere: str) -> pl.DataFrame:
    """Add `cause`; `elsewhere` is that of an entity of which neither decisions nor rows differ."""
    touched = rows.join(decided, on="record_id", how="semi")
    by_decision = pl.col("entity_id").is_in(touched["now"].implode()) | pl.col("earlier_entity_id").is_in(
        touched["then"].implode()
    )
    came, left = pl.col("rows_arrived") > 0, pl.col("rows_gone") > 0
    return found.with_columns(
        pl.when(by_decision)
        .then(pl.lit("decision"))
        .when(came & left)
        .then(pl.lit("rows_corrected"))
        .when(came)
        .then(pl.lit("rows_arrived"))
        .when(left)
        .then(pl.lit("rows_withdrawn"))
        .otherwise(pl.lit(elsewhere))
        .alias("cause")
    )


def _cause_elsewhere(dataset: str, before: Mapping[str, str], manifest: Mapping[str, str], stirred: bool) -> str:
    """Why an entity changed on which nothing was decided and whose rows are the same; `stirred`: others' are not."""
    model = {f"model_name.{dataset}"}
    keys = before.keys() | manifest.keys()
    references = {key for key in keys if key.startswith("reference_sha256.")}
    settings = {f"settings.{dataset}"} | references - {"reference_sha256.publication_limits"}  # these change no entity
    program = {"code_version", "code_sha256", "requirements_sha256"} | {
        key for key in keys if key.startswith("version.")
    }
    for cause, differing in (("model", model), ("settings", settings), ("program", program)):
        if any(before.get(key) != manifest.get(key) for key in differing):
            return cause
    return "other_entities" if stirred else "program"
