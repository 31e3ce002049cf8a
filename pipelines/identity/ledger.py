"""The ledger of entity ids: minted once from a sequence, kept through corrections, mergers and splits, never reused.

An id follows what is known of its entity: the rows that carry it, its trusted number, and the marks by which a
corrected row is known again. The rules are joins under one total order, so that neither the order of the rows nor
the number of threads matters, and a run on equal rows changes nothing.

What does not belong here: how entries lie on disk and when they count (`entries`), what became of an id (`resolving`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.identity.check_character import with_check
from pipelines.identity.entries import CHANGES, MEMBERS, Entries
from pipelines.identity.marks import hashed
from pipelines.warehouse.schema import ID_HISTORY

NUMBER_MARKS = {"citizens": "", "parcels": "T"}
"""What stands before the number in an id, so that no parcel's id is a citizen's."""

_STRENGTH = ("number", "stayed", "returned", "last_number", "marks")
"""What a claim rests on, strongest first: the trusted number of rows that are there, rows that were there last time,
rows that were away, the number of rows that vanished (which may have been a slip, now corrected), and their marks."""


@dataclass(frozen=True)
class Assignment:
    """`ids`: `cluster`, `entity_id`. `history`: the whole id history of the commune, the contract's table. `ticket`: on
    which state of the ledger all this rests, for `numbered.still_stands`."""

    ids: pl.DataFrame
    history: pl.DataFrame
    ticket: str


def assign_ids(
    ledger: Path,
    dataset: str,
    commune_code: str,
    rows: pl.DataFrame,
    run_id: str,
    was_published: Callable[[str], bool],
) -> Assignment:
    """Give every cluster of `rows` (`record_id`, `cluster`, `trusted_number`, `marks`, as they read) its id.

    Each id goes to the cluster with the best claim on it, and each cluster keeps the best of the ids it won: the
    others are merged into that one for ever. A cluster that won none takes back an id that its rows carried before a
    merger and that names nothing now, else one that a run which was never published minted for its rows, else a new
    one. Ids whose rows are all gone are retired; when the rows come back, so does the id.

    What changed is written as a draft: it counts once `numbered.commit` is called, or `was_published` says that this
    run's result is in place. `hashed` values alone are written. Raises UnusableInput when the ledger is damaged.
    """
    entries = entries_of(ledger, dataset, commune_code)
    entries.settle(was_published)
    words, history = entries.words(), entries.changes()
    known = words.unique("record_id", keep="last", maintain_order=True)
    found = _found(rows, known)
    gone = known.join(found, on="record_id", how="anti")

    won, kept = _winners(_claims(found, gone), _STRENGTH)
    back = _take_back(_unnamed(found, kept), _sleeping(words, known))
    again = _take_back(_unnamed(found, kept, back), entries.offers())
    fresh = _mint(_unnamed(found, kept, back, again), dataset, commune_code, entries, history)
    minted = pl.concat([again, fresh])
    ids = pl.concat([kept, back, minted]).sort("cluster")

    merged = won.join(kept.rename({"entity_id": "into"}), on="cluster").filter(pl.col("entity_id") != pl.col("into"))
    parted = found.select("cluster", "entity_id").join(
        pl.concat([back, minted]).rename({"entity_id": "part"}), on="cluster"
    )
    retired = known.filter("present").join(pl.concat([ids, merged.select(ids.columns)]), on="entity_id", how="anti")
    changes = pl.concat(
        [
            _changes("minted", minted, new="entity_id"),
            _changes("merged_into", merged, old="entity_id", new="into"),
            _changes("split_from", parted.drop_nulls(), old="entity_id", new="part"),
            _changes("retired", retired, old="entity_id"),
        ]
    )
    members = pl.concat([_told(found, ids), _away(gone, merged)])
    drafted = not (members.is_empty() and changes.is_empty())
    if drafted:
        entries.write_draft(pl.concat([members, changes], how="diagonal"), run_id)
    history = pl.concat([history, changes.with_columns(run_id=pl.lit(run_id))])
    history = history.with_columns(dataset=pl.lit(dataset))
    return Assignment(ids, ID_HISTORY.conform(history), entries.ticket(run_id, drafted))


def entries_of(ledger: Path, dataset: str, commune_code: str) -> Entries:
    """The entries of one data set of one commune."""
    return Entries(ledger / dataset / commune_code)


def _found(rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """The rows of this run: `record_id`, `cluster`, `number` and `marks` (hashed), and as the ledger knows them
    `entity_id`, `present` and `last_number`; null for new ones."""
    told = rows.rename({"marks": "plain"}).join(known, on="record_id", how="left").rename({"number": "last_number"})
    # Rows of a ledger that was restored have no marks yet.
    unhashed = pl.col("marks").is_null() | (pl.col("trusted_number").is_not_null() & pl.col("last_number").is_null())
    old, new = told.filter(~unhashed), told.filter(unhashed)
    hashes = hashed(new.select("record_id", "trusted_number", marks="plain"))
    found = pl.concat(
        [
            old.with_columns(number=pl.when(pl.col("trusted_number").is_not_null()).then("last_number")),
            new.with_columns(
                hashes["trusted_number"].alias("number"), hashes["marks"], unmarked=pl.col("marks").is_null()
            ),
        ],
        how="diagonal",
    )
    return found.drop("plain", "trusted_number")


def _claims(found: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Every claim of a cluster on an id, with its strength."""
    old, new = found.drop_nulls("entity_id"), found.filter(pl.col("entity_id").is_null())
    by_row = old.group_by("cluster", "entity_id").agg(
        stayed=pl.col("present").sum(), returned=(~pl.col("present")).sum()
    )
    claims = pl.concat([by_row, _by_number(old, gone, found), _by_marks(gone, new)], how="diagonal_relaxed")
    return claims.group_by("cluster", "entity_id").agg(pl.col(_STRENGTH).sum())


