"""Readers side by side on one file with odd rows of known truth: rows loaded right, kept apart, lost, invented.

    hopnhat bench reader [--rows 500000]

A row in a thousand is odd: an unterminated quote, too few or too many cells, a NUL byte. There are two files: one in
which most rows hold a quoted cell, so that a quote left open is soon closed by another, and one in which few do. Each
reader runs in a process
of its own, in turns, with the options that serve it best; it gives its rows in batches where it can, so that its memory
is what reading takes. A row is right when all its cells are as they were written; checking them is not timed.
"""

import argparse
import csv
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

HEADER = ["ho_ten", "ngay_sinh", "gioi_tinh", "so_dinh_danh", "so_ho_khau", "noi_thuong_tru", "thon", "ghi_chu"]
ODD = 0.001
KEY = HEADER.index("so_dinh_danh")
"""The column whose value is each row's own."""
BATCH = 65_536

Columns = Sequence[Sequence[str | None]]
Reader = Callable[[str], Iterator[tuple[Columns, int]]]
"""Gives the cells of some rows, column by column, and how many rows were kept apart beside them."""


def main(arguments: list[str] | None = None) -> None:
    """Write the file, let every reader read it, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=500_000)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args(arguments)
    for habit, unquoted in (("most rows hold a quoted cell", 5), ("few rows hold a quoted cell", 1)):
        _compare(habit, unquoted, options.rows, options.turns)


def _compare(habit: str, unquoted: int, rows: int, turns: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        odd = write(path, rows, unquoted)
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in READERS}
        for _ in range(turns):
            for name, of_reader in runs.items():
                of_reader.append(measured(name, path, rows, unquoted, odd))
    medians = {name: sorted(each, key=lambda run: run["seconds"])[len(each) // 2] for name, each in runs.items()}
    print(f"\n{rows} rows, {len(odd)} of them odd, {habit}; median of {turns} turns")
    print(f"{'reader':22}{'right':>9}{'kept apart':>12}{'lost':>9}{'invented':>10}", end="")
    print(f"{'s':>8}{'CPU s':>8}{'MB':>7}{'x csv':>7}")
    for name, run in medians.items():
        ratio = run["seconds"] / medians["csv"]["seconds"]
        print(
            f"{name:22}{run['right']:>9.0f}{run['kept']:>12.0f}{run['lost']:>9.0f}{run['invented']:>10.0f}"
            f"{run['seconds']:>8.2f}{run['cpu']:>8.2f}{run['megabytes']:>7.0f}{ratio:>7.2f}"
        )


def cells(number: int, unquoted: int) -> list[str]:
    """The cells of one row; one in `unquoted` has no comma in its address, but for one in 400."""
    born = f"{1 + number % 28:02d}/{1 + number % 12:02d}/{1930 + number % 90}"
    comma = number % unquoted or number % 400 == 0
    address = f"số {number % 300}, thôn Đông, xã Quất Động" if comma else f"thôn Đoài {number % 40}"
    sex = "Nữ" if number % 2 else "Nam"
    return [f"Nguyễn Văn Hùng {number % 977}", born, sex, f"{number:012d}", f"HK{number // 4}", address, "Đông", ""]


def write(path: Path, rows: int, unquoted: int) -> set[int]:
    """Write the file; returns the numbers of its damaged rows."""
    odd = set(np.random.default_rng(1).choice(rows, int(rows * ODD), replace=False).tolist())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        for number in range(rows):
            row = cells(number, unquoted)
            if number not in odd:
                writer.writerow(row)
            else:
                plain = [cell.replace(",", "") for cell in row]
                damage = ['"' + ",".join(plain), ",".join(plain[:-2]), ",".join([*plain, "x"]), ",".join(plain) + "\0"]
                file.write(damage[number % 4] + "\n")
    return odd


def measured(name: str, path: Path, rows: int, unquoted: int, odd: set[int]) -> dict[str, float]:
    """One reader in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_in_process, (name, str(path), rows, unquoted, odd))


def _in_process(name: str, path: str, rows: int, unquoted: int, odd: set[int]) -> dict[str, float]:
    seconds = cpu = 0.0
    kept = right = invented = 0
    seen = np.zeros(rows, dtype=bool)
    batches = READERS[name](path)
    try:
        while True:
            started, started_cpu = time.perf_counter(), time.process_time()
            batch = next(batches, None)
            seconds, cpu = seconds + time.perf_counter() - started, cpu + time.process_time() - started_cpu
            if batch is None:
                break
            kept += batch[1]
            for row in zip(*batch[0], strict=True):
                number = _number(row[KEY])
                if number < rows and not seen[number] and [cell or "" for cell in row] == cells(number, unquoted):
                    right += number not in odd
                    seen[number] = True
                elif number not in odd:
                    invented += 1
    except Exception as problem:
        print(f"{name}: {type(problem).__name__}, after {right} rows")
    return {
        "right": right,
        "kept": kept,
        "lost": rows - len(odd) - right,
        "invented": invented,
        "seconds": seconds,
        "cpu": cpu,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _number(key: str | None) -> int:
    return int(key) if key and len(key) == 12 and key.isdecimal() else 1 << 40


def _ours(path: str) -> Iterator[tuple[Columns, int]]:
    from pipelines.ingest.containers import find_documents  # noqa: PLC0415 - in the measured process alone
    from pipelines.ingest.lines import survey  # noqa: PLC0415
    from pipelines.ingest.text_tables import read_text  # noqa: PLC0415

    (document,), _ = find_documents(Path(path), "rows.csv")
    for batch in read_text(document, survey(document.blocks()), {}).batches:
        yield [batch.cells[f"c{at}"] for at in range(len(HEADER))], batch.rejected.height


def _csv(path: str) -> Iterator[tuple[Columns, int]]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        while batch := list(islice(rows, BATCH)):
            whole = [row for row in batch if len(row) == len(HEADER)]
            yield [[row[at] for row in whole] for at in range(len(HEADER))], len(batch) - len(whole)


def _polars(path: str) -> Iterator[tuple[Columns, int]]:
    import polars as pl  # noqa: PLC0415

    frame = pl.read_csv(path, infer_schema=False, truncate_ragged_lines=True, ignore_errors=True, glob=False)
    yield frame.get_columns(), 0


def _duckdb(options: str) -> Reader:
    def read(path: str) -> Iterator[tuple[Columns, int]]:
        import duckdb  # noqa: PLC0415

        with duckdb.connect() as connection:
            types = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in HEADER) + "}"
            query = (
                f"FROM read_csv(?, columns={types}, header=true, auto_detect=false, delim=',', quote='\"', {options})"
            )
            for batch in connection.execute(query, [path]).to_arrow_reader(BATCH):
                yield [column.to_pylist() for column in batch.columns], 0
            if "store_rejects" in options:
                kept = connection.sql("SELECT count(DISTINCT line) FROM reject_errors").fetchall()[0][0]
                yield [[] for _ in HEADER], kept

    return read


READERS: dict[str, Reader] = {
    "csv": _csv,
    "hopnhat": _ours,
    "polars": _polars,
    "duckdb strict": _duckdb("store_rejects=true"),
    "duckdb not strict": _duckdb("strict_mode=false, null_padding=true, ignore_errors=true"),
}


if __name__ == "__main__":
    main()
