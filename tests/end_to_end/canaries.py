"""People who exist nowhere else: random letters and digits, and where any of them is read again, in whatever form."""

import base64
import binascii
import csv
import gzip
import io
import random
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDERS = {"10231": "10231-a", "10234": "10234-b"}

_LETTERS = "bcdghklmnpqrtvx"
_MARKED = "ấệữộ"
# Three letters, one with marks in whatever form it is written, four letters.
_WORD = re.compile(rb"(?is)(?=([%b]{3})(.{1,6}?)([%b]{4}))" % (_LETTERS.encode(), _LETTERS.encode()))
_DIGITS = re.compile(rb"[0-9]{9,}")
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{120,}={0,2}")
_DEEPEST = 4


class Canaries:
    """Random values, each of them remembered."""

    def __init__(self) -> None:
        self.dice = random.Random(7)
        self.words: set[str] = set()
        self.digits: set[str] = set()

    def word(self) -> str:
        """Eight letters such as no text has, the fourth with marks, so that folding changes it."""
        letters = [self.dice.choice(_LETTERS) for _ in range(8)]
        letters[3] = self.dice.choice(_MARKED)
        word = "".join(letters).capitalize()
        self.words.add(word)
        return word

    def words_of(self, count: int) -> str:
        return " ".join(self.word() for _ in range(count))

    def number(self, start: str, length: int) -> str:
        number = start + "".join(self.dice.choice("0123456789") for _ in range(length - len(start)))
        self.digits.add(number)
        return number

    def leaked(self, content: bytes) -> list[str]:
        """The words and numbers that stand in it: as they were, in UTF-8 or UTF-16, escaped, in another case, without
        their marks, and in what is compressed or written in base64 in it."""
        by_frame = {_frame(word): word for word in self.words}
        found: set[str] = set()
        for reading in readings(content):
            found |= {by_frame[frame] for frame in _frames(reading) if frame in by_frame}
            numbers = b" ".join(set(_DIGITS.findall(reading)))
            found |= {number for number in self.digits if number.encode() in numbers} if numbers else set()
        return sorted(found)


def _frame(word: str) -> str:
    """The letters without marks around the one that has them."""
    return word[:3].casefold() + word[-4:].casefold()


def _frames(content: bytes) -> set[str]:
    return {(start + end).decode().casefold() for start, _, end in set(_WORD.findall(content))}


def readings(content: bytes, depth: int = 0) -> Iterator[bytes]:
    """The bytes as they are, without the zeros that UTF-16 puts between letters, and what is packed in them."""
    yield content
    if b"\0" in content:
        yield content.replace(b"\0", b"")
    if depth < _DEEPEST:
        for unpacked in _unpacked(content):
            yield from readings(unpacked, depth + 1)


def _unpacked(content: bytes) -> Iterator[bytes]:
    for at in (found.start() for found in re.finditer(rb"\x1f\x8b\x08", content)):
        try:
            yield zlib.decompressobj(wbits=31).decompress(content[at:])
        except zlib.error:
            continue
    if content.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                yield from (archive.read(name) for name in archive.namelist())
        except (zipfile.BadZipFile, zlib.error):
            pass
    for letters in _BASE64.findall(content):
        try:
            yield base64.b64decode(letters.rstrip(b"=") + b"==", altchars=b"-_" if b"_" in letters else None)
        except binascii.Error:
            continue


def in_every_form(text: str) -> dict[str, bytes]:
    """A text as programs may write it."""
    plain = text.encode()
    return {
        "as it is": b"x" + plain + b"\0",
        "in capitals": text.upper().encode(),
        "without marks": "".join(
            c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)
        ).encode(),
        "decomposed": unicodedata.normalize("NFD", text).encode(),
        "escaped": text.encode("ascii", "backslashreplace"),
        "in UTF-16": text.encode("utf-16-le"),
        "in UTF-16, the other way": text.encode("utf-16-be"),
        "compressed": b"head" + gzip.compress(plain),
        "packed in a page": b"<p>" + base64.b64encode(gzip.compress(plain + bytes(range(256)))) + b"</p>",
    }


