"""Names as they were typed: keys of Telex and VNI left in, other alphabets, titles, remarks, abbreviations, hamlets."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.vietnamese.addresses import hamlet_key, hamlet_kind, hamlet_name, hamlet_of, hamlet_spelling
from pipelines.vietnamese.names import initials, is_abbreviated, middle_name, person_name, remark
from pipelines.vietnamese.spelling import folded_key, spelling_key, toneless_key
from pipelines.vietnamese.syllables import legal_syllables
from pipelines.vietnamese.typed import retyped

TELEX = {
    **dict.fromkeys("ăằắẳẵặ", "aw"), **dict.fromkeys("âầấẩẫậ", "aa"), **dict.fromkeys("êềếểễệ", "ee"),
    **dict.fromkeys("ôồốổỗộ", "oo"), **dict.fromkeys("ơờớởỡợ", "ow"), **dict.fromkeys("ưừứửữự", "uw"), "đ": "dd",
}  # fmt: skip
TONES = dict(zip("\u0301\u0300\u0309\u0303\u0323", "sfrxj", strict=True))


def applied(made: pl.Expr, *texts: str | None) -> list[str | None]:
    return pl.DataFrame({"x": list(texts)}, schema={"x": pl.String}).select(made).to_series().to_list()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Nguyeenx Thij Huowngf", "Nguyễn Thị Hường"),
        ("NGUYEENX VAWN HUNGF", "NGUYỄN VĂN HÙNG"),
        ("Nguye6n4 Va8n Hu2ng", "Nguyễn Văn Hùng"),
        ("Ddoox Thij Thuyr", "Đỗ Thị Thủy"),
        ("Tru7o7ng D9i2nh Lo6c5", "Trương Đình Lộc"),
        ("Nguyễn Vаn Аn", "Nguyễn Van An"),
        ("Nguyễn Thı Hoa", "Nguyễn Thi Hoa"),
        # What is legal, or foreign, stays.
        ("Nguyễn Văn Hùng", "Nguyễn Văn Hùng"),
        ("Hoàng Thị Maria", "Hoàng Thị Maria"),
        ("Y Bhăm Niê", "Y Bhăm Niê"),
        ("Nguyen Van Hung", "Nguyen Van Hung"),
        (None, None),
    ],
)
def test_keys_left_in_a_name_are_put_right_and_nothing_else(typed: str | None, meant: str | None) -> None:
    assert retyped(pl.Series([typed], dtype=pl.String)).to_list() == [meant]


@given(st.sampled_from(sorted(legal_syllables())))
@settings(max_examples=300, deadline=None)
def test_telex_with_its_tone_last_gives_the_syllable_back(syllable: str) -> None:
    """Or a syllable of the same letters and tone; what it spells by chance is legal itself and stays."""
    key = spelling_key(pl.lit(syllable))
    decomposed = pl.select(syllable=pl.lit(syllable).str.normalize("NFD")).item()
    tone = "".join(TONES[mark] for mark in decomposed if mark in TONES)
    typed = "".join(TELEX.get(letter, "") or _bare(letter) for letter in syllable) + tone
    found = retyped(pl.Series([typed])).item()
    assert found == typed or pl.select(spelling_key(pl.lit(found)) == key).item() or found in legal_syllables()


def _bare(letter: str) -> str:
    return pl.select(pl.lit(letter).str.normalize("NFD").str.replace_all(r"\p{M}", "")).item()


def test_a_name_stands_without_title_remark_and_dots() -> None:
    assert applied(
        person_name(pl.col("x")),
        "Bà Ng.T. HOA (đã chết)",
        "Ông: N.V.Hùng",
        "Hộ ông Nguyễn Văn  A",
        "Trần Văn Bà",
        "Anh Đức",
        "Ông Khiêm",
        "(không rõ)",
        None,
    ) == ["Ng T Hoa", "N V Hùng", "Nguyễn Văn A", "Trần Văn Bà", "Anh Đức", "Ông Khiêm", None, None]
    assert applied(remark(pl.col("x")), "Nguyễn A (đã chết)", "Nguyễn A", "A [vợ: B]") == ["đã chết", None, "vợ: B"]


def test_parts_of_names() -> None:
    folded = ("nguyen van hung", "n v hung", "ng thi hoa", "an", "le an")
    assert applied(initials(pl.col("x")), *folded) == ["nvh", "nvh", "nth", "a", "la"]
    assert applied(is_abbreviated(pl.col("x")), *folded) == [False, True, True, False, False]
    assert applied(middle_name(pl.col("x")), *folded, None) == ["van", "v", "thi", "", "", None]


def test_keys_of_what_is_a_matter_of_taste_are_equal_and_of_other_names_are_not() -> None:
    def folded(text: str) -> str:
        return pl.select(folded_key(pl.lit(text))).item()

    for one, two in (("Lý Mỹ", "Lí Mĩ"), ("Quý", "Quí"), ("Hoà", "Hòa"), ("Kỳ", "Kì"), ("Đỗ", "Do")):
        assert folded(one) == folded(two)
    for one, two in (("Thúy", "Thúi"), ("Tây", "Tâi"), ("Hùng", "Hàng")):
        assert folded(one) != folded(two)
    assert pl.select(toneless_key(spelling_key(pl.lit("Hùng")))).item() == "hung"
    assert pl.select(toneless_key(spelling_key(pl.lit("Hưng"))).str.normalize("NFC")).item() == "hưng"


@pytest.mark.parametrize(
    ("address", "hamlet"),
    [
        ("Thôn Đông, xã Tân Minh, huyện Thường Tín", "Thôn Đông"),
        ("SN 12, Xóm Mới, xã A", "Xóm Mới"),
        ("T. Hạ, X. Tân Minh, H. Thường Tín", "T. Hạ"),
        ("TDP số 3, phường B", "TDP số 3"),
        ("thon Dong, xa Tan Minh", "thon Dong"),
        ("Ngõ 3, thôn Hạ, xã A", "thôn Hạ"),
        ("Số 5, X. Tân Minh, T. Hà Nội", "X. Tân Minh"),
        ("Ngõ 5, X. Tân Minh, T. Hà Nội", None),
        ("xã Tân Minh, huyện Thường Tín", None),
        (None, None),
    ],
)
def test_the_hamlet_is_found_at_the_head_of_an_address(address: str | None, hamlet: str | None) -> None:
    assert applied(hamlet_of(pl.col("x")), address) == [hamlet]


def test_hamlets_written_in_short_have_one_key() -> None:
    same = [("Thôn Đông", "T. Đông", "thon dong"), ("Tổ dân phố số 03", "TDP 3", "Tổ 3"), ("Xóm Mới", "X. Mới")]
    for spellings in same:
        assert len(set(applied(hamlet_key(pl.col("x")), *spellings))) == 1
    assert len(set(applied(hamlet_key(pl.col("x")), "Thôn Đông", "Thôn Đoài", "Thôn 1", "Thôn 11"))) == 4


def test_a_hamlet_has_a_kind_besides_its_name() -> None:
    """Thôn 1 and Xóm 1 can be two hamlets; what tells no kind may be either."""
    written = ["Thôn 1", "T1", "Xóm 1", "X. số 01", "TDP3", "Tổ dân phố số 03", "Khu phố 7", "Đội 5", "1", "Thôn", None]
    assert applied(hamlet_kind(pl.col("x")), *written) == [
        *("thon", "thon", "xom", "xom", "to", "to", "khu", "doi"),
        *(None, None, None),
    ]
    assert applied(hamlet_name(pl.col("x")), *written) == [*"1111337", "5", "1", "thon", None]


def test_a_hamlet_s_marks_tell_names_apart_and_the_place_of_the_tone_does_not() -> None:
    for spellings in (("Thôn Hoà", "T. HÒA", "hòa"), ("Thôn Mỹ Lý", "mĩ lí"), ("Tổ dân phố số 03", "Tổ 3", "3")):
        assert len(set(applied(hamlet_spelling(pl.col("x")), *spellings))) == 1
    assert len(set(applied(hamlet_spelling(pl.col("x")), "Thôn Đông", "Thôn Đồng", "Thôn Dong", "Thôn Đong"))) == 4
