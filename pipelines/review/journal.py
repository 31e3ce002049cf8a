"""An append-only journal: a folder of numbered files, one an import, each of which appears whole or not at all.

What an officer wrote may name people: with a key, the files are sealed.

What a line says does not belong here.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from pipelines.protection.keys import KeyRing
from pipelines.protection.sealing import sealed, unsealed
from pipelines.warehouse.placing import sync


class Journal:
    """The files of one journal, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self) -> list[Path]:
        """The files, in the order in which they came."""
        return sorted(self._folder.glob("*.jsonl"))

    def append(self, lines: Iterable[str]) -> None:
        """Add these lines as one file, for its owner's eyes alone."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = self._folder / f".{os.getpid()}.part"
        part.touch(mode=0o600)
        part.write_bytes(sealed("".join(f"{line}\n" for line in lines).encode(), KeyRing.from_environment()))
        sync(part)
        number = len(self.files()) + 1
        while True:
            try:
                # Linked, not renamed: of two imports at one time neither takes the other's place.
                os.link(part, self._folder / f"{number:06d}.jsonl")
                break
            except FileExistsError:
                number += 1
        part.unlink()
        sync(self._folder)


def lines_of(path: Path) -> list[str]:
    """The lines of one file. Raises OSError or UnicodeDecodeError when it cannot be read, WrongKey without its key."""
    text = unsealed(path.read_bytes(), KeyRing.from_environment(), path).decode()
    # Only line feeds end a line: JSON leaves other line separators of a note as they are.
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    return lines if any(lines) else []
