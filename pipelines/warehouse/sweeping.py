"""What processes that died left behind is taken away before the next one works.

Whoever sweeps holds the lock of the new commune: nobody is at work there, so that all that is unfinished was left. What
does not belong here: what is whole and old (`pipelines.protection.purging`).
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from pipelines.protection.locking import Held
from pipelines.warehouse.placing import stated_checksums
from pipelines.warehouse.versions import MODES, Mode, catch_up, entries, published_file, version_file


def sweep(data: Path, code: str) -> None:
    """Take away what is unfinished of a commune, and record what was published and not recorded.

    A write-ahead log beside a published file is none of ours, since they are written without: somebody opened the file
    to change it. The next file that takes its place could not be read beside it.
    """
    for mode in MODES:
        _finish_page_sets(data / "reports" / mode / code)
    for path in _unfinished(data, code):
        _remove(path)
    for mode in MODES:
        target = published_file(data, mode, code)
        catch_up(target)
        logged = {entry.version for entry in entries(target)}
        for path in version_file(target, 1).parent.glob("*.duckdb"):
            if path.stem.isdecimal() and int(path.stem) not in logged and not stated_checksums(path):
                _remove(path)


def clear_scratch(data: Path, code: str, *modes: Mode) -> None:
    """Take away what the steps of a commune's runs handed on to each other, in these modes."""
    for mode in modes:
        _remove(data / "scratch" / mode / code)


def clear_idle_scratch(data: Path, hold: Callable[[str], AbstractContextManager[None]]) -> None:
    """Take away what runs of all communes left, but of those at work: their locks are not to be had (`hold` raises
    Held)."""
    codes = {path.name for mode in MODES for path in (data / "scratch" / mode).glob("*") if path.is_dir()}
    for code in sorted(codes):
        with suppress(Held), hold(code):
            clear_scratch(data, code, *MODES)


def _finish_page_sets(folder: Path) -> None:
    """Of a version whose pages were being replaced one page set is there: the new one when it is whole, which its first
    page tells, since that is written last; else the old one."""
    for old in folder.glob(".*.old.part"):
        name = old.name.removesuffix(".old.part").removeprefix(".")
        new = folder / f".{name}.part"
        if not (folder / name).exists():
            (new if (new / "index.html").is_file() else old).rename(folder / name)


def _unfinished(data: Path, code: str) -> Iterator[Path]:
    for mode in MODES:
        published = published_file(data, mode, code)
        yield from published.parent.glob(f".{published.name}*")
        yield from published.parent.glob(f"{published.name}.wal")
        folder = version_file(published, 1).parent
        yield from (*folder.glob(".*"), *folder.glob("*.wal"))
        yield from (data / "reports" / mode / code).glob(".*")
        yield from (data / "scratch" / mode / code).glob(".*")
    yield from (data / "ledger").glob(f"*/{code}/*.part")
    yield from (data / "models").glob(f".*{code}*.part")
    yield from (data / "decisions").glob(f"{code}*/.*.part")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
