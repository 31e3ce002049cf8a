"""The set of legal syllables holds what is written and nothing that the orthography forbids."""

import unicodedata

import polars as pl
import pytest

from pipelines.synthetic import names
from pipelines.vietnamese.syllables import is_legal, legal_share, legal_syllables


@pytest.mark.parametrize(
    "syllables",
    [
        "hoà hòa khoẻ khỏe thuỷ thủy uý úy",
        "lý lí mỹ mĩ sỹ sĩ quý quí kỳ kì vy vi tỵ tị",
        "gì già gìn giếng giêng giặt giữa gia ghế ghi ghen nghiêng nghe nghĩ",
        "yên yêu yếm ỉa uống ướt oanh uyên ý a ơ ừ",
        "quốc quyển quỳnh huỳnh khuya khuỷu ngoằn ngoèo thuở khuếch quýt quẹo",
        "nguyễn trần phạm đặng cấn khuất doãn uông ưng bế vương nghiêm",
        "buýt tuýp xoong oong éc kạn lắk",
    ],
)
def test_what_is_written_is_legal(syllables):
    assert [syllable for syllable in syllables.split() if syllable not in legal_syllables()] == []


@pytest.mark.parametrize(
    "syllables",
    [
        "cê ci kô gê ngiêng ghà nghà qa qúan",  # c k q, g gh, ng ngh
        "bat hàch tôp các̀ mãt tiêch",  # before a stop only sắc and nặng
        "hoàn̉ húyên thuýêt nguyễ ",  # one tone, in its place
        "ngyên hyên iên bra chr smith hélène strasse w f z j",
    ],
)
def test_what_the_orthography_forbids_is_not(syllables):
    assert [syllable for syllable in syllables.split() if syllable in legal_syllables()] == []


def test_the_set_is_lower_case_and_composed():
    syllables = legal_syllables()
    assert 15_000 < len(syllables) < 20_000
    assert all(word == unicodedata.normalize("NFC", word).lower() and word.isalpha() for word in syllables)


def test_every_word_of_the_name_tables_is_legal():
    tables = [names.SURNAMES, *names.GIVEN.values()]
    words = {word.lower() for table in tables for name in table for word in name.split()}
    assert words - legal_syllables() == set()


def test_share_of_legal_syllables():
    texts = pl.Series("ho_ten", ["Nguyễn Văn HÙNG", "NguyÔn Lan", "John Lan", "123", "", None, "Ho\u0300a-Bi\u0300nh"])
    assert legal_share(texts).to_list() == [1.0, 0.5, 0.5, None, None, None, 1.0]
    assert legal_share(texts).name == "ho_ten"
    assert legal_share(pl.Series([], dtype=pl.String)).to_list() == []


def test_legality_of_a_column():
    tokens = pl.DataFrame({"token": ["Hoà", "HÒA", "Hélène", None]})
    assert tokens.select(is_legal(pl.col("token"))).to_series().to_list() == [True, True, False, None]
