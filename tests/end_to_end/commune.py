"""A small commune for tests of what lasts: its registers as officers hand them in, and its runs, without Dagster.

Registers know what a run cannot: which row is the corrected form of which. `Commune.run` puts the real functions
together as the assets do, so that a run takes a second.
"""

import csv
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from shutil import rmtree
from tempfile import TemporaryDirectory

import duckdb
import polars as pl

from expectations import RULES
from expectations.manifest import KEYS
from pipelines.citizens.comparisons import SPEC as CITIZENS
from pipelines.citizens.context import add_context
from pipelines.citizens.golden import golden_citizens
from pipelines.citizens.marks import row_marks as citizen_marks
from pipelines.citizens.standard import standardise as standardise_citizens
from pipelines.citizens.trust import add_number_status
from pipelines.communes import MergerMap, SplitRules, place
from pipelines.identity.ledger import assign_ids
from pipelines.identity.numbered import commit, still_stands
from pipelines.identity.restoring import restore
from pipelines.ingest import read_exports
from pipelines.linkage import LinkageSettings, link
from pipelines.linkage.engine import Linkage
from pipelines.linkage.store import shipped_model
from pipelines.parcels.comparisons import SPEC as PARCELS
from pipelines.parcels.context import add_context as add_parcel_context
from pipelines.parcels.golden import golden_parcels
from pipelines.parcels.marks import row_marks as parcel_marks
from pipelines.parcels.sheet_choices import SheetChoices
from pipelines.parcels.sheet_ledger import NAME as SHEETS
from pipelines.parcels.sheet_ledger import keep_sheets, known_sheets
from pipelines.parcels.sheet_map import Assigned, Sheet
from pipelines.parcels.sheets import sheet_map
from pipelines.parcels.standard import standardise as standardise_parcels
from pipelines.review import review_cases
from pipelines.review.cases import quarantined_case, sheet_cases, unplaced_case
from pipelines.review.decisions import Decision, DecisionLog, decision_log, decisions_sha256, decisions_table
from pipelines.review.rulings import Rulings, rulings
from pipelines.review.taking import Event, Taken, take, with_marks
from pipelines.synthetic.sample import write_sample
from pipelines.synthetic.settings import OldCommune, SampleSettings
from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.changes import changes, last_publication
from pipelines.warehouse.manifest import NEEDED, totals
from pipelines.warehouse.promotion import BLOCKING_CASES
from pipelines.warehouse.publishing import publish
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.row_balance import row_balance, unplaced
from pipelines.warehouse.schema import CLUSTERS, VALIDATION_RESULTS
from pipelines.warehouse.settings import PublicationSettings
from pipelines.warehouse.sources import with_raw
from pipelines.warehouse.versions import (
    LEDGER_RUN,
    LEDGER_TICKET,
    all_files,
    newest_file,
    published_file,
    was_published,
)

CODE = "10231"
NEW_COMMUNE = MergerMap.shipped().new_commune(CODE)
DATASETS = ("citizens", "parcels")
STAGES = ("linked", "people drafted", "land drafted", "staged")
"""Where a run can be killed before its publication; after the last one a gate refuses it."""

_RULES = SplitRules.none()
_SPECS = {"citizens": CITIZENS, "parcels": PARCELS}
_MODELS = {name: shipped_model(spec) for name, spec in _SPECS.items()}
_ANY_CHANGE = PublicationSettings(churn_limit=1)
_GATES = [rule for rule in RULES if rule.severity == "gate" and rule.suite in {"identity", "references", "review"}]
"""Those on ids and decisions, which this machine is about: it runs too often to ask all."""
_START = datetime(2026, 1, 5, 8, tzinfo=timezone(timedelta(hours=7)))
_FILES = {"cong_dan.csv": "citizens", "thua_dat.csv": "parcels"}
_DIRTY = SampleSettings(movers=0.35, doubles=0.15, three_rows=0.05, parcel_doubles=0.2, boundary_parcels=0.2).scaled(3)


@dataclass(frozen=True)
class Line:
    """A row of a register; `person` stays when the row is corrected, and is who or what the row is about to us."""

    person: int
    cells: tuple[str, ...]
    before: tuple[str, ...] = ()
    """What it said before it was corrected."""