@dataclass(frozen=True)
class Exports:
    """A folder of exports, and who is in it."""

    canaries: Canaries
    folder: Path


def person(canaries: Canaries, year: int) -> dict[str, str]:
    return {
        "ho_ten": canaries.words_of(3),
        "ngay_sinh": f"{canaries.dice.randrange(2, 29):02}/{canaries.dice.randrange(1, 13):02}/{year}",
        "gioi_tinh": "Nam",
        "so_dinh_danh": canaries.number(f"0010{year % 100:02}", 12),
        "so_cmnd": canaries.number("0", 9),
        "dan_toc": canaries.word(),
        "so_ho_khau": canaries.number("", 9),
        "quan_he_chu_ho": "Chủ hộ",
        "ho_ten_chu_ho": canaries.words_of(3),
        "ho_ten_cha": canaries.words_of(3),
        "ho_ten_me": canaries.words_of(3),
        "ho_ten_vo_chong": canaries.words_of(3),
        "noi_thuong_tru": f"Ngõ {canaries.word()}, xã {canaries.word()}",
        "thon": f"Thôn {canaries.word()}",
        "so_dien_thoai": canaries.number("09", 10),
        "tinh_trang": canaries.word(),
        "ngay_cap_nhat": "01/02/2024",
        "ghi_chu": canaries.words_of(2),
    }


def parcel(canaries: Canaries, number: int, owner: dict[str, str]) -> dict[str, str]:
    return {
        "so_to": "1",
        "so_thua": str(number),
        "dien_tich": f"{100 + number},5",
        "loai_dat": "ONT",
        "xu_dong": canaries.word(),
        "thon": owner["thon"],
        "dia_chi_thua": f"Ngõ {canaries.word()}",
        "so_gcn": f"BQ {canaries.number('', 9)}",
        "so_vao_so": f"H {canaries.number('', 9)}",
        "ngay_cap": "12/02/2001",
        "chu_su_dung": f"Ông {owner['ho_ten']}",
        "giay_to_chu": owner["so_dinh_danh"],
        "dia_chi_chu": owner["noi_thuong_tru"],
        "ghi_chu": canaries.words_of(2),
    }


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def exports_at(folder: Path) -> Exports:
    """Forty people, some in both communes and some with a slip, their land, lines that cannot be read, and a file that
    bears somebody's number."""
    canaries = Canaries()
    people = [person(canaries, year) for year in range(1950, 1990)]
    again = [{**person, "so_dien_thoai": canaries.number("09", 10)} for person in people[:6]]
    slips = [{**person, "so_dinh_danh": canaries.number(person["so_dinh_danh"][:11], 12)} for person in people[6:10]]
    shared = {**person(canaries, 1990), "so_dinh_danh": people[20]["so_dinh_danh"]}
    unreadable = {**person(canaries, 1991), "ngay_sinh": canaries.word(), "gioi_tinh": canaries.word()}
    _write(folder / FOLDERS["10231"] / "dan.csv", [*people, unreadable])
    _write(folder / FOLDERS["10234"] / "dan.csv", [*again, *slips, shared])
    _write(folder / FOLDERS["10231"] / "dat.csv", [parcel(canaries, n, p) for n, p in enumerate(people, start=1)])
    with (folder / FOLDERS["10231"] / "dan.csv").open("ab") as stream:
        stream.write(f"{canaries.words_of(3)},only,three\n".encode())
        stream.write(f'"{canaries.words_of(3)},{canaries.number("001", 12)}\n'.encode())
        stream.write(b"\xff\xfe" + canaries.words_of(2).encode() + b"," * 17 + b"\n")
    headless = "\n".join(";".join(person(canaries, year).values()) for year in (1992, 1993, 1994))
    (folder / FOLDERS["10234"] / f"cua {canaries.number('001', 12)}.csv").write_text(headless, encoding="utf-8")
    return Exports(canaries, folder)
