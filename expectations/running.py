"""Running the rules: Great Expectations judges each of them on a staging warehouse and counts what failed.

What a rule demands does not belong here. Nothing in this module reads a row: GX counts failures inside
DuckDB, and what it or DuckDB would say about a failed query is dropped, because such messages quote values.
"""

import logging
import math
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import duckdb
import polars as pl

from expectations.rule import Rule, complete, on_day
from pipelines.progress import Tell, silent
from pipelines.warehouse.quoting import Sql, fill, joined
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.schema import VALIDATION_RESULTS

if TYPE_CHECKING:
    from great_expectations.datasource.fluent.interfaces import Batch
    from great_expectations.datasource.fluent.sql_datasource import SQLDatasource

NO_OVERRIDES: Final[Mapping[str, float]] = MappingProxyType({})

RESULT_SCHEMA: Final = pl.Schema(
    {**VALIDATION_RESULTS.polars_schema, "sentence_vi": pl.String(), "sentence_en": pl.String()}
)

_WHOLE: Final = "whole"
"""The name of GX's batch that is all of a table."""
_LOUD: Final = ("great_expectations", "sqlalchemy", "duckdb_sqlalchemy")
_SILENT: Final = logging.CRITICAL + 1


class ValidationError(RuntimeError):
    """Validation could not be set up; the message names a rule or the staging file, never a value."""


@dataclass(frozen=True)
class _Verdict:
    """What GX found for one rule; `failed` is None where it could not evaluate the rule."""

    failed: int | None
    passed: bool


_NOT_EVALUATED: Final = _Verdict(failed=None, passed=False)


def run(
    rules: Sequence[Rule],
    staging: Path,
    limits: Mapping[str, float] = NO_OVERRIDES,
    *,
    today: date | None = None,
    tell: Tell = silent,
) -> pl.DataFrame:
    """One row for each of `rules`, sorted by id, in the columns of `RESULT_SCHEMA`; `expectation` is the
    English sentence.

    `limits` replaces the limit of a rule by its id. `today` is the day of the run (the machine's date if not
    given). `staging` is opened read-only, so no connection that can write to it may be open in this process.
    `tell` is told how far it is.

    A rule that cannot be evaluated is reported as a failed gate, a warning too: `failed` is null, and the
    sentences say so.
    """
    rules = _with_limits(rules, limits)
    queries = _queries(rules, today or date.today())
    checked = _count_checked(rules, queries, staging)
    with _silence():
        verdicts = _evaluate(rules, queries, staging, tell)
    rows = [_row(rule, checked.get(rule.id), verdicts.get(rule.id, _NOT_EVALUATED)) for rule in rules]
    return pl.DataFrame(rows, schema=RESULT_SCHEMA, orient="row").sort("rule_id")


def _with_limits(rules: Sequence[Rule], limits: Mapping[str, float]) -> list[Rule]:
    unknown = sorted(set(limits) - {rule.id for rule in rules})
    if unknown:
        raise ValueError(f"no such rule: {', '.join(unknown)}")
    wrong = sorted(name for name, limit in limits.items() if math.isnan(limit) or limit < 0)
    if wrong:
        raise ValueError(f"a limit is a number of failures, 0 or more: {', '.join(wrong)}")
    return [replace(rule, limit=float(limits.get(rule.id, rule.limit))) for rule in rules]


@dataclass(frozen=True)
class _Queries:
    failures: str
    checked: Sql


def _queries(rules: Iterable[Rule], today: date) -> dict[str, _Queries]:
    """Each rule's two queries: of failures, with `{batch}` left for GX; of things checked, complete."""
    queries = {}
    for rule in rules:
        failures = on_day(rule.expectation, today).strip()
        if "{batch}" not in failures:
            raise ValidationError(f"rule {rule.id}: its query does not read {{batch}}")
        try:
            complete(failures, rule.table, today)
            queries[rule.id] = _Queries(failures, complete(rule.checked, rule.table, today))
        except (KeyError, IndexError, ValueError):
            raise ValidationError(f"rule {rule.id}: a brace in its query is not doubled") from None
    return queries


def _count_checked(rules: Sequence[Rule], queries: Mapping[str, _Queries], staging: Path) -> dict[str, int]:
    """How many things each rule looks at; a rule whose count cannot be had is left out."""
    if not staging.is_file():
        raise ValidationError(f"no staging warehouse at {staging}")
    connection = None
    with suppress(duckdb.Error):
        connection = open_warehouse(staging)
    if connection is None:  # raised out here, so that DuckDB's own message does not travel along
        raise ValidationError(f"the staging warehouse cannot be opened for reading: {staging}")
    with connection:
        distinct = list(dict.fromkeys(queries[rule.id].checked for rule in rules))
        counts = _scalars(connection, distinct)
    return {rule.id: count for rule in rules if (count := counts.get(queries[rule.id].checked)) is not None}


def _scalars(connection: duckdb.DuckDBPyConnection, queries: list[Sql]) -> dict[str, int]:
    """The number that each query gives: all at once, or, when one of them fails, each by itself."""
    try:
        counts = joined(", ", (fill("({query})", query=query) for query in queries))
        found = connection.execute(fill("SELECT {counts}", counts=counts)).fetchone()
        return dict(zip(queries, map(int, found or ()), strict=True))
    except duckdb.Error:
        if len(queries) == 1:
            return {}
    return {query: count for each in queries for query, count in _scalars(connection, [each]).items()}


