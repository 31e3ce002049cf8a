"""Readers side by side on one file with odd rows of known truth: rows loaded right, quarantined, lost, invented.

    python -m benchmarks.reader --rows 500000

Each reader runs in a process of its own, in turns; a row is right when all its cells are as they were written.
"""

import argparse
import csv
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

HEADER = ["ho_ten", "ngay_sinh", "gioi_tinh", "so_dinh_danh", "so_ho_khau", "noi_thuong_tru", "thon", "ghi_chu"]
ODD = 0.001
KEY = 3
"""The column whose value is each row's own."""


def main(arguments: list[str] | None = None) -> None:
    """Write the file, let every reader read it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        odd = write(path, options.rows)
        results: dict[str, list[dict[str, float]]] = {name: [] for name in READERS}
        for _ in range(options.turns):
            for name, runs in results.items():
                runs.append(measured(name, path, options.rows, odd))
    print(f"{options.rows} rows, {len(odd)} of them odd, median of {options.turns} turns")
    print(f"{'reader':20}{'right':>9}{'kept apart':>12}{'lost':>9}{'invented':>10}{'s':>8}{'MB':>7}{'x csv':>7}")
    medians = {name: sorted(runs, key=lambda run: run["seconds"])[len(runs) // 2] for name, runs in results.items()}
    for name, run in medians.items():
        ratio = run["seconds"] / medians["csv"]["seconds"]
        print(
            f"{name:20}{run['right']:>9.0f}{run['kept']:>12.0f}{run['lost']:>9.0f}{run['invented']:>10.0f}"
            f"{run['seconds']:>8.2f}{run['megabytes']:>7.0f}{ratio:>7.2f}"
        )


def cells(number: int) -> list[str]:
    """The cells of one row."""
    born = f"{1 + number % 28:02d}/{1 + number % 12:02d}/{1930 + number % 90}"
    address = f"số {number % 300}, thôn Đông, xã Quất Động" if number % 5 else f"thôn Đoài {number % 40}"
    sex = "Nữ" if number % 2 else "Nam"
    return [f"Nguyễn Văn Hùng {number % 977}", born, sex, f"{number:012d}", f"HK{number // 4}", address, "Đông", ""]


def write(path: Path, rows: int) -> set[int]:
    """Write the file; returns the numbers of its damaged rows."""
    odd = set(np.random.default_rng(1).choice(rows, int(rows * ODD), replace=False).tolist())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for number in range(rows):
            row = cells(number)
            if number not in odd:
                writer.writerow(row)
            else:
                plain = [cell.replace(",", "") for cell in row]
                damage = ['"' + ",".join(plain), ",".join(plain[:-2]), ",".join([*plain, "x"]), ",".join(plain) + "\0"]
                file.write(damage[number % 4] + "\n")
    return odd


def measured(name: str, path: Path, rows: int, odd: set[int]) -> dict[str, float]:
    """One reader in a process of its own; the counting is not timed."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_in_process, (name, str(path), rows, odd))


def _in_process(name: str, path: str, rows: int, odd: set[int]) -> dict[str, float]:
    started = time.perf_counter()
    try:
        columns, kept = READERS[name](path)
    except Exception as problem:
        print(f"{name}: {type(problem).__name__}")
        columns, kept = [[] for _ in HEADER], 0
    seconds = time.perf_counter() - started
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    right, invented, seen = 0, 0, set()
    for row in zip(*columns, strict=True):
        key = row[KEY] or ""
        number = int(key) if key.isdecimal() and len(key) == 12 else -1
        if 0 <= number < rows and number not in seen and [cell or "" for cell in row] == cells(number):
            right += number not in odd
            seen.add(number)
        elif number not in odd:
            invented += 1
    lost = rows - len(odd) - right
    return {
        "right": right,
        "kept": kept,
        "lost": lost,
        "invented": invented,
        "seconds": seconds,
        "megabytes": megabytes,
    }


Columns = list[list[str]]


def _ours(path: str) -> tuple[Columns, int]:
    from pipelines.ingest.containers import Document  # noqa: PLC0415 - in the measured process alone
    from pipelines.ingest.tables import read_tables  # noqa: PLC0415

    (table,) = read_tables(Document("rows.csv", "text", Path(path).read_bytes()), {})
    return _Later(table.cells, [f"c{at}" for at in range(len(HEADER))]), len(table.rejected)


class _Later(list):  # type: ignore[type-arg]
    """Columns of a frame that become Python lists only when they are counted, outside the measured time."""

    def __init__(self, frame, names):  # type: ignore[no-untyped-def]
        super().__init__()
        self.frame, self.names = frame, names

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter([self.frame[name] for name in self.names])


def _csv(path: str) -> tuple[Columns, int]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if len(row) == len(HEADER)]
    return _Rows(rows[1:]), 0


class _Rows(list):  # type: ignore[type-arg]
    """Rows that become columns only when they are counted."""

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter([[row[at] for row in list.__iter__(self)] for at in range(len(HEADER))])


def _polars(path: str) -> tuple[Columns, int]:
    import polars as pl  # noqa: PLC0415

    frame = pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True, ignore_errors=True, glob=False)
    return _Later(frame, frame.columns), 0


def _duckdb(strict: bool) -> Callable[[str], tuple[Columns, int]]:
    def read(path: str) -> tuple[Columns, int]:
        import duckdb  # noqa: PLC0415

        more = "store_rejects=true" if strict else "strict_mode=false, null_padding=true, ignore_errors=true"
        with duckdb.connect() as connection:
            query = f"FROM read_csv(?, all_varchar=true, header=true, delim=',', quote='\"', {more})"
            frame = connection.execute(query, [path]).pl()
            kept = connection.sql("SELECT count(DISTINCT line) FROM reject_errors").fetchall()[0][0] if strict else 0
        return _Later(frame, frame.columns), kept

    return read


READERS: dict[str, Callable[[str], tuple[Columns, int]]] = {
    "csv": _csv,
    "hopnhat": _ours,
    "polars": _polars,
    "duckdb strict": _duckdb(True),
    "duckdb not strict": _duckdb(False),
}


if __name__ == "__main__":
    main()
