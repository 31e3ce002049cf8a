"""Ten thousand decisions taken back from a workbook, and what they cost the runs that follow.

    hopnhat bench decisions [--people 65000] [--cases 10000]

A synthetic commune is unified; its queue is replaced by cases of two rows that are two people, of which every second
is answered "different" and every other "ask for paper". Timed are the installed commands, start-up and all: the run
before, the export, the import, the import again (which takes nothing), and the run after.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import fastexcel
import polars as pl
import xlsxwriter

from pipelines.warehouse.building import write_warehouse
from pipelines.warehouse.reading import open_warehouse

COMMUNE = "10231"
ANSWERS = ("Khác người", "Cần giấy tờ")


def main(arguments: list[str] | None = None) -> None:
    """Unify, ask, answer, take back, and print the seconds of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=65_000)
    parser.add_argument("--cases", type=int, default=10_000)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        asked, answered = data / "asked.xlsx", data / "answered.xlsx"
        commune = ["--new-commune", COMMUNE, "--data", str(data)]
        sample = ["--people", str(options.people), "--parcels", "1000", "--seed", "7301", str(data)]
        seconds("sample", "--new-commune", COMMUNE, *sample)
        print(f"run without decisions {seconds('run', *commune):.1f} s")
        ask(data / "published" / "trial" / f"{COMMUNE}.duckdb", options.cases)
        print(f"export {seconds('review', 'export', str(asked), '--most', str(options.cases), *commune):.1f} s")
        print(f"{answer(asked, answered)} answers")
        for turn in ("import", "import again"):
            print(f"{turn} {seconds('review', 'import', str(answered), *commune):.1f} s")
        print(f"run with the decisions {seconds('run', *commune):.1f} s")


def seconds(*command: str) -> float:
    """How long the installed command takes; what it says goes to standard error."""
    started = time.monotonic()
    subprocess.run([Path(sys.executable).with_name("hopnhat"), *command], check=True, stdout=sys.stderr)
    return time.monotonic() - started


def ask(published: Path, cases: int) -> None:
    """Replace the queue of a published warehouse by cases about pairs of people."""
    kept = published.rename(published.with_name("kept.duckdb"))
    with open_warehouse(kept) as connection:
        rows = pl.DataFrame(
            connection.execute(
                "SELECT min(record_id) AS a FROM citizen_sources GROUP BY citizen_id ORDER BY a LIMIT ?", [2 * cases]
            ).to_arrow_table()
        )["a"]
        manifest = pl.DataFrame(connection.execute("SELECT * FROM manifest").to_arrow_table())
    pairs = pl.DataFrame({"a": rows.gather_every(2), "b": rows.gather_every(2, 1)})
    queue = pairs.select(
        case_id="a",
        dataset=pl.lit("citizens"),
        record_ids=pl.concat_list("a", "b"),
        question=pl.lit("Các dòng này có phải cùng một người không?"),
        reason=pl.lit("link_in_review"),
        priority=pl.int_range(1, pl.len() + 1),
        expected_value=pl.lit(1.0),
        blocking=pl.lit(value=False),
        status=pl.lit("open"),
    )
    write_warehouse(published, [("review_queue", queue)], staging=kept, seal=lambda _: manifest)
    kept.unlink()


def answer(asked: Path, answered: Path) -> int:
    """Fill a workbook as officers would, and save it; how many answers."""
    book, answers = fastexcel.read_excel(asked), 0
    with xlsxwriter.Workbook(answered, {"strings_to_formulas": False}) as filled:
        for name in book.sheet_names:
            lines = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars().fill_null("")
            sheet = filled.add_worksheet(name)
            for at, line in enumerate(lines.iter_rows()):
                role = line[0].split(":")[1] if line[0].count(":") == 2 else ""
                texts = {2: "Phạm Thị Thu"} if role == "name" else {}
                if role == "answer":
                    texts, answers = {2: ANSWERS[answers % 2]}, answers + 1
                for column, text in enumerate(line):
                    if told := texts.get(column, text):
                        sheet.write_string(at, column, told)
    return answers


if __name__ == "__main__":
    main()
