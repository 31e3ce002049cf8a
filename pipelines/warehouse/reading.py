"""How DuckDB is opened: nothing is reached but the files that are named, and nothing is left behind in plain.

What is asked of a warehouse does not belong here, nor what is written into it.
"""

from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Final

import duckdb

from pipelines.problems import UnusableInput
from pipelines.protection.keys import KeyRing, wrong_key
from pipelines.warehouse.quoting import fill, text
from pipelines.warehouse.quoting import name as quoted

_ALONE: Final = {
    # Else DuckDB asks a host in the network for what a query would need.
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "temp_file_encryption": "true",
}
_STORAGE_VERSION: Final = "v1.4.0"
"""Plain files of this storage version open in DuckDB 1.4 and later, encrypted ones in 1.5 and later."""


def open_warehouse(path: Path, *, large_queries: bool = False, one_core: bool = False) -> duckdb.DuckDBPyConnection:
    """A read-only connection to a warehouse file, by whichever key of the environment opens it, that can reach no other
    file and cannot be told otherwise.

    `large_queries`: what does not fit into memory may go to disk, encrypted, beside the file. `one_core`: see
    `new_connection`. Raises WrongKey when no key opens the file, and DuckDB's own errors when it is none.
    """
    connection = new_connection(path if large_queries else None, one_core=one_core)
    try:
        attach(connection, path, "warehouse", KeyRing.from_environment())
        connection.execute("USE warehouse")
        shut(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def new_connection(spills_beside: Path | None = None, *, one_core: bool = False) -> duckdb.DuckDBPyConnection:
    """A connection to nothing yet; with `spills_beside` a file, one that can write encrypted ones.

    What does not fit into memory is kept in a folder beside that file, encrypted by a key that nobody has; without
    it nothing leaves the memory. `one_core`: each query keeps to the thread that asks, which is cheaper where several
    threads ask, since few tables are large enough to be shared out. Call `shut` once all files are attached.
    """
    spills = "" if spills_beside is None else str(spills_beside.with_name(f".{spills_beside.name}.spill"))
    threads = {"threads": "1"} if one_core else {}
    connection = duckdb.connect(config={**_ALONE, "temp_directory": spills, **threads})
    if spills_beside is not None:
        try:
            connection.execute(fill("LOAD {extension}", extension=text(_openssl())))
        except (duckdb.Error, ModuleNotFoundError):
            connection.close()
            raise UnusableInput(
                "Không nạp được thư viện mã hóa (gói duckdb-extension-httpfs); hãy cài lại chương trình.",
                "The encryption library cannot be loaded: install the program again.",
            ) from None
    return connection


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str, keys: KeyRing) -> None:
    """Attach a warehouse file to be read, by whichever key opens it. Raises WrongKey when none does."""
    file, catalog = text(str(path)), quoted(name)
    try:
        connection.execute(fill("ATTACH {file} AS {catalog} (READ_ONLY)", file=file, catalog=catalog))
        return
    except duckdb.CatalogException:  # so says DuckDB that it is encrypted; a damaged file is another error
        pass
    for key in keys.keys:
        with suppress(duckdb.InvalidInputException):
            keyed = "ATTACH {file} AS {catalog} (READ_ONLY, ENCRYPTION_KEY {key})"
            connection.execute(fill(keyed, file=file, catalog=catalog, key=text(key)))
            return
    raise wrong_key(path, keys)


def create(connection: duckdb.DuckDBPyConnection, path: Path, name: str, keys: KeyRing) -> None:
    """Attach a new warehouse file to be written: encrypted by the newest key (AES-GCM), plain when there is none."""
    options = fill("STORAGE_VERSION {version}", version=text(_STORAGE_VERSION))
    if keys.encrypts:
        keyed = "{options}, ENCRYPTION_KEY {key}, ENCRYPTION_CIPHER 'GCM'"
        options = fill(keyed, options=options, key=text(keys.newest))
    statement = "ATTACH {file} AS {catalog} ({options})"
    connection.execute(fill(statement, file=text(str(path)), catalog=quoted(name), options=options))


def shut(connection: duckdb.DuckDBPyConnection) -> None:
    """From now on no other file is reached, whatever a query or a view says."""
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _openssl() -> str:
    """DuckDB's extension that brings OpenSSL, as its package installed it; no network is asked."""
    (found,) = Path(str(import_module("duckdb_extension_httpfs").__file__)).parent.glob("**/httpfs.duckdb_extension")
    return str(found)
