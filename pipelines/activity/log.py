"""The activity log of a data folder, `<data>/activity/log.jsonl`: one line an event, never rewritten.

Each line carries the SHA-256 of the line before it as `previous`, and `last.sha256` that of the last one: what is
changed, removed or cut off is found when the log is read, and a later line does not cover it up. `sha256sum` alone can
check it. Who may write the folder can write the whole log anew: against that helps a hash that was noted elsewhere.

A crash or a full disk can leave the beginning of a line. The next event closes it and goes on; its `previous` is the
SHA-256 of the last whole line together with what is torn, joined by line feeds.

What does not belong here: what may stand in a line (nothing personal; who writes it sees to that), and the clock.
"""

import errno
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filelock import FileLock
from pydantic import ValidationError

from pipelines.activity.acts import Line
from pipelines.warehouse.placing import place_text, sync

_PATIENCE: Final = 10
"""Seconds to wait for another process that writes a line, which takes milliseconds."""
_FEED: Final = b"\n"


@dataclass(frozen=True)
class Record:
    """What the log says, and whether it is whole. Lines are numbered from 1."""

    lines: tuple[Line, ...]
    hashes: frozenset[str]
    """The SHA-256 of each line; a noted one that is not among them tells that the log was changed since."""
    last: str
    """The hash to be noted elsewhere: that of the last line."""
    broken: tuple[int, ...]
    """Lines before which something was changed or removed."""
    torn: tuple[int, ...]
    """Lines of which only the beginning was written, in a crash or on a full disk."""
    cut: bool
    """Whether the last line is not the one that was written last."""

    @property
    def whole(self) -> bool:
        """Whether nothing was changed, removed or cut off."""
        return not self.broken and not self.cut


class ActivityLog:
    """The log of one data folder."""

    def __init__(self, data: Path) -> None:
        self.path = data / "activity" / "log.jsonl"
        self._last = self.path.with_name("last.sha256")

    def append(self, line: Line) -> None:
        """Add a line, on disk when this returns. Raises OSError when that cannot be, also when another process keeps
        the log for too long."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(self.path.with_name(".lock"), timeout=_PATIENCE, mode=0o600):
            content = self._content()
            previous = _Tail.of(content).follower_of(self._noted())
            text = line.model_copy(update={"previous": previous}).model_dump_json(exclude_defaults=True).encode()
            closing = _FEED if content and not content.endswith(_FEED) else b""
            _add(self.path, closing + text + _FEED)
            if not content:
                sync(self.path.parent)
            place_text(self._last, f"{_hash([text])}\n")

    def read(self) -> Record:
        """Every line that can be read, and whether the log is whole. Raises OSError when it cannot be read at all."""
        lines: list[Line] = []
        hashes: list[str] = []
        broken: list[int] = []
        torn: list[int] = []
        block: list[bytes] = []
        noted, content = self._noted_and_content()
        for number, raw in enumerate(_split(content), 1):
            line = _parsed(raw)
            if line is None:
                torn.append(number)
                block.append(raw)
                continue
            if line.previous != _hash(block):
                broken.append(number)
            lines.append(line)
            hashes.append(_hash([raw]))
            block = [raw]
        cut = not _Tail(tuple(block)).ends_with(noted)
        return Record(tuple(lines), frozenset(hashes), hashes[-1] if hashes else "", tuple(broken), tuple(torn), cut)

    def _noted_and_content(self) -> tuple[str, bytes]:
        """Both of one moment, without a lock, which a reader may have no right to take."""
        while True:
            noted, content = self._noted(), self._content()
            if self._noted() == noted:  # at most one line more than was noted, as after a crash
                return noted, content

    def _content(self) -> bytes:
        return self.path.read_bytes() if self.path.exists() else b""

    def _noted(self) -> str:
        """The hash of the line that was written last; empty when there was none."""
        return self._last.read_text(encoding="utf-8", errors="replace").strip() if self._last.exists() else ""


@dataclass(frozen=True)
class _Tail:
    """The end of a log: its last whole line, if there is one, and the torn ones behind it."""

    lines: tuple[bytes, ...]

    @classmethod
    def of(cls, content: bytes) -> "_Tail":
        lines = _split(content)
        start = next((at for at in range(len(lines) - 1, -1, -1) if _parsed(lines[at])), 0)
        return cls(tuple(lines[start:]))

    def ends_with(self, noted: str) -> bool:
        """Whether the line of this hash is the last one; a crash can have come before the newest was noted."""
        whole = _parsed(self.lines[0]) if self.lines else None
        return noted == "" if whole is None else noted in {_hash(self.lines[:1]), whole.previous}

    def follower_of(self, noted: str) -> str:
        """What the next line carries: the hash of this end, or that of the line which was cut off."""
        return _hash(self.lines) if self.ends_with(noted) else noted or _LOST


_LOST: Final = hashlib.sha256(b"").hexdigest()
"""What a line carries when nobody knows any more which one was the last: no line has this hash."""


def _hash(lines: Sequence[bytes]) -> str:
    return hashlib.sha256(_FEED.join(lines)).hexdigest() if lines else ""


def _split(content: bytes) -> list[bytes]:
    """The lines, the last one also when it was not finished."""
    return content.removesuffix(_FEED).split(_FEED) if content else []


def _parsed(raw: bytes) -> Line | None:
    try:
        return Line.model_validate_json(raw)
    except ValidationError:
        return None


def _add(path: Path, text: bytes) -> None:
    """Write at the end of the file, in one call, and wait until it is on disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.write(descriptor, text) < len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