def _by_number(old: pl.DataFrame, gone: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """Claims by the trusted numbers of ids, held by rows that are there or by rows that vanished."""
    there = pl.concat(
        [frame.select("entity_id", "number", there=pl.lit(here)) for frame, here in ((old, 1), (gone, 0))]
    )
    held = there.group_by("entity_id", "number").agg(pl.col("there").max())
    same = found.select("number", "cluster").join(held, on="number")
    return (
        _of_one(same, "number")
        .group_by("cluster", "entity_id")
        .agg(number=pl.col("there").sum(), last_number=(1 - pl.col("there")).sum())
    )


def _by_marks(gone: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Claims of new rows on the ids of rows that vanished; one that went earlier is not followed by another number."""
    went = gone.select("entity_id", "marks", "present", went="number").explode("marks")
    came = new.select("cluster", "marks", "number").explode("marks")
    other_number = (pl.col("went") != pl.col("number")).fill_null(value=False)
    same = came.join(went, on="marks").filter(pl.col("present") | ~other_number)
    alone = _of_one(same.select("marks", "cluster", "entity_id"), "marks")
    return alone.group_by("cluster", "entity_id").agg(pl.len().alias("marks"))


def _of_one(same: pl.DataFrame, value: str) -> pl.DataFrame:
    """Of pairs of a cluster and an id that have a value in common those whose value no others have."""
    return same.drop_nulls(value).unique().filter(pl.col(value).is_unique())


def _winners(claims: pl.DataFrame, strength: Sequence[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The best claim on every id, and of these the best of every cluster; in a draw the older id wins, then the
    smaller cluster."""
    falling = [*(True for _ in strength), False, False]
    best_first = claims.sort(*strength, "entity_id", "cluster", descending=falling).select("cluster", "entity_id")
    won = best_first.unique("entity_id", keep="first", maintain_order=True)
    return won, won.unique("cluster", keep="first", maintain_order=True)


def _unnamed(found: pl.DataFrame, *named: pl.DataFrame) -> pl.DataFrame:
    """The rows of the clusters that have no id yet."""
    return found.join(pl.concat(named), on="cluster", how="anti")


def _take_back(unnamed: pl.DataFrame, carried: pl.DataFrame) -> pl.DataFrame:
    """`cluster`, `entity_id`: ids that the rows carry in `carried` (`record_id`, `entity_id`)."""
    claims = unnamed.select("record_id", "cluster").join(carried, on="record_id").group_by("cluster", "entity_id")
    return _winners(claims.len("rows"), ["rows"])[1]


def _sleeping(words: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """`record_id`, `entity_id` of the ids that no row carries any more, since a merger."""
    return words.join(known, on="entity_id", how="anti").select("record_id", "entity_id").unique()


def _mint(
    unnamed: pl.DataFrame, dataset: str, commune_code: str, entries: Entries, history: pl.DataFrame
) -> pl.DataFrame:
    """New ids for these clusters, in their order: `10231-0000042-W`, `10231-T0000042-K`."""
    clusters = unnamed.select("cluster").unique().sort("cluster")
    used = history.select(pl.col("new_entity_id").str.extract(r"(\d{7,})").cast(pl.Int64).max()).item() or 0
    first = entries.take(clusters.height, used)
    number = pl.int_range(first, first + pl.len()).cast(pl.String).str.zfill(7)
    base = pl.format("{}-{}{}", pl.lit(commune_code), pl.lit(NUMBER_MARKS[dataset]), number)
    return clusters.with_columns(with_check(base).alias("entity_id"))


def _changes(kind: str, frame: pl.DataFrame, *, old: str | None = None, new: str | None = None) -> pl.DataFrame:
    ends = {"old_entity_id": old, "new_entity_id": new}
    lines = frame.select(
        pl.lit(None, pl.String).alias(end) if id_ is None else pl.col(id_).alias(end) for end, id_ in ends.items()
    )
    return lines.unique().sort(*ends).with_columns(kind=pl.lit(kind)).select(CHANGES.names())


def _told(found: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    """The rows of this run of which there is something new to tell."""
    now = found.rename({"entity_id": "last_id"}).join(ids, on="cluster")
    same_id, same_number = pl.col("last_id") == pl.col("entity_id"), pl.col("last_number").eq_missing(pl.col("number"))
    marked = ~pl.col("unmarked").fill_null(value=False)
    news = now.filter(~(same_id.fill_null(value=False) & same_number & marked & pl.col("present")))
    return news.with_columns(present=pl.lit(value=True)).select(MEMBERS.names())


def _away(gone: pl.DataFrame, merged: pl.DataFrame) -> pl.DataFrame:
    """The rows that went away, and those that were away and follow their id into another."""
    news = gone.join(merged.drop("cluster"), on="entity_id", how="left").filter(
        pl.col("present") | pl.col("into").is_not_null()
    )
    after = {"entity_id": pl.coalesce("into", "entity_id"), "present": pl.lit(value=False)}
    return news.with_columns(**after).select(MEMBERS.names())
