"""The workbook for clerical review: a seeded sample of every kind of pair, and nothing of what the machine thinks."""

import re
import stat
from collections import Counter

import pytest

from pipelines.clerical.workbook import write_sample
from pipelines.problems import UnusableInput
from pipelines.review.blocks import short_id
from tests.clerical.conftest import AT, WEIGHT, SampleBook, link
from tests.review.conftest import Package, warehouse_at


def test_every_kind_of_pair_is_drawn_with_the_size_of_its_stratum(draw):
    kinds = Counter((pair.dataset, pair.kind) for pair in draw.pairs)
    assert kinds["citizens", "merged"] == 18
    assert [kinds["citizens", kind] for kind in ("review", "refused", "near_miss")] == [5, 1, 3]
    assert [kinds["parcels", kind] for kind in ("merged", "review", "near_miss")] == [2, 1, 1]
    assert {(pair.kind, pair.stratum_pairs) for pair in draw.pairs if pair.dataset == "citizens"} >= {
        ("review", 5),
        ("refused", 1),
        ("near_miss", 90),
    }


def test_what_an_officer_decided_is_not_the_machines(draw, rows):
    (decided,) = [one for one in rows()["links"] if one["decision"] == "officer"]
    assert (decided["record_id_a"], decided["record_id_b"]) not in {pair.record_ids for pair in draw.pairs}


def test_the_same_publication_size_and_seed_give_the_same_workbook(draw, draw_of, warehouse, exported, tmp_path):
    again = draw_of(at="2027-01-01T00:00:00+07:00", by="someone")
    assert (again.draw_id, again.pairs) == (draw.draw_id, draw.pairs)
    write_sample(warehouse, again, tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == exported.read_bytes()


def test_another_seed_is_another_sample(draw, draw_of):
    other = draw_of(seed=8)
    assert other.draw_id != draw.draw_id
    assert {pair.record_ids for pair in other.pairs} != {pair.record_ids for pair in draw.pairs}


def test_the_order_of_links_in_the_warehouse_does_not_matter(draw, draw_of, rows, tmp_path):
    turned = {name: list(reversed(table)) for name, table in rows().items()}
    assert draw_of(warehouse=warehouse_at(tmp_path / "10231.duckdb", turned)).pairs == draw.pairs


def test_kinds_are_mixed_so_that_the_first_answers_are_a_sample_too(draw_of, rows, tmp_path):
    many = rows()
    many["links"] += [link("citizens", 1000 + at, 2000 + at, "automatic", 0.95) for at in range(400)]
    large = warehouse_at(tmp_path / "10231.duckdb", many)
    first = Counter()
    for seed in range(30):
        pairs = [pair for pair in draw_of(size=80, seed=seed, warehouse=large).pairs if pair.dataset == "citizens"]
        first["near"] += sum(pair.kind == "near_miss" for pair in pairs[: len(pairs) // 2])
        first["all"] += sum(pair.kind == "near_miss" for pair in pairs)
    assert 0.3 < first["near"] / first["all"] < 0.7


def test_nobody_is_told_what_the_machine_did(exported, draw, rows):
    told = "\n".join(Package.read(exported).parts.values())
    assert str(WEIGHT) not in told
    assert "LÝ DO CỦA MÁY" not in told
    words = ("automatic", "merged", "refused", "near_", "review", "stratum", "citizens-10231", "full_name")
    assert [word for word in words if word in told] == []
    book = SampleBook.read(exported)
    shown = " ".join(cell for lines in book.sheets.values() for line in lines for cell in line)
    assert "Máy đang coi là" not in shown
    entities = {row.get("citizen_id") or row.get("parcel_id") for row in rows()["citizen_sources"]}
    assert not any(entity in shown for entity in entities)


def test_hidden_lines_of_all_kinds_are_alike(book, draw):
    """What the hidden sheet says of a pair, but for its number and its rows, is the same whatever the machine did."""
    hidden = [[cell for cell in line if cell] for line in book.sheets["hopnhat"]]
    assert {tuple(line[2:]) for line in hidden if line[0] == "case"} == {
        ("citizens", "pair", "2"),
        ("parcels", "pair", "2"),
    }
    parts = [line[3] for line in hidden if line[0] == "row"]
    assert parts == ["1", "2"] * len(draw.pairs)


def test_rows_stand_side_by_side_as_their_files_have_them(book, draw):
    lines = book.sheets["Công dân"]
    number, pair = next((at, pair) for at, pair in enumerate(draw.pairs, 1) if pair.dataset == "citizens")
    answer = book.line("Công dân", str(number), "answer")
    labels = {line[1]: line[2:4] for line in lines[answer - 8 : answer]}
    assert labels["Mã dòng"] == [short_id(record_id) for record_id in pair.record_ids]
    assert labels["Ngày sinh"] == ["01/02/1980", "03/04/1981"]
    assert labels["Xã cũ"] == ["xã Nguyễn Trãi (10231)"] * 2
    assert lines[answer][1:] == ["Trả lời", "", "Ghi chú", "", "Người xem", "", ""]


def test_only_answers_can_be_written_and_are_chosen_from_a_list(exported, draw):
    package = Package.read(exported)
    people = sum(pair.dataset == "citizens" for pair in draw.pairs)
    lists = re.findall(r"<formula1>(.*?)</formula1>", package.sheet(2))
    assert lists == ['"Là một,Khác nhau,Không xác định được"'] * people
    assert "<sheetProtection" in package.sheet(2)
    unlocked = package.styles_that(r'locked="0"')
    assert sum(style in unlocked for style in package.cells(2).values()) == 3 * people + 1
    assert stat.S_IMODE(exported.stat().st_mode) == 0o600
    assert 'name="hopnhat" sheetId="4" state="veryHidden"' in package.parts["xl/workbook.xml"]


def test_the_first_sheet_tells_how_many_and_from_where(book, draw):
    lines = [[cell for cell in line if cell] for line in book.sheets["Hướng dẫn"]]
    people = sum(pair.dataset == "citizens" for pair in draw.pairs)
    assert ["Sổ phúc tra mẫu: xã Thượng Phúc (10231)"] in lines
    assert ["Công dân", str(people)] in lines
    assert ["Thửa đất", "4"] in lines
    assert any(draw.draw_id in line[0] and "trial-1" in line[0] for line in lines if line)


def test_answers_are_never_written_over(warehouse, draw, exported):
    before = exported.read_bytes()
    with pytest.raises(UnusableInput, match="đã có"):
        write_sample(warehouse, draw, exported)
    assert exported.read_bytes() == before


def test_a_commune_without_pairs_has_no_sample(rows, draw_of, tmp_path):
    empty = warehouse_at(tmp_path / "10231.duckdb", {**rows(), "links": [], "near_misses": []})
    with pytest.raises(UnusableInput, match="không có cặp dòng nào"):
        draw_of(warehouse=empty, at=AT)
