"""Sealed bytes: what was sealed comes back by its key alone, and no change of them goes unseen."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.protection import sealing
from pipelines.protection.frames import read_frame, write_frame
from pipelines.protection.keys import KEY_FILE, KeyRing, WrongKey
from pipelines.protection.sealing import is_sealed, sealed, unsealed

NEWER, OLDER = "a key that is new enough", "an older key, of last year"
KEYS, PLACE = KeyRing((NEWER, OLDER)), Path("dir/file")
CHUNK = 64


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few bytes are several chunks."""
    monkeypatch.setattr(sealing, "_CHUNK", CHUNK)


lengths = st.one_of(st.integers(0, 5 * CHUNK), st.sampled_from([CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK]))
contents = lengths.flatmap(lambda length: st.binary(min_size=length, max_size=length))


@given(contents)
def test_what_is_sealed_comes_back_and_is_not_there_in_plain(content: bytes) -> None:
    closed = sealed(content, KEYS)
    assert is_sealed(closed)
    assert unsealed(closed, KEYS, PLACE) == content
    assert len(content) < 8 or content not in closed
    assert sealed(content, KEYS) != closed, "equal contents are not seen to be equal"


@given(contents)
def test_an_older_key_still_reads_and_no_longer_writes(content: bytes) -> None:
    assert unsealed(sealed(content, KeyRing((OLDER,))), KEYS, PLACE) == content
    with pytest.raises(WrongKey):
        unsealed(sealed(content, KEYS), KeyRing((OLDER,)), PLACE)


@given(contents, st.data())
def test_a_changed_byte_is_seen(content: bytes, data: st.DataObject) -> None:
    closed = bytearray(sealed(content, KEYS))
    at = data.draw(st.integers(8, len(closed) - 1))
    closed[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(WrongKey):
        unsealed(bytes(closed), KEYS, PLACE)


@given(contents, st.data())
def test_a_chunk_or_bytes_left_out_or_doubled_are_seen(content: bytes, data: st.DataObject) -> None:
    closed = sealed(content, KEYS)
    start = data.draw(st.integers(8, len(closed) - 1))
    end = data.draw(st.integers(start + 1, len(closed)))
    for other in (closed[:start] + closed[end:], closed[:end] + closed[start:end] + closed[end:]):
        with pytest.raises(WrongKey):
            unsealed(other, KEYS, PLACE)


def test_without_a_key_bytes_stay_as_they_are_and_sealed_ones_stay_shut() -> None:
    assert sealed(b"open", KeyRing()) == b"open"
    assert unsealed(b"open", KeyRing(), PLACE) == b"open"
    with pytest.raises(WrongKey, match=KEY_FILE):
        unsealed(sealed(b"shut", KEYS), KeyRing(), PLACE)


def test_a_frame_is_sealed_on_disk_and_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pl.DataFrame({"ho_ten": ["Nguyễn Thị Bưởi"] * 40, "so": [*range(40)], "raw": [[{"a": "b"}]] * 40})
    path = tmp_path / "[a]*.parquet"
    write_frame(frame, path)
    assert "Nguyễn".encode() in path.read_bytes()
    (tmp_path / "key").write_text(NEWER)
    monkeypatch.setenv(KEY_FILE, str(tmp_path / "key"))
    assert read_frame(path).equals(frame), "what was plain before there was a key can still be read"
    write_frame(frame, path)
    assert "Nguyễn".encode() not in path.read_bytes()
    assert read_frame(path).equals(frame)
    assert read_frame(path, ["so"]).equals(frame.select("so"))
