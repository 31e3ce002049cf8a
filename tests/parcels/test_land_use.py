"""What a cell of a land book says of the use of a parcel."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.references import reference_hashes
from pipelines.parcels.land_use import LandUses, land_use
from pipelines.problems import UnusableInput

RURAL, WARD = "10231", "09574"
"""Old communes: a xã, and a phường."""


def read(*texts: str | None, commune: str = RURAL, known: LandUses | None = None) -> pl.DataFrame:
    cells = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    located = cells.with_columns(source_file=pl.lit("a.csv"), old_commune_code=pl.lit(commune))
    return land_use(located, known or LandUses.shipped())


def uses(text: str, commune: str = RURAL) -> list[tuple[str, float | None]]:
    (found,) = read(text, commune=commune)["land_use"].to_list()
    return [(use["code"], use["area_m2"]) for use in found or []]


@pytest.mark.parametrize(
    "written",
    [
     "ONT: 200; CLN: 150.5", "ONT 200m2, CLN 150,5m2", "200 ONT; 150,5 CLN", "ONT(200)+CLN(150.5)", "ont:200;cln:150,5",
     "ONT - 200 m² ; CLN - 150,5 m²", "Đất ở tại nông thôn: 200 m2; đất trồng cây lâu năm: 150,5 m2",
     "0NT 200 CLN 150,5",
    ],
)  # fmt: skip
def test_one_list_in_many_hands(written: str) -> None:
    assert uses(written) == [("ONT", 200.0), ("CLN", 150.5)]


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("ONT", [("ONT", None)]),
        ("ONT+CLN", [("ONT", None), ("CLN", None)]),
        ("CLN, ONT", [("CLN", None), ("ONT", None)]),
        ("ONT: 1.234,5; CLN: 1 200", [("ONT", 1234.5), ("CLN", 1200.0)]),
        ("ONT: 200; CLN", [("ONT", 200.0), ("CLN", None)]),
        ("Đất nuôi trồng thuỷ sản", [("NTS", None)]),
        ("Nhóm đất nông nghiệp", [("NNP", None)]),
        ("CLN (đất vườn)", [("CLN", None)]),
    ],
)
def test_lists_of_codes_and_names(written: str, found: list) -> None:
    assert uses(written) == found


@pytest.mark.parametrize("written", ["ONT+CLN: 350", "350 m2 ONT+CLN"])
def test_one_area_of_all_uses_is_none_of_them(written: str) -> None:
    assert uses(written) == [("ONT", None), ("CLN", None)]


@pytest.mark.parametrize(
    ("written", "rural", "urban"),
    [
        ("T", ["ONT"], ["ODT"]),
        ("T+V", ["ONT", "CLN"], ["ODT", "CLN"]),
        ("ao", ["NTS"], ["NTS"]),
        ("2L", ["LUC"], ["LUC"]),
        ("ĐM", ["BHK"], ["BHK"]),
        ("Đất thổ cư", ["ONT"], ["ODT"]),
    ],
)
def test_signs_of_old_papers_are_read_by_the_kind_of_commune_and_told(written: str, rural: list, urban: list) -> None:
    assert [code for code, _ in uses(written)] == rural
    assert [code for code, _ in uses(written, WARD)] == urban
    assert read(written)["land_use_sign"].item()


def test_a_name_of_today_is_no_old_sign() -> None:
    assert uses("Đất ở") == [("ONT", None)]
    assert not read("Đất ở", "ONT", "Đất ở tại nông thôn")["land_use_sign"].any()


@pytest.mark.parametrize("written", ["?", "đất", "200", "nhà ông A", "không rõ"])
def test_what_says_nothing_is_told_and_gives_no_use(written: str) -> None:
    line = read(written).row(0, named=True)
    assert line["land_use"] is None
    assert line["land_use_unread"]
    assert not line["land_use_sign"]


def test_a_code_of_no_table_is_kept_and_told() -> None:
    line = read("ONTT: 200").row(0, named=True)
    assert line["land_use"] == [{"code": "ONTT", "area_m2": 200.0}]
    assert line["land_use_unknown"]


def test_words_beside_a_code_are_told() -> None:
    line = read("ONT và chuồng trại chăn nuôi").row(0, named=True)
    assert line["land_use_key"] == "ONT"
    assert line["land_use_unread"]


def test_an_empty_cell_says_nothing_wrong() -> None:
    line = read(None).row(0, named=True)
    assert line["land_use"] is None
    assert not any(line[flag] for flag in ("land_use_unread", "land_use_sign", "land_use_unknown"))


def test_codes_of_former_maps_are_known_until_their_last_day() -> None:
    assert read("LNQ", "LNQ+ONT", "ONT")["land_use_until"].to_list() == [date(2015, 1, 16), date(2015, 1, 16), None]


def test_the_key_is_one_for_any_order() -> None:
    assert read("ONT+CLN", "CLN: 100; ONT: 50")["land_use_key"].n_unique() == 1


@given(
    st.lists(
        st.tuples(st.sampled_from(["ONT", "CLN", "NTS", "BHK", "LUC"]), st.integers(1, 999)),
        min_size=1,
        max_size=4,
        unique_by=lambda use: use[0],
    ),
    st.sampled_from(["; ", "+", ", ", " / "]),
    st.sampled_from(["{code}: {area}", "{code} {area}m2", "{area} {code}", "{code}({area})"]),
)
def test_lists_with_areas_are_read_back(written: list[tuple[str, int]], sign: str, form: str) -> None:
    text = sign.join(form.format(code=code, area=area) for code, area in written)
    found = uses(text)
    if len(written) > 1:
        assert found == [(code, float(area)) for code, area in written]
    assert [code for code, _ in found] == [code for code, _ in written]


def test_a_deployments_own_codes_come_first(tmp_path: Path) -> None:
    file = tmp_path / "land_use_codes.csv"
    file.write_text("code,name_vi,valid_to\nCNT,Đất chăn nuôi tập trung,\nLUK,Đất lúa khác,2024-12-31\n", "utf-8")
    known = LandUses.read(file)
    found = read("CNT", "đất chăn nuôi tập trung", "LUK", "ONT", known=known)
    assert found["land_use_key"].to_list() == ["CNT", "CNT", "LUK", "ONT"]
    assert not found["land_use_unknown"].any()
    assert found["land_use_until"].to_list() == [None, None, date(2024, 12, 31), None]
    assert known.sha256 != LandUses.shipped().sha256 == ""


def test_a_run_knows_which_codes_it_read(tmp_path: Path) -> None:
    none = reference_hashes(tmp_path)
    assert (none["land_use_codes"], bool(none["land_uses"])) == ("", True)
    (tmp_path / "land_use_codes.csv").write_text("code,name_vi\nCNT,Đất chăn nuôi tập trung\n", "utf-8")
    own = reference_hashes(tmp_path)
    assert {name for name in none if none[name] != own[name]} == {"land_use_codes"}


@pytest.mark.parametrize(
    ("line", "said"), [("O N,Đất", "mã loại đất"), ("CNT,Đất chăn nuôi,1/1/2025", "valid_to")], ids=["code", "day"]
)
def test_a_line_that_cannot_be_meant_is_refused_by_name(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "land_use_codes.csv"
    file.write_text(f"code,name_vi,valid_to\n{line}\n", "utf-8")
    with pytest.raises(UnusableInput, match=f"«land_use_codes.csv», dòng 2: .*{said}"):
        LandUses.read(file)