@dataclass
class Book:
    """One file of a register, which is there or has not come (yet)."""

    folder: str
    name: str
    dataset: str
    header: tuple[str, ...]
    lines: list[Line]
    there: bool = True
    copied: bool = False
    """Whether somebody left a copy of the file beside it, of which nothing may be read twice."""

    @property
    def code(self) -> str:
        return self.folder[:5]

    @property
    def source_files(self) -> list[str]:
        return [f"{self.folder}/{self.name}", *([f"{self.folder}/Copy of {self.name}"] if self.copied else [])]

    def write(self, exports: Path) -> None:
        for source_file in self.source_files:
            path = exports / source_file
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, lineterminator="\n").writerows([self.header, *(line.cells for line in self.lines)])


@dataclass
class Registers:
    """All files of the old communes, and rows that are in none of them yet."""

    books: list[Book]
    newcomers: dict[tuple[str, str], list[Line]]
    """By the old commune's code and the data set."""

    @classmethod
    def drawn(cls) -> "Registers":
        """Some thirty people and twenty parcels in five communes, many of them twice; equal ones every time."""
        books, newcomers = _sample()
        return cls(
            [replace(book, lines=list(book.lines)) for book in books],
            {place: list(lines) for place, lines in newcomers.items()},
        )

    def write(self, exports: Path) -> None:
        rmtree(exports, ignore_errors=True)
        for book in self.there():
            book.write(exports)

    def there(self) -> list[Book]:
        return [book for book in self.books if book.there]

    def lines(self) -> dict[tuple[str, int], Line]:
        """Every row that is there, by its file and physical line."""
        return {
            (source_file, number): line
            for book in self.there()
            for source_file in book.source_files
            for number, line in enumerate(book.lines, start=2)
        }

    def shuffled(self, dice: Random) -> "Registers":
        """The same rows in files of other names, and in another order."""
        return Registers(
            [
                replace(
                    book,
                    folder=f"{book.code} {dice.randrange(1000)}",
                    name=f"{dice.randrange(1000)} {book.name}",
                    lines=dice.sample(book.lines, len(book.lines)),
                )
                for book in self.books
            ],
            self.newcomers,
        )


@cache
def _sample() -> tuple[list[Book], dict[tuple[str, str], list[Line]]]:
    books: list[Book] = []
    newcomers: dict[tuple[str, str], list[Line]] = {}
    person = count()
    old = [OldCommune.of(one) for one in NEW_COMMUNE.old_communes]
    with TemporaryDirectory() as folder:
        for seed in (1, 2):
            write_sample(Path(folder) / str(seed), old, people=30, parcels=14, seed=seed, settings=_DIRTY)
            for path in sorted((Path(folder) / str(seed) / "exports").glob("*/*.csv")):
                with path.open(encoding="utf-8", newline="") as stream:
                    header, *rows = map(tuple, csv.reader(stream))
                lines = [Line(next(person), cells) for cells in dict.fromkeys(rows)]
                if seed == 1:
                    books.append(Book(path.parent.name, path.name, _FILES[path.name], header, lines))
                else:
                    newcomers[path.parent.name[:5], _FILES[path.name]] = lines
    return books, newcomers


@dataclass(frozen=True)
class Outcome:
    """What a run gave, whether it was published or not; ids of rows and entities of both data sets together."""

    run_id: str
    mode: str
    ids: dict[str, str]
    """Record id → entity id, of every row of the staging warehouse."""
    persons: dict[str, int]
    """Record id → the register's own knowledge of who it is."""
    numbers: dict[str, str]
    """Record id → trusted number, of the rows that have one."""
    identifying: dict[str, str]
    partition: frozenset[frozenset[str]]
    cases: list[dict]
    history: list[tuple]
    """`dataset`, `old_entity_id`, `new_entity_id`, `kind`, `run_id`."""
    changes: pl.DataFrame
    sheets: dict[Sheet, Assigned]
    decisions: list[Decision]
    failed_gates: list[str]
    blocking: int
    rows: dict[str, pl.DataFrame]
    """By data set, what the ledger was given."""
    manifest: dict[str, str] = field(default_factory=dict)
    """Of the published file; empty when the run was not published."""

    def entities(self) -> dict[str, frozenset[str]]:
        """Entity id → its rows."""
        found: dict[str, set[str]] = {}
        for row, entity in self.ids.items():
            found.setdefault(entity, set()).add(row)
        return {entity: frozenset(rows) for entity, rows in found.items()}

    def hashes(self) -> dict[str, str]:
        """The logical hash of every table."""
        head = "logical_hash."
        return {key.removeprefix(head): value for key, value in self.manifest.items() if key.startswith(head)}


