"""The log of acts: what is written stands, what is changed is found, and a crash or a full disk hurts no other line."""

import errno
import hashlib
import json
import multiprocessing
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.activity.acts import Line
from pipelines.activity.log import ActivityLog


def _line(number: int, purpose: str = "") -> Line:
    return Line(act=f"{number:04d}", at="2026-01-05T09:00:00+07:00", by="an", action="run", outcome="done",
                purpose=purpose)  # fmt: skip


def _log_of(data: Path, count: int) -> ActivityLog:
    log = ActivityLog(data)
    for number in range(count):
        log.append(_line(number))
    return log


def _acts(log: ActivityLog) -> list[str]:
    return [line.act for line in log.read().lines]


def test_what_is_added_is_read_in_its_order_and_the_log_is_whole(tmp_path: Path) -> None:
    record = _log_of(tmp_path, 4).read()
    assert [line.act for line in record.lines] == ["0000", "0001", "0002", "0003"]
    assert record.whole and record.torn == () and record.last in record.hashes


def test_the_chain_can_be_checked_without_this_program(tmp_path: Path) -> None:
    lines = _log_of(tmp_path, 3).path.read_text().splitlines()
    assert [json.loads(line).get("previous", "") for line in lines[1:]] == [
        hashlib.sha256(line.encode()).hexdigest() for line in lines[:-1]
    ]


def test_a_log_that_was_never_written_is_whole_and_reading_makes_nothing(tmp_path: Path) -> None:
    assert ActivityLog(tmp_path).read().whole
    assert list(tmp_path.iterdir()) == []


def test_what_is_written_is_for_its_owner_alone(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        log = _log_of(tmp_path, 2)
    finally:
        os.umask(mask)
    assert log.path.parent.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in log.path.parent.iterdir()} == {0o600}


Tampering = Callable[[list[bytes], int], list[bytes]]
TAMPERING: dict[str, Tampering] = {
    "changed": lambda lines, at: [*lines[:at], lines[at].replace(b'"an"', b'"on"'), *lines[at + 1 :]],
    "removed": lambda lines, at: [*lines[:at], *lines[at + 1 :]],
    "spoiled": lambda lines, at: [*lines[:at], lines[at][:-3], *lines[at + 1 :]],
    "swapped": lambda lines, at: [*lines[:at], *reversed(lines[at : at + 2]), *lines[at + 2 :]],
    "doubled": lambda lines, at: [*lines[:at], lines[at], *lines[at:]],
    "cut off": lambda lines, at: lines[:at],
}


@given(
    how=st.sampled_from(sorted(TAMPERING)),
    length=st.integers(1, 6),
    place=st.integers(0, 5),
    later=st.integers(0, 3),
)
@settings(max_examples=40, deadline=None)
def test_a_log_that_was_tampered_with_is_never_whole_again(how: str, length: int, place: int, later: int) -> None:
    at = place % length
    if how == "swapped" and at == length - 1:
        return
    with tempfile.TemporaryDirectory() as folder:
        log = _log_of(Path(folder), length)
        lines = log.path.read_bytes().removesuffix(b"\n").split(b"\n")
        left = TAMPERING[how](lines, at)
        log.path.write_bytes(b"".join(line + b"\n" for line in left))
        assert not log.read().whole
        for number in range(later):
            log.append(_line(100 + number))
        assert not log.read().whole
        assert _acts(log)[len(_acts(log)) - later :] == [f"{100 + number:04d}" for number in range(later)]


@pytest.mark.parametrize("gone", ["log.jsonl", "last.sha256"])
def test_a_removed_file_of_the_log_is_found_and_acts_go_on_being_recorded(tmp_path: Path, gone: str) -> None:
    log = _log_of(tmp_path, 3)
    log.path.with_name(gone).unlink()
    assert not log.read().whole
    log.append(_line(7))
    assert not log.read().whole and _acts(log)[-1] == "0007"


@given(kept=st.integers(0, 10_000), noted=st.booleans())
@settings(max_examples=40, deadline=None)
def test_a_crash_at_any_byte_loses_at_most_the_last_line(kept: int, noted: bool) -> None:
    """The machine died while line 3 was written, or before it was noted; then the next act is recorded."""
    with tempfile.TemporaryDirectory() as folder:
        log = _log_of(Path(folder), 2)
        before, last = log.path.read_bytes(), log.path.with_name("last.sha256").read_bytes()
        log.append(_line(2, purpose="x" * 40))
        line = log.path.read_bytes()[len(before) :]
        written = kept % (len(line) + 1)
        log.path.write_bytes(before + line[:written])
        if not (noted and written == len(line)):
            log.path.with_name("last.sha256").write_bytes(last)
        assert log.read().whole
        log.append(_line(3))
        record = log.read()
        assert record.whole
        whole = written >= len(line) - 1  # the line feed may be missing
        assert [one.act for one in record.lines] == ["0000", "0001", *(["0002"] if whole else []), "0003"]
        assert len(record.torn) == (0 if whole or not written else 1)


def test_what_is_removed_before_a_torn_line_is_found(tmp_path: Path) -> None:
    log = _log_of(tmp_path, 3)
    with log.path.open("ab") as file:
        file.write(b'{"act": "00')
    log.append(_line(3))
    assert log.read().whole
    lines = log.path.read_bytes().split(b"\n")
    log.path.write_bytes(b"\n".join(lines[:2] + lines[3:]))
    assert not log.read().whole


def test_a_full_disk_is_told_and_the_next_line_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = _log_of(tmp_path, 1)
    write = os.write
    with monkeypatch.context() as patched:
        patched.setattr("pipelines.activity.log.os.write", lambda descriptor, text: write(descriptor, text[:9]))
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            log.append(_line(1))
    log.append(_line(2))
    record = log.read()
    assert record.whole and record.torn == (2,) and _acts(log) == ["0000", "0002"]


def test_a_noted_hash_tells_whether_the_log_was_written_anew(tmp_path: Path) -> None:
    noted = _log_of(tmp_path / "one", 3).read().last
    longer = _log_of(tmp_path / "one", 2)
    assert noted in longer.read().hashes
    (tmp_path / "two").mkdir()
    forged = ActivityLog(tmp_path / "two")
    for number in range(5):
        forged.append(_line(number, purpose="another"))
    assert forged.read().whole and noted not in forged.read().hashes


def _append_many(data: Path, of: int) -> None:
    log = ActivityLog(data)
    for number in range(15):
        log.append(_line(1000 * of + number))


def test_processes_that_write_at_once_lose_nothing_and_a_reader_always_sees_a_whole_log(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_append_many, args=(tmp_path, of)) for of in (1, 2)]
    for writer in writers:
        writer.start()
    log = ActivityLog(tmp_path)
    seen = []
    while any(writer.is_alive() for writer in writers):
        seen.append(log.read().whole)
    for writer in writers:
        writer.join()
    record = log.read()
    assert all(seen) and len(seen) > 10
    assert record.whole and len(record.lines) == 30
