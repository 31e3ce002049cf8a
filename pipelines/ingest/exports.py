"""All exports of one new commune, read: rows by data set, quarantine, and the balance of every file."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from pathlib import Path

import polars as pl

from pipelines.communes import NewCommune
from pipelines.identity.record_ids import add_record_ids, content_hash, record_ids
from pipelines.ingest.containers import Unreadable
from pipelines.ingest.header_aliases import Aliases
from pipelines.ingest.headers import COLUMNS, numbers_rows, shown_columns, unique_names
from pipelines.ingest.households import carry_down
from pipelines.ingest.reading import read_tables
from pipelines.ingest.reasons import in_words
from pipelines.ingest.repair import DECISIONS, told_encoding
from pipelines.ingest.rows import RAW, rows_of
from pipelines.ingest.shared import ReadTable, read_once
from pipelines.ingest.sources import Source, find_sources, sources_of
from pipelines.ingest.tables import DECODED, EMPTY, REJECTED, Table, Tally
from pipelines.problems import UnusableInput, UnusableNow
from pipelines.progress import Tell, silent
from pipelines.warehouse.schema import COLUMN_ENCODINGS, DECODED_ROWS, QUARANTINE

NO_ALIASES = Aliases()
_MOST_COLUMNS = 12
"""Columns that one warning names."""
_AT_ONCE = 2
"""Documents that are read at once: of one alone Python and Polars would work in turns."""
FILES = pl.Schema(
    {
        "source_file": pl.String,
        "dataset": pl.String,
        "old_commune_code": pl.String,
        "sha256": pl.String,
        "encoding": pl.String,
        "duplicate_of": pl.String,
        "physical_lines": pl.Int64,
        "title_lines": pl.Int64,
        "header_lines": pl.Int64,
        "blank_lines": pl.Int64,
        "total_lines": pl.Int64,
        "record_lines": pl.Int64,
        "records": pl.Int64,
        "loaded": pl.Int64,
        "quarantined": pl.Int64,
    }
)


@dataclass(frozen=True)
class Exports:
    """What the exports of one new commune hold.

    `files` has the schema FILES, `quarantine`, `column_encodings` and `decoded_rows` those of the warehouse's tables.
    `citizens` and `parcels` hold the loaded rows: `record_id`, `source_file`, `source_line`, `source_row`,
    `old_commune_code`, `raw` (list of key and value) and the canonical columns as text, null where the file has none.
    `warnings` are sentences in Vietnamese.
    """

    files: pl.DataFrame
    citizens: pl.DataFrame
    parcels: pl.DataFrame
    quarantine: pl.DataFrame
    column_encodings: pl.DataFrame
    decoded_rows: pl.DataFrame
    warnings: list[str]


@dataclass(frozen=True)
class Checked:
    """What reading one file tells.

    `files` has the schema FILES. `quarantine`: of what is kept apart, `source_file`, `source_line` and `reason_code`.
    `problems`: why tables cannot be read at all, as ends of Vietnamese sentences. `warnings` are such sentences.
    """

    files: pl.DataFrame
    quarantine: pl.DataFrame
    problems: list[str]
    warnings: list[str]


def read_exports(
    exports: Path,
    commune: NewCommune,
    aliases: Aliases = NO_ALIASES,
    tell: Tell = silent,
    shared: Path | None = None,
) -> Exports:
    """Read every export of the old communes that make up a new one.

    `aliases` is the officer's own mapping of headers; `tell` is told how far it is. What is read of old communes that
    went into several new ones is kept in the folder `shared`, and taken from there (see `read_once`). Raises
    UnusableInput when there is no folder, no file, or no file whose header is understood, and when a file changes while
    it is read.
    """
    sources, warnings = find_sources(exports, commune)
    read = _read_all(sources, aliases, warnings, tell, shared)
    if not any(table.dataset for table in read):
        names = ", ".join(f"«{table.file['source_file']}»" for table in read[:3]) + (" …" if len(read) > 3 else "")
        raise UnusableInput(
            f"Không tệp nào dùng được: {names} trống, hỏng, hoặc dòng tên cột thiếu cột bắt buộc "
            "(công dân: ho_ten và ngay_sinh, so_dinh_danh hoặc so_cmnd; thửa đất: so_to và so_thua).",
            f"No file in {exports} can be used: each is empty, damaged or lacks the required columns.",
        )
    citizens, parcels = (
        _combined((table.rows for table in read if table.dataset == name and table.rows is not None), name)
        for name in COLUMNS
    )
    return Exports(
        pl.DataFrame([table.file for table in read], schema=FILES),
        citizens,
        parcels,
        QUARANTINE.conform(add_record_ids(pl.concat(table.quarantine for table in read), "hash")),
        COLUMN_ENCODINGS.conform(pl.concat(table.encodings for table in read)),
        _decoded_rows(pl.concat(table.decoded for table in read), {"citizens": citizens, "parcels": parcels}),
        warnings,
    )


def check_file(path: Path, name: str, old_commune_code: str, aliases: Aliases = NO_ALIASES) -> Checked:
    """Read one file of an old commune as a run would, wherever it lies; nothing in it need be usable.

    `name` is how it is told. Raises UnusableInput when it changes while it is read.
    """
    warnings: list[str] = []
    read = _read_all(sources_of(path, name, old_commune_code, warnings, {}), aliases, warnings)
    apart = ("source_file", "source_line", "reason_code")
    nothing = pl.DataFrame(schema={"source_file": pl.String, "source_line": pl.Int64, "reason_code": pl.String})
    return Checked(
        pl.DataFrame([table.file for table in read], schema=FILES),
        pl.concat([nothing, *(table.quarantine.select(apart) for table in read)]),
        [table.problem for table in read if table.problem],
        warnings,
    )


def _read_all(
    sources: Iterable[Source], aliases: Aliases, warnings: list[str], tell: Tell = silent, shared: Path | None = None
) -> list[ReadTable]:
    """The tables of all documents, the repeated ones with nothing in them; `warnings` gets those of the tables."""
    reading: dict[str, Future[list[ReadTable]]] = {}
    taken: list[tuple[Source, int]] = []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        try:
            for source in sources:
                taken.append((source, len(warnings)))
                if source.duplicate_of:
                    continue
                own = aliases.of(source.old_commune_code)
                read = partial(_read_source, source, own, partial(_tell_lines, tell, len(taken), source))
                reading[source.name] = pool.submit(read_once, shared, source, own, read)
            tables = {name: found.result() for name, found in reading.items()}
        finally:
            pool.shutdown(cancel_futures=True)
    for source, place in reversed(taken):
        if source.duplicate_of:
            told = [f"Tệp «{source.name}» giống hệt tệp «{source.duplicate_of}» nên không đọc lại."]
            tables[source.name] = [_repeated(table, source) for table in tables[source.duplicate_of][:1]]
        else:
            told = [warning for table in tables[source.name] for warning in table.warnings]
        warnings[place:place] = told
    return [table for source, _ in taken for table in tables[source.name]]


def _read_source(source: Source, own: Mapping[str, str], tell_lines: Callable[[int], object]) -> list[ReadTable]:
    return [_read(table, source, tell_lines) for table in read_tables(source, own)]


def _tell_lines(tell: Tell, number: int, source: Source, lines: int) -> None:
    """How far the reading is, without the file's name, which may be somebody's."""
    tell(f"Đang đọc tệp thứ {number} (xã cũ {source.old_commune_code}): đã qua {lines} dòng.")


def _read(table: Table, source: Source, tell_lines: Callable[[int], object]) -> ReadTable:
    """Take all batches of one table."""
    tally = Tally()
    loaded: list[pl.DataFrame] = []
    kept_apart, decoded, decisions = [REJECTED.to_frame()], [DECODED.to_frame()], [DECISIONS.to_frame()]
    try:
        for batch in table.batches:
            tally += batch.tally
            tell_lines(tally.physical)
            if table.columns is not None:
                loaded.append(rows_of(batch, table, table.columns, source.old_commune_code))
            kept_apart.append(batch.rejected)
            decoded.append(batch.decoded)
            decisions.append(batch.decisions)
    except Unreadable:
        raise UnusableNow(
            f"Tệp «{table.name}» thay đổi trong khi đọc; hãy đợi chép xong rồi chạy lại.",
            f"{table.name} changed while it was read: run again when it is whole.",
        ) from None
    rows = pl.concat(loaded) if loaded else None
    bad = pl.concat(kept_apart)
    if rows is not None and table.columns is not None:
        rows = _numbered(rows, bad)
        if table.columns.dataset == "citizens":
            rows = carry_down(rows, bad["source_line"].to_list())
    count = 0 if rows is None else rows.height
    column_names = _column_names(table.header)
    encodings = _summed(pl.concat(decisions)).with_columns(
        pl.col("column").replace(column_names).alias("column_name"), pl.lit(table.name).alias("source_file")
    )
    dataset = table.columns.dataset if table.columns else None
    file: dict[str, object] = {
        "source_file": table.name,
        "dataset": dataset,
        "old_commune_code": source.old_commune_code,
        "sha256": source.sha256,
        "encoding": told_encoding(table.encoding, encodings),
        "duplicate_of": source.duplicate_of,
        "physical_lines": tally.physical,
        "title_lines": tally.titles,
        "header_lines": tally.headers,
        "blank_lines": tally.blank,
        "total_lines": tally.totals,
        "record_lines": tally.records,
        "records": count + bad.height,
        "loaded": count,
        "quarantined": bad.height,
    }
    return ReadTable(
        file,
        dataset,
        rows,
        _quarantine(bad, table, source),
        encodings,
        pl.concat(decoded).with_columns(
            pl.lit(table.name).alias("source_file"),
            pl.col("cells").list.eval(pl.element().struct.with_fields(pl.field("column_name").replace(column_names))),
        ),
        _warnings(table, tally),
        table.problem,
    )


def _repeated(table: ReadTable, source: Source) -> ReadTable:
    """What stands for a duplicate: nothing of it is read, so that all its counts are zero."""
    counts = {name: 0 for name, dtype in FILES.items() if dtype == pl.Int64}
    file = {
        **table.file,
        **counts,
        "source_file": source.name,
        "old_commune_code": source.old_commune_code,
        "duplicate_of": source.duplicate_of,
    }
    nothing = (table.quarantine.clear(), table.encodings.clear(), table.decoded.clear())
    return ReadTable(file, table.dataset, None, *nothing, [], "")


def _numbered(rows: pl.DataFrame, rejected: pl.DataFrame) -> pl.DataFrame:
    """Number the records of a table (`source_row`), loaded and rejected ones together, in the order of their lines.

    All columns are one piece each, so that tables can be put together without being copied.
    """
    above = rejected["source_line"].sort().search_sorted(rows["source_line"])
    return rows.with_columns((pl.int_range(1, pl.len() + 1) + above).cast(pl.Int64).alias("source_row")).rechunk()


def _combined(frames: Iterable[pl.DataFrame], dataset: str) -> pl.DataFrame:
    """The rows of all tables with their ids, in the order of the files; the canonical columns also when none is."""
    schema = {
        "source_line": pl.Int64(),
        "source_file": pl.String(),
        "old_commune_code": pl.String(),
        "raw": RAW,
        "hash": pl.String(),
        **dict.fromkeys(COLUMNS[dataset], pl.String()),
        "source_row": pl.Int64(),
    }
    tables = [pl.DataFrame(schema=schema), *frames]
    ids = record_ids(pl.concat(table["hash"] for table in tables))
    ends = accumulate(table.height for table in tables)
    # A new column for all of them would be one piece, and Polars would copy the others to make them so.
    return pl.concat(
        table.drop("hash").with_columns(ids.slice(end - table.height, table.height))
        for table, end in zip(tables, ends, strict=True)
    )


def _quarantine(rejected: pl.DataFrame, table: Table, source: Source) -> pl.DataFrame:
    dataset = table.columns.dataset if table.columns else "unknown"
    scope = f"{source.old_commune_code}\x1e{dataset}\x1equarantine\x1e"
    hashed = content_hash(scope + rejected["raw_bytes"].bin.encode("hex"))
    reasons = {code: in_words(code) for code in rejected["reason_code"].unique()}
    return rejected.with_columns(
        hashed.alias("hash"),
        pl.lit(dataset).alias("dataset"),
        pl.lit(table.name).alias("source_file"),
        pl.col("reason_code").replace_strict(reasons, return_dtype=pl.String).alias("reason"),
    )


def _decoded_rows(decoded: pl.DataFrame, rows: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """The rows of which a cell was decoded, by their record ids."""
    ids = pl.concat(
        frame.select("record_id", pl.lit(name).alias("dataset"), "source_file", "source_line")
        for name, frame in rows.items()
    )
    return DECODED_ROWS.conform(decoded.join(ids, on=["source_file", "source_line"], maintain_order="left"))


def _summed(decisions: pl.DataFrame) -> pl.DataFrame:
    """The decisions of all batches together."""
    return decisions.group_by("column", "encoding", maintain_order=True).agg(
        pl.col("cells").sum(),
        ((pl.col("confidence") * pl.col("cells")).sum() / pl.col("cells").sum()).fill_nan(1.0).round(3),
    )


def _column_names(header: list[str]) -> dict[str, str]:
    """The names of a header by the columns of its cells."""
    return {f"c{at}": name for at, name in enumerate(unique_names(header))}


def _warnings(table: Table, tally: Tally) -> list[str]:
    if table.columns is None:
        kept = f" {tally.records} dòng của tệp được giữ riêng, chưa nạp." if tally.records else ""
        colon = "" if table.problem == EMPTY else ":"
        return [f"Tệp «{table.name}»{colon} {table.problem}{kept}"]
    warnings = [] if tally.records else [f"Tệp «{table.name}» chỉ có dòng tên cột, không có bản ghi nào."]
    unknown = [
        at
        for at, cell in enumerate(table.header)
        if cell.strip() and at not in table.columns.by_column.values() and not numbers_rows(cell)
    ]
    if unknown:
        named = shown_columns(table.header, unknown[:_MOST_COLUMNS]) + (" …" if len(unknown) > _MOST_COLUMNS else "")
        warnings.append(f"Tệp «{table.name}» có cột chưa dùng đến, vẫn giữ nguyên văn: {named}.")
    if table.columns.doubled:
        used = ", ".join(
            f"{column} lấy cột {shown_columns(table.header, [table.columns.by_column[column]]).removeprefix('cột ')}"
            for column in table.columns.doubled
        )
        warnings.append(f"Tệp «{table.name}» có nhiều cột cùng nghĩa: {used}; các cột kia vẫn giữ nguyên văn.")
    return warnings
