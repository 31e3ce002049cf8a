"""From bytes to right text: every encoding is undone, alone and mixed, and right text is never 'repaired'."""

import csv
import random
import unicodedata
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.ingest.repair import repair
from pipelines.synthetic import names
from pipelines.synthetic.draws import chosen
from pipelines.vietnamese.legacy import DECODERS
from pipelines.vietnamese.legacy.evidence import word_scores
from pipelines.vietnamese.legacy.image import image_of
from pipelines.vietnamese.legacy.readings import LIMITS
from pipelines.vietnamese.syllables import legal_syllables
from tests.examples import SOME

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
TONES = "\u0300\u0301\u0303\u0309\u0323"
SHARE = 0.999


@cache
def inverse(name, column):
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["unicode"]: row[column] for row in rows if row.get("role", "lower").startswith(("lower", "capital (7"))}


def to_tcvn3(text):
    codes = inverse("tcvn3", "cp1252_char")
    return "".join(codes.get(letter) or codes.get(letter.lower()) or letter for letter in text)


def to_vni(text):
    return "".join(inverse("vni", "vni_cp1252_text").get(letter, letter) for letter in text)


def to_viqr(text):
    return "".join(inverse("viqr", "viqr").get(letter, letter) for letter in text)


def to_misread(text):
    return image_of(text.encode())


def to_misread_twice(text):
    return to_misread(to_misread(text))


def to_1258(text):
    return image_of("".join(map(_tone_apart, text)).encode("cp1258"))


def _tone_apart(letter):
    marks = unicodedata.normalize("NFD", letter)
    bare = unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES))
    return bare + "".join(mark for mark in marks if mark in TONES)


def to_nfd(text):
    return unicodedata.normalize("NFD", text)


ENCODERS = {
    "tcvn3": to_tcvn3,
    "vni": to_vni,
    "viqr": to_viqr,
    "utf8_misread": to_misread,
    "utf8_misread twice": to_misread_twice,
    "windows_1258": to_1258,
    "nfd": to_nfd,
}
each_encoding = pytest.mark.parametrize("name", ENCODERS)


@cache
def full_names(count=5000, seed=7):
    rng = np.random.default_rng(seed)
    sex, born = rng.integers(0, 2, count), rng.integers(1930, 2020, count)
    surname, given_name = chosen(rng, names.SURNAMES, count), names.given_names(rng, sex, born)
    return names.full_names(surname, names.middle_names(rng, sex, born, surname, given_name), given_name).tolist()


def repaired(single_byte=False, **columns):
    return repair(pl.DataFrame(columns), single_byte).cells


def right(cells, truth):
    """The share of cells that equal the truth but for their case: TCVN3 has no toned capitals."""
    pairs = zip(cells, truth, strict=True)
    return sum(cell.casefold() == true.casefold() for cell, true in pairs) / len(truth)


# --- right text stays as it is


@pytest.mark.parametrize("form", [str, str.title, str.upper], ids=["lower", "title", "upper"])
@pytest.mark.parametrize("single_byte", [False, True])
def test_no_legal_syllable_is_changed(form, single_byte):
    words = [form(word) for word in sorted(legal_syllables())]
    column = pl.DataFrame({"word": words})
    assert_frame_equal(repair(column, single_byte).cells, column)
    pairs = pl.DataFrame({"pair": [f"{first} {second}" for first, second in zip(words, words[7:], strict=False)]})
    assert_frame_equal(repair(pairs, single_byte).cells, pairs)


def read_otherwise():
    """Every legal syllable that some decoder can change at all; the others have no second reading."""
    words = [form(word) for word in sorted(legal_syllables()) for form in (str, str.title, str.upper)]
    return [word for word in words if any((decode(word) or word) != word for decode in DECODERS.values())]


@pytest.mark.parametrize("single_byte", [False, True])
def test_no_legal_syllable_is_changed_as_the_only_cell(single_byte):
    words = read_otherwise()
    assert len(words) > 5000
    for word in random.Random(5).sample(words, 100):
        assert repaired(single_byte, word=[word])["word"].to_list() == [word]
    columns = pl.DataFrame({str(number): [word] for number, word in enumerate(random.Random(6).sample(words, 500))})
    assert_frame_equal(repair(columns, single_byte).cells, columns)


