"""The floor under the whole job: read the rows from CSV, write them into a DuckDB file, nothing between.

    python -m benchmarks.floor CSV_DIR OUT.duckdb

Every `*.csv` of the folder, in plain UTF-8 with canonical headers, becomes a table of text; DuckDB does both ends.
Prints seconds and peak megabytes as JSON.
"""

import argparse
import json
import time
from pathlib import Path

import duckdb

from benchmarks.usage import peak_megabytes
from pipelines.warehouse.quoting import fill, name


def main(arguments: list[str] | None = None) -> None:
    """Copy the tables in this process, on two threads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    with duckdb.connect(str(options.out), config={"threads": 2}) as connection:
        for path in sorted(options.folder.glob("*.csv")):
            statement = fill("CREATE TABLE {table} AS FROM read_csv(?, all_varchar = true)", table=name(path.stem))
            connection.execute(statement, [str(path)])
        connection.execute("CHECKPOINT")
    print(json.dumps({"seconds": round(time.perf_counter() - started, 3), "megabytes": peak_megabytes()}))


if __name__ == "__main__":
    main()
