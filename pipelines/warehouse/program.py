"""The program that makes a warehouse, as hashes: its own files, and the packages that it uses.

Two machines with the same program give the same values, whatever else is installed on them. What does not belong here:
the version that people call it by, and the rules by which a warehouse is judged (they bring a hash of their own).
"""

import hashlib
import platform
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT: Final = Path(__file__).resolve().parents[2]
_NAME: Final = "hopnhat"
_FOLDERS: Final = ("assets", "expectations", "pipelines")
_TABLES: Final = ("tcvn3", "vni", "viqr")
"""Shipped tables by which exports are decoded: part of the program, and no reference data that anybody may change."""


def code_sha256(root: Path = _ROOT) -> str:
    """The hash of the program's own files below `root`: that of the lines of `sha256sum`, in order of path."""
    files = [path for folder in _FOLDERS for path in (root / folder).rglob("*") if path.is_file() and _is_own(path)]
    files += [path for name in _TABLES if (path := root / "data" / "reference" / f"{name}.csv").is_file()]
    by_name = {path.relative_to(root).as_posix(): path for path in files}
    lines = (f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n" for name, path in sorted(by_name.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _is_own(path: Path) -> bool:
    """Whether a file is the program's, and not left there by Python or an editor."""
    return "__pycache__" not in path.parts and path.name[0] != "." and path.name[-1] != "~"


def code_commit(root: Path = _ROOT) -> str:
    """The git commit that the checkout stands on; empty when there is none.

    Files may have been changed since: `code_sha256` is what counts, the commit only helps to find them.
    """
    git = root / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        name = head.removeprefix("ref: ")
        if (git / name).is_file():
            return (git / name).read_text(encoding="utf-8").strip()
        packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
        return next((line.split(" ")[0] for line in packed if line.endswith(f" {name}")), "")
    except OSError:
        return ""


@cache
def packages() -> tuple[str, ...]:
    """`name==version` of Python and of every package that the program needs, as installed here, in order of name.

    As they were when this process first asked: a process goes on with what it has loaded.
    """
    found = {"python": platform.python_version()}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(_NAME)]
    while waiting:
        wanted = waiting.pop()
        name, extras = canonicalize_name(wanted.name), frozenset({"", *wanted.extras})
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        try:
            installed = distribution(name)
        except PackageNotFoundError:  # needed on other systems only
            continue
        found[name] = installed.version
        needed = map(Requirement, installed.requires or ())
        waiting += [
            one for one in needed if one.marker is None or any(one.marker.evaluate({"extra": e}) for e in extras)
        ]
    return tuple(f"{name}=={version}" for name, version in sorted(found.items()) if name != _NAME)


def packages_sha256(installed: Iterable[str]) -> str:
    """One hash over the packages."""
    return hashlib.sha256("".join(f"{package}\n" for package in installed).encode()).hexdigest()