def test_every_legal_syllable_is_as_good_as_it_is_as_anything_can_be():
    # So no lone cell is ever touched: a legal one only gives way where its column is largely of another encoding.
    words = [word for word in read_otherwise() if not word.isascii()]
    scores = word_scores(pl.Series(words).unique())
    assert scores["score_as_is"].unique().to_list() == [0.0]
    assert LIMITS.share_to_touch_legal > 10**-LIMITS.rarity_single_byte


FOREIGN = {
    "English": "The quick brown fox jumps over a lazy dog; my café, naïve façade, O'Neill? an Ann. ho va do so to",
    "French": "Hélène était à la forêt près de François né à Nîmes Noël œuvre sœur ça là très thé café fût mû dû sûr "
    "août goût île fête gêne naïve Zoé Anaïs Benoît Jérôme Gaëlle Loïc garçon leçon reçu âge âme côte rôle où règle "
    "clé pré blé marché santé À É Ê Ç crû laïc Caïn né dès",
    "German": "Müller Schröder Jürgen Björn Köln Straße Größe Maß süß müde böse hören Tür für über Grün König Höhe Bär "
    "Öl Übung Ärger Fuß weiß nö hü Tüm Löw Bär",
    "Spanish": "José Núñez niño España mañana año señor corazón más también María Ángel ¿Qué ¡Hola! Muñoz São não mãe",
    "numbers": "1 2.5 3,75 1.000.000 -4 012345678901 ½ 12°",
    "dates": "01/02/1990 1990-02-01 1/2 02.03.1991",
    "mail": "an.nguyen@x.vn info+1@a.vn lan_o'hara@b.com a.b@c.vn e+co@d.vn",
    "codes": "BĐ 123456|AĐ 000123|LUC/01|ONT+CLN|10 µm|5°C|m²|100 m²|§5|«Lan»|Lan®|© 2020|n° 5|50 £|“Lan”|Lan’s|a – b|"
    "Hà…|Ha\xadnoi|f(x)|a^2|Hoa.|Lan?|thôn 1\xa0xã Hà|Ông (đã chết)|Đắk Lắk|Y Bih Niê",
}


@pytest.mark.parametrize("language", FOREIGN)
@pytest.mark.parametrize("single_byte", [False, True])
def test_foreign_text_and_codes_are_not_changed(language, single_byte):
    text = FOREIGN[language]
    cells = text.split("|") if "|" in text else text.split()
    runs = [" ".join(cells[start : start + 4]) for start in range(len(cells))]
    for column in (cells, cells * 50, runs):
        assert repaired(single_byte, text=column)["text"].to_list() == column
    beside = repaired(single_byte, text=cells, name=[to_tcvn3(name) for name in full_names()[: len(cells)]])
    assert beside["text"].to_list() == cells


def test_foreigners_in_a_column_of_tcvn3():
    foreign = ["John Smith", "Hélène Müller", "Nguyễn Văn A", "Lê Hà", ""]
    column = [to_tcvn3(name) for name in full_names()[:300]] + foreign
    assert repaired(name=column)["name"].to_list()[-5:] == foreign


def test_ascii_and_other_types_are_left_alone():
    table = pl.DataFrame(
        {"a": ["Nguyen Van Hung", None, ""], "n": [1, 2, 3], "b": pl.Series([None] * 3, dtype=pl.String)}
    )
    assert_frame_equal(repair(table, False).cells, table)
    assert_frame_equal(repair(table.clear(), False).cells, table.clear())


# --- legacy text becomes right


@each_encoding
def test_a_column_of_one_encoding(name):
    truth = full_names()
    result = repair(pl.DataFrame({"name": map(ENCODERS[name], truth)}), False)
    assert right(result.cells["name"], truth) >= SHARE
    assert result.decisions["encoding"][0] == name.split()[0]
    assert result.decisions["cells"].sum() == len(truth)
    assert result.decisions["confidence"][0] > 0.99


