"""A row is named by what it says."""

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.identity.record_ids import add_record_ids, content_hash


def ids(*contents: str) -> list[str]:
    hashed = content_hash(pl.Series(contents, dtype=pl.String))
    named = add_record_ids(pl.DataFrame({"hash": hashed, "at": range(len(contents))}), "hash")
    assert named["at"].to_list() == list(range(len(contents)))
    assert "hash" not in named.columns
    return named["record_id"].to_list()


@given(st.lists(st.sampled_from(["a", "b", "a ", "đ", "a-2", ""]), max_size=12))
@settings(max_examples=60, deadline=None)
def test_ids_are_unique_and_depend_on_nothing_but_the_content(contents: list[str]) -> None:
    named = ids(*contents)
    assert len(set(named)) == len(named)
    assert sorted(ids(*reversed(contents))) == sorted(named)
    for content in set(contents):
        first = contents.index(content)
        assert named[first] == ids(content)[0]


def test_an_id_stays_what_it_is_from_release_to_release() -> None:
    # The first 32 signs of `printf abc | sha256sum`.
    assert ids("abc", "abc") == ["ba7816bf8f01cfea414140de5dae2223", "ba7816bf8f01cfea414140de5dae2223-2"]
