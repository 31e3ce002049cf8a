"""Frames on disk: Parquet for the owner's eyes alone, sealed when there is a key."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import polars as pl

from pipelines.protection.keys import KeyRing
from pipelines.protection.sealing import is_sealed, sealed, unsealed


def write_frame(frame: pl.DataFrame, path: Path) -> None:
    """Write a frame; with a key nothing of it reaches the disk in plain."""
    keys = KeyRing.from_environment()
    path.touch(mode=0o600)
    target = BytesIO() if keys.encrypts else path
    frame.write_parquet(target, compression_level=1, statistics=False)  # the quickest, and no larger
    if isinstance(target, BytesIO):
        path.write_bytes(sealed(target.getvalue(), keys))


def read_frame(path: Path, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """The frame that was written there, or some of its columns. Raises WrongKey when no key opens it, and what Polars
    raises when it is no frame."""
    names = None if columns is None else [*columns]
    with path.open("rb") as file:
        if not is_sealed(file.read(16)):
            return pl.read_parquet(path, columns=names, glob=False)
    content = unsealed(path.read_bytes(), KeyRing.from_environment(), path)
    return pl.read_parquet(BytesIO(content), columns=names)
