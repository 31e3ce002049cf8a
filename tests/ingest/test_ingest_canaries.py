"""What reading says of a file is never what a row of it says, however the lines of the file were spoilt."""

import csv
import io
import random
import shutil
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.communes import MergerMap
from pipelines.ingest import read_exports
from pipelines.problems import UnusableInput
from tests.end_to_end.canaries import Canaries, parcel, person
from tests.examples import SOME

GOOD = "ho_ten,ngay_sinh\nTốt,17/05/1990\n"
Rows = list[list[str]]


def _line(cells: list[str], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="").writerow(cells)
    return text.getvalue()


def _half(rows: Rows) -> Rows:
    middle = len(rows[0]) // 2
    return [rows[0][:middle] + rows[-1][middle:], *rows[1:]]


SPOILT: dict[str, Callable[[Rows, Canaries], Rows]] = {
    "no header": lambda rows, _: rows[1:],
    "half a header": lambda rows, _: _half(rows),
    "a line break lost behind the header": lambda rows, _: [[*rows[0][:-1], rows[0][-1] + rows[1][0], *rows[1][1:]]],
    "a person above the header": lambda rows, canaries: [[f"Chủ hộ: {canaries.words_of(3)}"], *rows],
    "a person beside the header": lambda rows, canaries: [[*rows[0], canaries.words_of(3)], *rows[1:]],
    "a person below the header": lambda rows, _: [rows[0], [cell if at % 2 else "" for at, cell in enumerate(rows[1])]],
    "the header again, and a row": lambda rows, _: [*rows, *rows[:2]],
    "a row before the header": lambda rows, _: [rows[1], rows[0], *rows[2:]],
    "columns as rows": lambda rows, _: [list(column) for column in zip(*rows, strict=True)],
    "capitals": lambda rows, _: [[cell.upper() for cell in row] for row in rows],
    "a name at the end": lambda rows, canaries: [*rows, [canaries.words_of(2)]],
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bytes], str]:
    """All that is said of an exports folder that holds this file and a good one."""
    folder = tmp_path_factory.mktemp("exports")

    def call(content: bytes) -> str:
        shutil.rmtree(folder / "10231", ignore_errors=True)
        (folder / "10231").mkdir()
        (folder / "10231" / "good.csv").write_text(GOOD, encoding="utf-8")
        (folder / "10231" / "x.csv").write_bytes(content)
        try:
            found = read_exports(folder, MergerMap.shipped().new_commune("10231"))
        except UnusableInput as refused:
            return str(refused)
        return "\n".join([*found.warnings, repr(found.files.rows())])

    return call


@settings(SOME, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(0, 1_000_000),
    st.lists(st.sampled_from(sorted(SPOILT)), min_size=1, max_size=2, unique=True),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-16"]),
    st.booleans(),
)
def test_nothing_is_said_of_a_row(
    said: Callable[[bytes], str], seed: int, ways: list[str], delimiter: str, encoding: str, land: bool
) -> None:
    canaries = Canaries()
    canaries.dice = random.Random(seed)
    made = [person(canaries, 1950 + at) for at in range(canaries.dice.choice([1, 3]))]
    made = [parcel(canaries, at, owner) for at, owner in enumerate(made)] if land else made
    rows = [list(made[0]), *(list(row.values()) for row in made)]
    for way in ways:
        if len(rows) > 1 and len({len(row) for row in rows}) == 1:
            rows = SPOILT[way](rows, canaries)
    content = "".join(f"{_line(row, delimiter)}\n" for row in rows).encode(encoding)
    assert canaries.leaked(said(content).encode()) == []


def test_a_column_without_use_is_named_when_that_is_the_name_of_a_column(said: Callable[[bytes], str]) -> None:
    lines = "ho_ten,Tôn giáo,ngay_sinh,Nguyễn Văn A,TT\nTrần B,Không,01/02/1980,x,1\n"
    assert "«10231/x.csv» có cột chưa dùng đến, vẫn giữ nguyên văn: «Tôn giáo», cột số 4." in said(lines.encode())
