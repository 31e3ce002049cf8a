"""Re-checking a published warehouse from the file alone."""

from pathlib import Path

import duckdb

from pipelines.problems import UnusableInput
from pipelines.warehouse.logical_hash import combined, table_hashes
from pipelines.warehouse.placing import sha256_file, sha256_of, stated_checksum
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.schema import TABLES

_PROMISES = {
    "Số dòng vật lý của mỗi tệp bằng tổng các loại dòng": "SELECT count(*) FROM row_balance WHERE physical_lines"
    " <> title_lines + header_lines + blank_lines + total_lines + record_lines",
    "Bản ghi = đọc được + giữ riêng": "SELECT count(*) FROM row_balance WHERE records <> loaded + quarantined",
    "Đọc được = xếp ở đây + chưa xếp được + thuộc xã khác": "SELECT count(*) FROM row_balance"
    " WHERE loaded <> placed + unplaced + elsewhere",
    "Xếp ở đây = giữ + gộp": "SELECT count(*) FROM row_balance WHERE placed <> kept + merged",
    "Mỗi người có đúng một dòng được giữ": "SELECT abs((SELECT count(*) FROM citizens)"
    " - (SELECT count(*) FROM citizen_sources WHERE outcome = 'kept'))",
    "Mỗi thửa đất có đúng một dòng được giữ": "SELECT abs((SELECT count(*) FROM parcels)"
    " - (SELECT count(*) FROM parcel_sources WHERE outcome = 'kept'))",
    "Mọi quy tắc chặn đều đạt khi công bố": "SELECT count(*) FROM validation_results"
    " WHERE severity = 'gate' AND NOT passed",
}


def verify(path: Path) -> list[str]:
    """What differs between a published file and what it says of itself; one Vietnamese sentence each.

    Compares the bytes with the `.sha256` beside the file (when there is one), the tables with the schema, the content
    with the logical hashes in the manifest, and the promises of the contract with the rows. Raises UnusableInput
    when there is no such file or it is no warehouse.
    """
    if not path.is_file():
        raise UnusableInput(f"Không có tệp «{path}».", f"There is no file {path}.")
    differences = []
    stated = stated_checksum(path)
    if stated is not None and sha256_of(path) != stated:
        differences.append(f"Nội dung tệp khác với mã băm trong «{sha256_file(path).name}».")
    try:
        with open_warehouse(path) as connection:
            return differences + _content(connection, path)
    except duckdb.Error:
        if differences:
            return [*differences, "Tệp không đọc được như một kho dữ liệu DuckDB."]
        raise _no_warehouse(path) from None


def _no_warehouse(path: Path) -> UnusableInput:
    return UnusableInput(
        f"Tệp «{path}» không phải kho dữ liệu do Hợp Nhất công bố, hoặc đã hỏng.",
        f"{path} is not a warehouse published by Hợp Nhất, or it is damaged.",
    )


def _content(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    found = {
        # DuckDB quotes some field names of a STRUCT when it prints the type.
        (table, column, kind.replace('"', ""))
        for table, column, kind in connection.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns()"
        ).fetchall()
    }
    if not {table for table, _, _ in found} & {table.name for table in TABLES}:
        raise _no_warehouse(path)
    differences = [
        f"Bảng {table.name} thiếu cột {column.name} kiểu {column.type}."
        for table in TABLES
        for column in table.columns
        if (table.name, column.name, column.type) not in found
    ]
    if differences:
        return differences
    manifest = dict(connection.execute("SELECT key, value FROM manifest").fetchall())
    hashes = table_hashes(connection)
    differences += [
        f"Bảng {name} khác với mã băm trong bản kê khai."
        for name, value in hashes.items()
        if manifest.get(f"logical_hash.{name}") != value
    ]
    if manifest.get("logical_hash") != combined(hashes):
        differences.append("Mã băm chung khác với bản kê khai.")
    for promise, query in _PROMISES.items():
        (broken,) = connection.execute(query).fetchall()[0]
        if broken:
            differences.append(f"Không đạt: {promise} ({broken}).")
    return differences
