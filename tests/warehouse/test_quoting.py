"""Whatever a name or a text is made of, it stands in a statement as that name or text, and as nothing else."""

import math

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.warehouse.quoting import Sql, fill, flag, joined, name, names, number, text, texts

HOSTILE = st.text(st.sampled_from("'\"\\;-/*{}$%ab \n\tếĐ🙂")) | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0")
)


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as opened:
        yield opened


@given(said=HOSTILE)
def test_a_text_is_that_text(connection, said):
    assert connection.execute(fill("SELECT {said}", said=text(said))).fetchall() == [(said,)]


@given(called=HOSTILE.filter(bool))
def test_a_name_is_that_name(connection, called):
    made = connection.execute(fill("SELECT 1 AS {called}", called=name(called)))
    assert [column[0] for column in made.description] == [called]


@given(called=HOSTILE.filter(bool), said=HOSTILE)
def test_a_piece_is_never_filled_again(connection, called, said):
    statement = fill(
        "SELECT {said} AS {called}, '{other}'", said=text(said + "{called}"), called=name(called + "{said}")
    )
    made = connection.execute(statement)
    assert made.fetchall() == [(said + "{called}", "{other}")]
    assert made.description[0][0] == called + "{said}"


@given(value=st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_that_number(connection, value):
    ((found,),) = connection.execute(fill("SELECT {value}", value=number(value))).fetchall()
    assert float(found) == value if isinstance(value, float) else found == value


@given(said=st.lists(HOSTILE, min_size=1))
def test_texts_are_those_texts(connection, said):
    assert connection.execute(fill("SELECT [{said}]", said=texts(said))).fetchall() == [(said,)]


def test_pieces_are_put_side_by_side():
    assert names(["a", 'b"c']) == '"a", "b""c"'
    assert joined(" AND ", [Sql("a"), flag(True), flag(False)]) == "a AND true AND false"
    with pytest.raises(ValueError, match="no literal"):
        number(math.inf)


def test_a_piece_without_its_place_is_a_mistake_in_the_code():
    with pytest.raises(ValueError, match="no place for: table"):
        fill("SELECT 1 FROM {tabel}", table=name("t"))


def test_what_else_stands_in_braces_stays():
    assert fill("SELECT {'a': {value}} FROM {batch} WHERE b = '[0-9]{{3}}'", value=number(1)) == (
        "SELECT {'a': 1} FROM {batch} WHERE b = '[0-9]{{3}}'"
    )
