"""All exports of one new commune, read: rows by data set, quarantine, and the balance of every file."""

from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.communes import NewCommune
from pipelines.identity.record_ids import add_record_ids
from pipelines.ingest.headers import COLUMNS, canonical_name, dataset_of, unique_names
from pipelines.ingest.lines import Lines, Record, Rejected, split_lines
from pipelines.ingest.sources import Source, find_sources
from pipelines.problems import UnusableInput
from pipelines.warehouse.schema import QUARANTINE

REASONS = {
    "header_not_understood": "Không hiểu dòng tên cột của tệp, nên không đọc được dòng này.",
    "ragged": "Số ô của dòng khác số cột của tệp.",
    "unterminated_quote": "Dấu ngoặc kép không được đóng đúng chỗ.",
    "not_utf8": "Dòng không đúng bảng mã UTF-8.",
    "nul_byte": "Dòng có byte rỗng (NUL).",
}
"""Why a record was not loaded, in words, by reason code."""

_RAW = pl.List(pl.Struct({"key": pl.String, "value": pl.String}))

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

    `files` has the schema FILES, `quarantine` that of the contract's table. `citizens` and `parcels` hold the loaded
    rows: `record_id`, `source_file`, `source_line`, `source_row`, `old_commune_code`, `raw` (list of key and
    value) and the canonical columns as text, null where the file has none. `warnings` are sentences in Vietnamese.
    """

    files: pl.DataFrame
    citizens: pl.DataFrame
    parcels: pl.DataFrame
    quarantine: pl.DataFrame
    warnings: list[str]


def read_exports(exports: Path, commune: NewCommune) -> Exports:
    """Read every export of the old communes that make up a new one.

    Raises UnusableInput when there is no folder, no file, or no file whose header is understood.
    """
    sources, warnings = find_sources(exports, commune)
    files: list[dict[str, object]] = []
    rows: dict[str, list[pl.DataFrame]] = {"citizens": [], "parcels": []}
    rejected: list[pl.DataFrame] = []
    dataset_by_file: dict[str, str | None] = {}
    for source in sources:
        lines = split_lines(b"" if source.duplicate_of else source.content)
        dataset = dataset_by_file.get(source.duplicate_of or "", dataset_of(lines.header))
        dataset_by_file[source.name] = dataset
        if dataset is None:
            _reject_all(lines, source)
        elif not source.duplicate_of:
            rows[dataset].append(_rows(lines, source, dataset))
        warnings += _warnings(lines, source, dataset)
        files.append(_balance(lines, source, dataset))
        rejected.append(_quarantine(lines.rejected, source, dataset))
    if not any(file["dataset"] for file in files):
        names = ", ".join(f"«{source.name}»" for source in sources[:3]) + (" …" if len(sources) > 3 else "")
        raise UnusableInput(
            f"Không tệp nào dùng được: {names} đều trống hoặc dòng 1 không có các cột bắt buộc "
            "(công dân: ho_ten và ngay_sinh, so_dinh_danh hoặc so_cmnd; thửa đất: so_to và so_thua).",
            f"No file in {exports} can be used: each is empty or line 1 lacks the required columns.",
        )
    return Exports(
        pl.DataFrame(files, schema=FILES),
        _combined(rows["citizens"], "citizens"),
        _combined(rows["parcels"], "parcels"),
        _combined_quarantine(rejected),
        warnings,
    )


def _rows(lines: Lines, source: Source, dataset: str) -> pl.DataFrame:
    """The loaded records of one file, with the text that identifies each (`content`)."""
    names = unique_names(lines.header)
    canonical: dict[str, str] = {}
    for name, cell in zip(names, lines.header, strict=True):
        column = canonical_name(cell)
        if column in COLUMNS[dataset]:
            canonical.setdefault(column, name)
    columns = list(zip(*(record.cells for record in lines.records), strict=True)) or [()] * len(names)
    cells = pl.DataFrame(
        [pl.Series(name, values, dtype=pl.String) for name, values in zip(names, columns, strict=True)]
    )
    # Sorted by what the header says, and without empty cells: a column moved or an empty one added is still the
    # same row. Nothing here knows a column's position.
    labels = [canonical_name(cell) or " ".join(cell.split()) for cell in lines.header]
    trimmed = cells.select(pl.all().str.strip_chars())
    content = trimmed.select(
        pl.concat_str(
            [
                pl.when(pl.col(name) != "").then(pl.lit(f"{label}=") + pl.col(name))
                for name, label in sorted(zip(names, labels, strict=True), key=itemgetter(1))
            ],
            separator="\x1f",
            ignore_nulls=True,
        ).str.replace_all(r"[\s--\x1f]+", " ")
    ).to_series()
    return cells.select(
        pl.Series("source_line", [record.line for record in lines.records], dtype=pl.Int64),
        pl.Series("source_row", [record.row for record in lines.records], dtype=pl.Int64),
        pl.lit(source.name).alias("source_file"),
        pl.lit(source.old_commune_code).alias("old_commune_code"),
        _raw(names, lines.records),
        (pl.lit(f"{source.old_commune_code}\x1e{dataset}\x1e") + content).alias("content"),
        *(
            (pl.col(canonical[column]) if column in canonical else pl.lit(None, pl.String)).alias(column)
            for column in COLUMNS[dataset]
        ),
    )


def _raw(names: list[str], records: list[Record]) -> pl.Series:
    """Every record's cells as a list of key and value, laid end to end and cut: ten times as fast as `concat_list`."""
    keys = pl.Series(names, dtype=pl.String).gather(np.tile(np.arange(len(names)), len(records)))
    values = pl.Series([cell for record in records for cell in record.cells], dtype=pl.String)
    offsets = np.arange(len(records) + 1, dtype=np.int64) * len(names)
    cells = pa.StructArray.from_arrays([keys.to_arrow(), values.to_arrow()], names=["key", "value"])
    return pl.Series("raw", pa.LargeListArray.from_arrays(offsets, cells), dtype=_RAW)