class Commune:
    """Thượng Phúc on one machine: a data folder with ledger, decisions and publications."""

    def __init__(self, data: Path, registers: Registers) -> None:
        self.data, self.registers, self.runs, self.events = data, registers, 0, 0

    @property
    def ledger(self) -> Path:
        return self.data / "ledger"

    @property
    def log(self) -> DecisionLog:
        return decision_log(self.data, CODE)

    def published(self, mode: str) -> Path:
        return published_file(self.data, mode, CODE)

    @property
    def was_published(self) -> Callable[[str], bool]:
        return was_published(self.data, CODE)

    def versions(self, mode: str) -> list[str]:
        """The versions that are kept."""
        return sorted(path.name for path in (self.published(mode).parent / "versions" / CODE).glob("*.duckdb"))

    def now(self) -> datetime:
        """A clock that goes by events, not by the machine's time."""
        self.events += 1
        return _START + timedelta(minutes=self.events)

    def newest(self) -> Path | None:
        """The warehouse that officers look at."""
        return newest_file(self.data, CODE)

    def take(self, *events: Event) -> Taken:
        """Officers decide or revoke, as `hopnhat review import` has it."""
        marked = with_marks(
            [event for event in events if isinstance(event, Decision)], self.ledger, CODE, self.was_published
        )
        known = iter(marked)
        whole = [next(known) if isinstance(event, Decision) else event for event in events]
        return take(self.log, whole, self.newest())

    def ledger_files(self) -> dict[str, bytes]:
        """The ledger, byte by byte."""
        return {
            path.relative_to(self.ledger).as_posix(): path.read_bytes()
            for path in sorted(self.ledger.rglob("*"))
            if path.is_file()
        }

    def run(
        self,
        mode: str = "trial",
        reached: Callable[[str], None] = lambda stage: None,
        publication: AbstractContextManager[object] | None = None,
        shown: Callable[[Outcome], None] = lambda outcome: None,
    ) -> Outcome:
        """A run from the exports to the published file.

        `reached` is told each of `STAGES`, and may raise to end the run there; `publication` is around what puts the
        result in place and commits the ledger; `shown` gets what stands in the staging warehouse before that.
        """
        self.runs += 1
        run_id = f"run-{self.runs:04d}"
        exports, staging = self.data / "exports", self.data / "scratch" / "staging.duckdb"
        self.registers.write(exports)
        read = read_exports(exports, NEW_COMMUNE)
        decisions = self.log.in_force()

        records, marks, ruled, linkage = self._linked(read.citizens, read.parcels, decisions)
        reached("linked")

        rows = {
            name: linkage[name]
            .members.join(marks[name], on="record_id")
            .select("record_id", "cluster", "trusted_number", "marks")
            for name in DATASETS
        }
        was = self.was_published
        for name in DATASETS:
            assert not restore(self.ledger, name, CODE, all_files(self.data, CODE)), "no crash loses the ledger"
        people = assign_ids(self.ledger, "citizens", CODE, rows["citizens"], run_id, was)
        golden = {
            "citizens": golden_citizens(records["citizens"], linkage["citizens"].members, people.ids, NEW_COMMUNE)
        }
        reached("people drafted")
        land = assign_ids(self.ledger, "parcels", CODE, rows["parcels"], run_id, was)
        known = known_sheets(self.ledger, CODE, was, [])
        sheets = sheet_map(records["parcels"], CODE, known, SheetChoices())
        golden["parcels"] = golden_parcels(
            records["parcels"],
            linkage["parcels"].members,
            land.ids,
            golden["citizens"]["citizens"],
            sheets.table,
            NEW_COMMUNE,
            golden["citizens"]["citizen_homes"],
        )
        reached("land drafted")

        assigned = {"citizens": people, "parcels": land}
        tickets = {name: one.ticket for name, one in assigned.items()}
        tickets[SHEETS] = keep_sheets(self.ledger, CODE, sheets.numbered, known, run_id)
        queue = [unplaced_case(name, frame, 0.01) for name, frame in records.items()]
        queue += [quarantined_case(name, read.files, read.quarantine, 0.01) for name in DATASETS]
        queue.append(sheet_cases(sheets.in_question))
        queue += [
            review_cases(
                name,
                linkage[name].links,
                records[name] if name == "citizens" else None,
                linkage[name].members,
                ruled[name],
            )
            for name in DATASETS
        ]
        tables = {
            **_both(golden),
            "id_history": pl.concat([one.history for one in assigned.values()]),
            "review_queue": pl.concat(queue),
            "sheet_map": sheets.table,
            "decisions": pl.concat([decisions_table(decisions, name) for name in DATASETS]),
            "clusters": pl.concat([_clusters(linkage[name], assigned[name].ids, name) for name in DATASETS]),
            "links": pl.concat(
                [linkage[name].links.drop("why").with_columns(dataset=pl.lit(name)) for name in DATASETS]
            ),
            "near_misses": pl.concat(
                [linkage[name].missed.sample.with_columns(dataset=pl.lit(name)) for name in DATASETS]
            ),
        }
        tables["row_balance"] = row_balance(
            read.files, records, {name: tables[f"{name[:-1]}_sources"] for name in DATASETS}
        )
        raw = {"citizens": read.citizens, "parcels": read.parcels}
        for name in DATASETS:
            tables[f"{name[:-1]}_sources"] = with_raw(tables[f"{name[:-1]}_sources"], raw[name])
        tables["unplaced"] = pl.concat([with_raw(unplaced(records[name], name), raw[name]) for name in DATASETS])
        for name in ("quarantine", "column_encodings", "decoded_rows"):
            tables[name] = getattr(read, name)

        target = self.published(mode)
        earlier = target if target.is_file() else None
        manifest = {
            # What the manifest tells of the program and its packages plays no part here.
            **dict.fromkeys({*KEYS, *NEEDED}, "-"),
            "commune_code": CODE,
            "mode": mode,
            "run_id": run_id,
            "started_at": self.now().isoformat(),
            "settings.publication": _ANY_CHANGE.model_dump_json(),
            "decisions_sha256": decisions_sha256(one.decision_id for one in decisions),
            **{f"input_sha256.{file}": sha256 for file, sha256 in read.files.select("source_file", "sha256").rows()},
            **{f"{LEDGER_RUN}{name}": run_id for name in tickets},
            **{f"{LEDGER_TICKET}{name}": ticket for name, ticket in tickets.items()},
            **{f"model_name.{name}": linkage[name].model.name(CODE) for name in DATASETS},
            **{f"thresholds.{name}": json.dumps(linkage[name].thresholds) for name in DATASETS},
            "old_communes": json.dumps(
                [
                    {"code": old.code, "part": old.population_part, "land_part": old.area_part}
                    for old in NEW_COMMUNE.old_communes
                ]
            ),
            **last_publication(earlier),
        }
        manifest |= totals(manifest)
        tables["changes"] = changes(earlier, tables, manifest)
        tables["manifest"] = pl.DataFrame(sorted(manifest.items()), schema=["key", "value"], orient="row")
        write_warehouse(staging, tables.items())
        lines = self.registers.lines()
        outcome = Outcome(
            run_id=run_id,
            mode=mode,
            ids=_ids(staging),
            persons={row: lines[place_].person for row, place_ in _places(staging)},
            numbers={
                row: number
                for frame in rows.values()
                for row, number in frame.select("record_id", "trusted_number").drop_nulls().rows()
            },
            identifying=dict(
                row for frame in marks.values() for row in frame.select("record_id", "identifying").rows()
            ),
            partition=frozenset(
                frozenset(rows_)
                for one in linkage.values()
                for rows_ in one.members.group_by("cluster").agg("record_id")["record_id"].to_list()
            ),
            cases=tables["review_queue"].to_dicts(),
            history=tables["id_history"].rows(),
            changes=tables["changes"],
            sheets=sheets.numbered,
            decisions=decisions,
            failed_gates=_failed_gates(staging),
            blocking=_one(staging, BLOCKING_CASES),
            rows=rows,
        )
        shown(outcome)
        reached("staged")

        assert all(still_stands(self.ledger, name, CODE, ticket) for name, ticket in tickets.items())
        with publication or nullcontext():
            manifest = publish(staging, VALIDATION_RESULTS.empty(), target, at=self.now(), by="tester")
            commit(self.ledger, CODE, run_id)
        return replace(outcome, manifest=manifest)

    def _linked(
        self, citizens: pl.DataFrame, parcels: pl.DataFrame, decisions: list[Decision]
    ) -> tuple[dict[str, pl.DataFrame], dict[str, pl.DataFrame], dict[str, Rulings], dict[str, Linkage]]:
        """Records, their marks, what was ruled about them, and how they are linked, by data set."""
        standard = place(standardise_citizens(citizens), NEW_COMMUNE, "citizens", _RULES)
        ruled = {"citizens": rulings(decisions, "citizens", citizen_marks(standard))}
        records = {
            "citizens": add_number_status(
                standard, ruled["citizens"].right, ruled["citizens"].wrong, ruled["citizens"].superseded
            ),
            "parcels": place(standardise_parcels(parcels), NEW_COMMUNE, "parcels", _RULES),
        }
        marks = {"citizens": citizen_marks(records["citizens"]), "parcels": parcel_marks(records["parcels"])}
        ruled["parcels"] = rulings(decisions, "parcels", marks["parcels"])
        told = {
            "citizens": add_context(records["citizens"], records["parcels"]),
            "parcels": add_parcel_context(records["parcels"]),
        }
        linkage = {
            name: link(told[name], spec, LinkageSettings(), _MODELS[name], _MODELS[name], ruled[name].verdicts)
            for name, spec in _SPECS.items()
        }
        return records, marks, ruled, linkage


