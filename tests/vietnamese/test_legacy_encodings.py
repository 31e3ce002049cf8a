"""Each decoder alone: every code of its table, its rules, and the texts that cannot be of its encoding."""

import csv
import shutil
import subprocess
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.vietnamese.legacy import DECODERS, decoded, tcvn3, utf8_misread, viqr, vni, windows_1258
from pipelines.vietnamese.legacy.image import bytes_of, image_of
from pipelines.vietnamese.syllables import legal_syllables

REFERENCE = Path(__file__).parents[2] / "data" / "reference"


def table(name):
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("image", "text"),
    [
        ("NguyÔn V¨n Hïng", "Nguyễn Văn Hùng"),
        ("M­êng T­¬ng", "Mường Tương"),  # ư is a soft hyphen
        ("§ç ThÞ Thñy", "Đỗ Thị Thủy"),
        ("NGUYÔN V¨N DòNG", "NGUYỄN VĂN DŨNG"),  # a capital font
        ("xã\xa0§«ng".replace("ã", "·"), "xã\xa0Đông"),
        ("", ""),
        ("Lan 123", "Lan 123"),
    ],
)
def test_tcvn3(image, text):
    assert tcvn3(image) == text


def test_tcvn3_has_74_letters_and_no_more():
    rows = table("tcvn3")
    letters = {row["cp1252_char"]: tcvn3(row["cp1252_char"]) for row in rows}
    assert {image for image, letter in letters.items() if letter} == {
        row["cp1252_char"] for row in rows if row["role"].startswith(("lower", "capital (7"))
    }
    assert len([letter for letter in letters.values() if letter]) == 74
    assert tcvn3("Nguyễn") is None and tcvn3("Hà") is None and tcvn3("a – b") is None


@pytest.mark.skipif(not shutil.which("iconv"), reason="no iconv on this machine")
def test_tcvn3_agrees_with_iconv():
    text = "nguyễn văn đường ưỡn kỹ ằẳẵắặ".encode()
    run = subprocess.run(["iconv", "-f", "UTF-8", "-t", "TCVN5712-1"], input=text, capture_output=True, check=False)
    if run.returncode:
        pytest.skip("this iconv does not know TCVN5712-1")
    assert tcvn3(image_of(run.stdout)) == text.decode()


@pytest.mark.parametrize(
    ("image", "text"),
    [
        ("Nguyeãn Traàn Ñoã Höông", "Nguyễn Trần Đỗ Hương"),
        ("NGUYEÃN THÒ LYÙ", "NGUYỄN THỊ LÝ"),
        ("AÁn", "Ấn"),
        ("Aán", "Ấn"),  # the base letter tells the case
        ("ngöôøi", "người"),
    ],
)
def test_vni(image, text):
    assert vni(image) == text


@pytest.mark.parametrize("image", ["Nguyễn", "Hà", "ø", "V¨n", "garçon", "Müller"])
def test_what_vni_cannot_be(image):
    assert vni(image) is None


def test_every_letter_of_vni_and_viqr():
    assert [row for row in table("vni") if vni(row["vni_cp1252_text"]) != row["unicode"]] == []
    assert [row for row in table("viqr") if viqr(row["viqr"]) != row["unicode"]] == []


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("Nguye^~n Va(n DDo^`ng", "Nguyễn Văn Đồng"),
        ("Ddo^~ Thi. Lu.a", "Đỗ Thị Lụa"),
        ("Ha` No^.i.", "Hà Nội."),  # the word has its tone: the second stop is a stop
        (r"Hoa\. Lan", "Hoa. Lan"),
        ("tru+o+`ng ho+.p", "trường hợp"),
    ],
)
def test_viqr(typed, text):
    assert viqr(typed) == text


def test_viqr_is_ascii():
    assert viqr("Hà") is None


@pytest.mark.parametrize("text", ["Nguyễn Văn Hùng", "Đỗ Ích", "Phạm Thị Đào", "à", "Hélène"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_misread_utf8(text, times):
    misread = text
    for _ in range(times):
        misread = image_of(misread.encode())
    assert utf8_misread(misread) == text


def test_utf8_misread_as_latin_1():
    assert utf8_misread("Nguyễn Đỗ".encode().decode("latin-1")) == "Nguyễn Đỗ"


def test_no_legal_syllable_is_misread_utf8():
    words = [form for word in legal_syllables() for form in (word, word.title(), word.upper())]
    assert [word for word in words if not word.isascii() and utf8_misread(word) is not None] == []


def test_windows_1258():
    assert windows_1258(image_of("Nguyê\u0303n Văn Hu\u0300ng Đô\u0303".encode("cp1258"))) == "Nguyễn Văn Hùng Đỗ"
    assert windows_1258("ThÞ") is None  # a tone on a consonant
    assert windows_1258("Š") is None  # an undefined byte
    assert windows_1258("Nguyễn") is None


@given(st.binary())
def test_the_image_loses_no_byte(content):
    assert bytes_of(image_of(content)) == content
    assert len(image_of(content)) == len(content)


def test_bytes_of_a_text_that_is_no_image():
    with pytest.raises(UnicodeEncodeError):
        bytes_of("ễ")


@given(st.text())
def test_decoders_take_any_text(text):
    for decode in DECODERS.values():
        result = decode(text)
        assert result is None or isinstance(result, str)


def test_a_column_at_once():
    column = pl.Series(["V¨n", None, "Nguyễn", "V¨n", ""])
    assert decoded(column, "tcvn3").to_list() == ["Văn", None, None, "Văn", ""]