def _combined(frames: list[pl.DataFrame], dataset: str) -> pl.DataFrame:
    if not frames:
        frames = [_rows(Lines(header=list(COLUMNS[dataset])), Source("", "", b"", "", None), dataset)]
    return add_record_ids(pl.concat(frames), "content")


def _reject_all(lines: Lines, source: Source) -> None:
    """Without a header that is understood every line that is not blank stands in quarantine, the first too."""
    raw_lines = source.content.removeprefix(b"\xef\xbb\xbf").split(b"\n") if not source.duplicate_of else []
    lines.records = []
    lines.rejected = [
        Rejected(number, "header_not_understood", raw)
        for number, raw in enumerate(raw_lines, start=1)
        if raw.strip(b" \t,\r")
    ]
    lines.header_lines = 0
    lines.record_lines = len(lines.rejected)
    lines.blank_lines = lines.physical_lines - lines.record_lines


def _quarantine(rejected: list[Rejected], source: Source, dataset: str | None) -> pl.DataFrame:
    scope = f"{source.old_commune_code}\x1e{dataset or 'unknown'}\x1equarantine\x1e"
    return pl.DataFrame(
        {
            "content": [scope + record.raw.hex() for record in rejected],
            "dataset": [dataset or "unknown"] * len(rejected),
            "source_file": [source.name] * len(rejected),
            "source_line": [record.line for record in rejected],
            "reason_code": [record.code for record in rejected],
            "reason": [REASONS[record.code] for record in rejected],
            "raw_bytes": [record.raw for record in rejected],
        },
        schema={"content": pl.String}
        | {name: dtype for name, dtype in QUARANTINE.polars_schema.items() if name != "record_id"},
    )


def _combined_quarantine(frames: list[pl.DataFrame]) -> pl.DataFrame:
    return QUARANTINE.conform(add_record_ids(pl.concat(frames), "content"))


def _balance(lines: Lines, source: Source, dataset: str | None) -> dict[str, object]:
    """The counts of one file; a duplicate was not read, so all its counts are zero."""
    return {
        "source_file": source.name,
        "dataset": dataset,
        "old_commune_code": source.old_commune_code,
        "sha256": source.sha256,
        "encoding": "utf-8",
        "duplicate_of": source.duplicate_of,
        "physical_lines": lines.physical_lines,
        "title_lines": 0,
        "header_lines": lines.header_lines,
        "blank_lines": lines.blank_lines,
        "total_lines": 0,
        "record_lines": lines.record_lines,
        "records": len(lines.records) + len(lines.rejected),
        "loaded": len(lines.records),
        "quarantined": len(lines.rejected),
    }


def _warnings(lines: Lines, source: Source, dataset: str | None) -> list[str]:
    if source.duplicate_of:
        return [f"Tệp «{source.name}» giống hệt tệp «{source.duplicate_of}» nên không đọc lại."]
    if lines.physical_lines == lines.blank_lines:
        return [f"Tệp «{source.name}» trống."]
    if dataset is None:
        return [
            f"Tệp «{source.name}», dòng 1: không hiểu dòng tên cột; cả {len(lines.rejected)} dòng "
            "được giữ riêng, chưa nạp."
        ]
    return []
