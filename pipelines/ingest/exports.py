"""All exports of one new commune, read: rows by data set, quarantine, and the balance of every file."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.communes import NewCommune
from pipelines.identity.record_ids import add_record_ids, content_hash
from pipelines.ingest.containers import Unreadable
from pipelines.ingest.header_aliases import Aliases
from pipelines.ingest.headers import COLUMNS, YEAR_OF_MAN, YEAR_OF_WOMAN, Columns, fold, unique_names
from pipelines.ingest.households import carry_down
from pipelines.ingest.reading import read_tables
from pipelines.ingest.reasons import in_words
from pipelines.ingest.repair import DECISIONS, told_encoding
from pipelines.ingest.sources import Source, find_sources
from pipelines.ingest.tables import DECODED, EMPTY, REJECTED, Batch, Table, Tally
from pipelines.problems import UnusableInput
from pipelines.warehouse.schema import COLUMN_ENCODINGS, DECODED_ROWS, QUARANTINE

NO_ALIASES = Aliases()
_RAW = pl.List(pl.Struct({"key": pl.String, "value": pl.String}))
_NO_DATA = {"stt", "tt", "sott"}
"""Columns that number the rows of a page and say nothing of them."""

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
class _Read:
    """One table, read to its end, as frames that still lack their record ids."""

    file: dict[str, object]
    dataset: str | None
    rows: pl.DataFrame | None
    quarantine: pl.DataFrame
    encodings: pl.DataFrame
    decoded: pl.DataFrame
    warnings: list[str]


def read_exports(exports: Path, commune: NewCommune, aliases: Aliases = NO_ALIASES) -> Exports:
    """Read every export of the old communes that make up a new one.

    `aliases` is the officer's own mapping of headers. Raises UnusableInput when there is no folder, no file, or no
    file whose header is understood, and when a file changes while it is read.
    """
    sources, warnings = find_sources(exports, commune)
    tables: dict[str, list[_Read]] = {}
    for source in sources:
        if source.duplicate_of:
            warnings.append(f"Tệp «{source.name}» giống hệt tệp «{source.duplicate_of}» nên không đọc lại.")
            tables[source.name] = [_repeated(table, source) for table in tables[source.duplicate_of][:1]]
            continue
        tables[source.name] = [
            _read(table, source) for table in read_tables(source, aliases.of(source.old_commune_code))
        ]
        warnings += [warning for table in tables[source.name] for warning in table.warnings]
    read = [table for of_source in tables.values() for table in of_source]
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


def _read(table: Table, source: Source) -> _Read:
    """Take all batches of one table."""
    tally = Tally()
    loaded: list[pl.DataFrame] = []
    kept_apart, decoded, decisions = [REJECTED.to_frame()], [DECODED.to_frame()], [DECISIONS.to_frame()]
    try:
        for batch in table.batches:
            tally += batch.tally
            if table.columns is not None:
                loaded.append(_rows(batch, table, table.columns, source))
            kept_apart.append(batch.rejected)
            decoded.append(batch.decoded)
            decisions.append(batch.decisions)
    except Unreadable:
        raise UnusableInput(
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
    return _Read(
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
    )


def _repeated(table: _Read, source: Source) -> _Read:
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
    return _Read(file, table.dataset, None, *nothing, [])


def _rows(batch: Batch, table: Table, columns: Columns, source: Source) -> pl.DataFrame:
    """The loaded records of one batch, with the hash of the text that identifies each (`hash`)."""
    names = unique_names(table.header)
    width = len(names)
    trimmed = batch.cells.select(pl.col(f"c{at}").fill_null("").str.strip_chars() for at in range(width))
    # Sorted by what the header says, and without empty cells: a column moved or an empty one added is still the
    # same row. Nothing here knows a column's position.
    column_at = {at: column for column, at in columns.by_column.items()}
    labels = [column_at.get(at, " ".join(cell.split())) for at, cell in enumerate(table.header)]
    content = trimmed.select(
        pl.concat_str(
            [
                pl.when(pl.col(f"c{at}") != "").then(pl.lit(f"{label}=") + pl.col(f"c{at}"))
                for at, label in sorted(enumerate(labels), key=itemgetter(1))
            ],
            separator="\x1f",
            ignore_nulls=True,
        ).str.replace_all(r"[\s--\x1f]+", " ")
    ).to_series()
    scope = f"{source.old_commune_code}\x1e{columns.dataset}\x1e"
    rows = batch.cells.select(
        "source_line",
        pl.lit(table.name).alias("source_file"),
        pl.lit(source.old_commune_code).alias("old_commune_code"),
        _raw(names, batch.cells),
        content_hash(scope + content).alias("hash"),
        *(_cell(columns, column) for column in COLUMNS[columns.dataset]),
        *(_cell(columns, column) for column in (YEAR_OF_MAN, YEAR_OF_WOMAN)),
    )
    rows = _with_years_by_sex(rows) if YEAR_OF_MAN in columns.by_column else rows
    return rows.drop(YEAR_OF_MAN, YEAR_OF_WOMAN)


def _numbered(rows: pl.DataFrame, rejected: pl.DataFrame) -> pl.DataFrame:
    """Number the records of a table (`source_row`), loaded and rejected ones together, in the order of their lines."""
    above = rejected["source_line"].sort().search_sorted(rows["source_line"])
    return rows.with_columns((pl.int_range(1, pl.len() + 1) + above).cast(pl.Int64).alias("source_row"))


def _cell(columns: Columns, column: str) -> pl.Expr:
    at = columns.by_column.get(column)
    return (pl.lit(None, pl.String) if at is None else pl.col(f"c{at}")).alias(column)


def _with_years_by_sex(rows: pl.DataFrame) -> pl.DataFrame:
    """Two columns, Nam and Nữ: the year of birth, or a mere sign, stands in that of the person's sex."""
    man, woman = (pl.col(column).str.strip_chars() for column in (YEAR_OF_MAN, YEAR_OF_WOMAN))
    is_man, is_woman = man.fill_null("") != "", woman.fill_null("") != ""
    born = pl.when(is_man).then(man).otherwise(woman)
    sex = pl.when(is_man & ~is_woman).then(pl.lit("Nam")).when(is_woman & ~is_man).then(pl.lit("Nữ"))
    return rows.with_columns(
        pl.coalesce("ngay_sinh", pl.when(born.str.contains(r"\d")).then(born)).alias("ngay_sinh"),
        pl.coalesce("gioi_tinh", sex).alias("gioi_tinh"),
    )


