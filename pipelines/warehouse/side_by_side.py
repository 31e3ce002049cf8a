"""Several queries of one warehouse at a time, on the cores there are.

DuckDB shares out what one query reads by row groups of 122,880 rows, and most tables of a commune are smaller than one.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import duckdb

from pipelines.warehouse.quoting import fill, name

Given = TypeVar("Given")
Found = TypeVar("Found")


def side_by_side(
    connection: duckdb.DuckDBPyConnection,
    ask: Callable[[duckdb.DuckDBPyConnection, Given], Found],
    each: Iterable[Given],
) -> list[Found]:
    """What `ask` finds for each, in their order; it is given a connection of its own to the database in use.

    What this connection has not committed is not seen there.
    """
    database = str(connection.execute("SELECT current_database()").fetchall()[0][0])

    def asked(one: Given) -> Found:
        with connection.cursor() as cursor:
            cursor.execute(fill("USE {database}", database=name(database)))
            return ask(cursor, one)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(asked, each))