@contextmanager
def _silence() -> Iterator[None]:
    """GX and SQLAlchemy log failed queries with the values that made them fail: not while rules run."""
    below = tuple(f"{name}." for name in _LOUD)
    own_level = [
        logger
        for name, logger in list(logging.root.manager.loggerDict.items())
        if isinstance(logger, logging.Logger) and logger.level and name.startswith(below)
    ]
    loggers = [*map(logging.getLogger, _LOUD), *own_level]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(_SILENT)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _evaluate(rules: Sequence[Rule], queries: Mapping[str, _Queries], staging: Path, tell: Tell) -> dict[str, _Verdict]:
    """Every rule's verdict by GX, tables side by side on the cores; the rules on tables that GX cannot open are left
    out."""
    of_tables: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        of_tables[rule.table].append(rule)
    workers = min(os.cpu_count() or 1, len(of_tables))
    free: SimpleQueue[SQLDatasource] = SimpleQueue()
    verdicts: dict[str, _Verdict] = {}

    def judged(table: str) -> dict[str, _Verdict]:
        source = free.get()
        try:
            batch = source.get_asset(table).get_batch_definition(_WHOLE).get_batch()
            return _validate_suite(batch, table, of_tables[table], queries)
        except Exception:  # what GX says quotes values
            return {}
        finally:
            free.put(source)

    with _data_sources(staging, of_tables, workers) as sources, ThreadPoolExecutor(workers) as pool:
        for source in sources:
            free.put(source)
        for found in pool.map(judged, sorted(of_tables, key=lambda table: -len(of_tables[table]))):
            verdicts |= found
            tell(f"Đang kiểm tra quy tắc: xong {len(verdicts)}/{len(rules)}.")
    return verdicts


@contextmanager
def _data_sources(staging: Path, tables: Iterable[str], number: int) -> Iterator[list["SQLDatasource"]]:
    """The staging warehouse as so many GX data sources in an ephemeral context, which writes no file and shows no
    progress bar: each has connections of its own, and those of `tables` that are there.

    Tables are given when a source is made: after each that is added, GX writes its settings anew.
    """
    import great_expectations as gx
    from duckdb_sqlalchemy import ConnectionWrapper
    from great_expectations.core.batch_definition import BatchDefinition
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.datasource.fluent.sql_datasource import TableAsset

    sources = None
    with suppress(Exception):
        with open_warehouse(staging) as connection:
            there = {table for (table,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        context = gx.get_context(mode="ephemeral")
        context.enable_analytics(False)
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        sources = [
            context.data_sources.add_sql(
                name=f"staging {nth}",
                connection_string="duckdb://",
                assets=[
                    TableAsset(name=table, table_name=table, batch_definitions=[BatchDefinition(name=_WHOLE)])
                    for table in sorted(there.intersection(tables))
                ],
                kwargs={  # type: ignore[call-arg]  # GX's stub leaves the engine's settings out
                    "isolation_level": "AUTOCOMMIT",
                    "skip_autocommit_rollback": True,
                    # What the rules ask reaches this one file, which may be encrypted, and nothing else.
                    "creator": lambda: ConnectionWrapper(open_warehouse(staging, large_queries=True, one_core=True)),
                },
            )
            for nth in range(number)
        ]
    if sources is None:
        raise ValidationError(f"Great Expectations cannot open the staging warehouse: {staging}")
    try:
        yield sources
    finally:
        # Close the file, which GX opens by two engines each: what comes next may want to write to it.
        for source in sources:
            source.get_engine().dispose()
            source.get_execution_engine().close()


def _validate_suite(
    batch: "Batch", name: str, rules: Iterable[Rule], queries: Mapping[str, _Queries]
) -> dict[str, _Verdict]:
    """The verdicts on all rules that look at one table, of whichever suite: one validation each is what costs."""
    import great_expectations as gx
    from great_expectations.expectations.metadata_types import FailureSeverity

    from expectations.within_limit import ExpectFailuresWithinLimit

    suite = gx.ExpectationSuite(
        name=name,
        expectations=[
            ExpectFailuresWithinLimit(
                unexpected_rows_query=queries[rule.id].failures,
                limit=rule.limit,
                severity=FailureSeverity("critical" if rule.severity == "gate" else "warning"),
                description=rule.en,
                meta={"rule_id": rule.id},
            )
            for rule in rules
        ],
    )
    return dict(map(_verdict, batch.validate(suite).results))


def _verdict(result: Any) -> tuple[str, _Verdict]:
    rule_id = result.expectation_config.meta["rule_id"]
    failed = result.result.get("observed_value")
    if failed is None:
        return rule_id, _NOT_EVALUATED
    return rule_id, _Verdict(failed=int(failed), passed=bool(result.success))


def _row(rule: Rule, checked: int | None, verdict: _Verdict) -> dict[str, Any]:
    """One row of the result."""
    evaluated = verdict.failed is not None and checked is not None
    return {
        "rule_id": rule.id,
        "suite": rule.suite,
        "expectation": rule.en,
        "severity": rule.severity if evaluated else "gate",
        "limit": rule.limit,
        "checked": checked if evaluated else 0,
        "failed": verdict.failed if evaluated else None,
        "passed": verdict.passed and evaluated,
        "sentence_vi": rule.vi if evaluated else f"{rule.vi} (Chưa kiểm tra được quy tắc này.)",
        "sentence_en": rule.en if evaluated else f"{rule.en} (This rule could not be evaluated.)",
    }