def _both(golden: Mapping[str, Mapping[str, pl.DataFrame]]) -> dict[str, pl.DataFrame]:
    """The golden tables of people and land; those that both have are one."""
    people, land = golden["citizens"], golden["parcels"]
    both = people.keys() & land.keys()
    return {**people, **land, **{name: pl.concat([people[name], land[name]]) for name in both}}


def _clusters(linkage: Linkage, ids: pl.DataFrame, dataset: str) -> pl.DataFrame:
    named = linkage.paths.join(ids, on="cluster").with_columns(pl.lit(dataset).alias("dataset"))
    return CLUSTERS.conform(named)


def _ids(warehouse: Path) -> dict[str, str]:
    with open_warehouse(warehouse) as connection:
        return dict(
            connection.execute(
                "SELECT record_id, citizen_id FROM citizen_sources"
                " UNION ALL SELECT record_id, parcel_id FROM parcel_sources"
            ).fetchall()
        )


def _places(warehouse: Path) -> Iterator[tuple[str, tuple[str, int]]]:
    with open_warehouse(warehouse) as connection:
        for table in ("citizen_sources", "parcel_sources"):
            for row, file, line in connection.execute(
                f"SELECT record_id, source_file, source_line FROM {table}"
            ).fetchall():
                yield row, (file, line)


def _failed_gates(warehouse: Path) -> list[str]:
    """The gates that this warehouse does not pass, asked without Great Expectations."""
    failed = []
    with open_warehouse(warehouse) as connection:
        for rule in _GATES:
            query = rule.expectation.replace("{today}", "DATE '2026-06-01'").format(batch=rule.table)
            try:
                found = len(connection.execute(query).fetchall())
            except duckdb.Error as problem:
                raise AssertionError(rule.id) from problem
            if found > rule.limit:
                failed.append(rule.id)
    return failed


def _one(warehouse: Path, query: str) -> int:
    with open_warehouse(warehouse) as connection:
        return connection.execute(query).fetchall()[0][0]