@each_encoding
def test_half_of_the_cells(name):
    rng, truth = random.Random(2), full_names()
    mixed = [ENCODERS[name](cell) if rng.random() < 0.5 else cell for cell in truth]
    assert right(repaired(name=mixed)["name"], truth) >= SHARE


@each_encoding
def test_half_of_the_columns(name):
    truth = full_names()
    cells = repaired(name=[ENCODERS[name](cell) for cell in truth], father=truth)
    assert right(cells["name"], truth) >= SHARE
    assert cells["father"].to_list() == truth


@pytest.mark.parametrize("name", [name for name in ENCODERS if name != "viqr"])
def test_one_cell_in_a_hundred(name):
    rng, truth = random.Random(3), full_names()
    mixed = [ENCODERS[name](cell) if rng.random() < 0.01 else cell for cell in truth]
    assert right(repaired(name=mixed)["name"], truth) >= SHARE


def test_all_encodings_in_one_column():
    rng, truth = random.Random(4), full_names()
    mixed = [rng.choice([*ENCODERS.values(), str])(cell) for cell in truth]
    assert right(repaired(name=mixed)["name"], truth) >= SHARE


def test_a_column_of_two_words_in_a_file_of_tcvn3():
    truth = full_names()[:50]
    cells = repaired(name=[to_tcvn3(name) for name in truth], sex=["Nam", "N÷"] * 25)
    assert cells["sex"].unique(maintain_order=True).to_list() == ["Nam", "Nữ"]


def test_a_capital_font():
    truth = [name.upper() for name in full_names()[:500]]
    cells = repaired(name=[to_tcvn3(name) for name in truth])["name"]
    assert right(cells, truth) == 1
    assert "NGUYỄN" in cells.to_list()[truth.index(next(name for name in truth if "NGUYỄN" in name))]


def test_one_row_is_enough():
    cells = repaired(name=["NguyÔn V¨n Hïng"], address=["ThoÂn Ñoâng, xaõ Taân Höng".replace("Â", "â")])
    assert cells.row(0) == ("Nguyễn Văn Hùng", "Thôn Đông, xã Tân Hưng")


def test_tcvn3_that_was_misread_besides():
    truth = full_names()[:500]
    result = repair(pl.DataFrame({"name": [to_misread(to_tcvn3(name)) for name in truth]}), False)
    assert right(result.cells["name"], truth) >= SHARE
    assert result.decisions["encoding"][0] == "utf8_misread+tcvn3"


def test_what_differs_from_the_column_is_told():
    truth = full_names()[:400]
    cells = [to_tcvn3(name) if row == 17 else name for row, name in enumerate(truth)]
    result = repair(pl.DataFrame({"name": cells}), False)
    assert result.decisions["encoding"].to_list() == ["as_is", "tcvn3"]
    assert result.decoded.select("row", "column", "encoding").rows() == [(17, "name", "tcvn3")]
    assert 0.9 < result.decoded["confidence"][0] <= 1


@each_encoding
def test_a_file_in_parts(name):
    """What the first part showed of the file is known in the next, be it a single row."""
    truth = full_names()[:1001]
    cells = pl.DataFrame({"name": map(ENCODERS[name], truth)})
    first = repair(cells.head(1000), False)
    last = repair(cells.tail(1), False, first.seen)
    assert right([*first.cells["name"], *last.cells["name"]], truth) >= SHARE
    assert right(last.cells["name"], truth[-1:]) == 1


_CELL = st.one_of(
    st.sampled_from(full_names()[:200]).flatmap(
        lambda name: st.sampled_from(list(ENCODERS.values())).map(lambda e: e(name))
    ),
    st.sampled_from(full_names()[:200]),
    st.sampled_from(" ".join(FOREIGN.values()).split()),
    st.text(alphabet=[chr(code) for code in range(0x20, 0x200)], max_size=12),
    st.none(),
)


@SOME
@given(st.lists(_CELL, max_size=30), st.booleans())
def test_repair_is_idempotent(column, single_byte):
    once = repair(pl.DataFrame({"text": pl.Series(column, dtype=pl.String)}), single_byte).cells
    assert_frame_equal(repair(once, single_byte).cells, once)
