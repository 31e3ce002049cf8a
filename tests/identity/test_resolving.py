"""What became of an id, in states and in words."""

import pytest

from pipelines.identity.resolving import resolve

from .conftest import Ledger


def nothing_published(run_id: str) -> bool:
    return False


def test_an_id_in_use_names_itself(ledger: Ledger) -> None:
    first = ledger.assign("a")["a"]
    found = ledger.resolve(f" {first.lower()}\n")
    assert (found.entity_id, found.state, found.current, found.parts) == (first, "current", first, [])
    assert found.events.rows() == [(None, first, "minted", "run 1")]


def test_a_merged_id_leads_to_the_last_of_the_chain(ledger: Ledger) -> None:
    first = ledger.assign("a", "bc", "defg")
    ledger.assign("abc", "defg")
    ledger.assign("abcdefg")
    found = ledger.resolve(first["a"])
    assert (found.state, found.current) == ("merged", first["defg"])
    assert found.events.rows() == [
        (None, first["a"], "minted", "run 1"),
        (first["a"], first["bc"], "merged_into", "run 2"),
    ]


def test_an_id_that_is_back_after_a_wrong_merger_is_current(ledger: Ledger) -> None:
    first = ledger.assign("ab", "c")
    ledger.assign("abc")
    ledger.assign("ab", "c")
    assert ledger.resolve(first["c"]).current == first["c"]
    whole = ledger.resolve(first["ab"])
    assert (whole.current, whole.parts) == (first["ab"], [first["c"]])


def test_parts_are_those_split_off_since_the_id_led_there(ledger: Ledger) -> None:
    first = ledger.assign("abcd", "x")
    second = ledger.assign("abc", "d", "x")
    third = ledger.assign("abcx", "d")
    fourth = ledger.assign("abx", "c", "d")
    assert third["abcx"] == fourth["abx"] == first["abcd"]
    assert ledger.resolve(first["abcd"]).parts == [second["d"], fourth["c"]]
    assert ledger.resolve(first["x"]).parts == [fourth["c"]]


def test_an_id_whose_rows_left_is_retired_and_back_with_them(ledger: Ledger) -> None:
    first = ledger.assign("a", "b")
    ledger.assign("a")
    found = ledger.resolve(first["b"])
    assert (found.state, found.current, found.events["kind"].to_list()) == ("retired", None, ["minted", "retired"])
    ledger.assign("a", "b")
    assert ledger.resolve(first["b"]).state == "current"


def test_a_merged_id_may_lead_to_one_that_is_retired(ledger: Ledger) -> None:
    first = ledger.assign("a", "bc")
    ledger.assign("abc")
    ledger.assign("z")
    found = ledger.resolve(first["a"])
    assert (found.state, found.current) == ("merged", None)


@pytest.mark.parametrize(
    "typed", ["10231-0000001-9", "10231-0000001", "", "../../x", "1023-0000001-8", "10231-0000001-8-8"]
)
def test_a_slip_of_the_pen_is_seen(ledger: Ledger, typed: str) -> None:
    ledger.assign("a")
    found = ledger.resolve(typed)
    assert (found.state, found.dataset, found.current) == ("mistyped", None, None)


def test_an_id_that_was_never_published_is_unknown_and_leaves_no_folder(ledger: Ledger) -> None:
    assert resolve(ledger.folder, "10231-0000042-W", nothing_published).state == "unknown"
    assert not ledger.folder.exists()
    shown = ledger.draft("a")["a"]
    assert ledger.resolve(shown).state == "unknown"


def test_every_state_has_its_words(ledger: Ledger) -> None:
    first = ledger.assign("a", "bc", "d")
    ledger.assign("abc")
    told = {name: " ".join(ledger.resolve(first[name]).sentences) for name in first}
    assert f"nay dùng mã {first['bc']}" in told["a"]
    assert "đang dùng cho một công dân" in told["bc"]
    assert "không còn dòng dữ liệu nào của công dân này" in told["d"]
    assert f"nhập vào mã khác / merged into: {first['a']} → {first['bc']} (lần chạy / run run 2)" in told["a"]
    assert "chưa từng được công bố" in " ".join(ledger.resolve("10231-0000042-W").sentences)
    assert "ký tự kiểm tra" in " ".join(ledger.resolve("10231-0000042-X").sentences)