def _raw(names: list[str], cells: pl.DataFrame) -> pl.Series:
    """Every record's cells as a list of key and value, laid end to end and cut: ten times as fast as `concat_list`."""
    keys = pl.Series(names, dtype=pl.String).gather(np.tile(np.arange(len(names)), len(cells)))
    listed = cells.select(pl.concat_list(pl.col(f"c{at}").fill_null("") for at in range(len(names))).alias("value"))
    values = listed["value"].explode(empty_as_null=False)
    offsets = np.arange(len(cells) + 1, dtype=np.int64) * len(names)
    struct = pa.StructArray.from_arrays([keys.to_arrow(), values.to_arrow()], names=["key", "value"])
    return pl.Series("raw", pa.LargeListArray.from_arrays(offsets, struct), dtype=_RAW)


def _combined(frames: Iterable[pl.DataFrame], dataset: str) -> pl.DataFrame:
    """The rows of all tables with their ids, in the order of the files; the canonical columns also when none is."""
    schema = {
        "source_line": pl.Int64(),
        "source_file": pl.String(),
        "old_commune_code": pl.String(),
        "raw": _RAW,
        "hash": pl.String(),
        **dict.fromkeys(COLUMNS[dataset], pl.String()),
        "source_row": pl.Int64(),
    }
    return add_record_ids(pl.concat([pl.DataFrame(schema=schema), *frames]), "hash")


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
        kept = f" Cả {tally.records} dòng được giữ riêng, chưa nạp." if tally.records else ""
        colon = "" if table.problem == EMPTY else ":"
        return [f"Tệp «{table.name}»{colon} {table.problem}{kept}"]
    warnings = []
    unknown = [
        " ".join(cell.split())
        for at, cell in enumerate(table.header)
        if cell.strip() and at not in table.columns.by_column.values() and fold(cell) not in _NO_DATA
    ]
    if unknown:
        named = ", ".join(f"«{name[:40]}»" for name in unknown[:12])
        warnings.append(f"Tệp «{table.name}» có cột chưa dùng đến, vẫn giữ nguyên văn: {named}.")
    if table.columns.doubled:
        used = ", ".join(
            f"{column} lấy cột «{' '.join(table.header[table.columns.by_column[column]].split())[:40]}»"
            for column in table.columns.doubled
        )
        warnings.append(f"Tệp «{table.name}» có nhiều cột cùng nghĩa: {used}; các cột kia vẫn giữ nguyên văn.")
    return warnings
