"""Which files an exports folder holds for one new commune."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from pipelines.communes import NewCommune
from pipelines.problems import UnusableInput

_CODE = re.compile(r"^(\d{5})(?!\d)")


@dataclass(frozen=True)
class Source:
    """One CSV file: its name relative to the exports folder, its bytes, and the file it repeats, if any."""

    name: str
    old_commune_code: str
    content: bytes
    sha256: str
    duplicate_of: str | None


def find_sources(exports: Path, commune: NewCommune) -> tuple[list[Source], list[str]]:
    """The CSV files of the commune's old communes, in order of name, and warnings about what was not found.

    A file with the same bytes as an earlier one is marked as its duplicate. Raises UnusableInput as `find_paths`.
    """
    paths = find_paths(exports, commune)
    warnings: list[str] = []
    sources: list[Source] = []
    first_with: dict[str, str] = {}
    for old in commune.old_communes:
        found = paths.get(old.code, [])
        readable = [path for path in found if _is_readable(path)]
        warnings += [
            f"Tệp «{path.relative_to(exports).as_posix()}» không được đọc: mới chỉ đọc được tệp .csv."
            for path in found
            if path not in readable
        ]
        if not readable:
            warnings.append(f"Xã cũ {old.name} ({old.code}) không có tệp dữ liệu nào để đọc.")
        for path in readable:
            name = path.relative_to(exports).as_posix()
            content = path.read_bytes()
            sha256 = hashlib.sha256(content).hexdigest()
            first = first_with.setdefault(sha256, name) if content else name
            sources.append(Source(name, old.code, content, sha256, first if first != name else None))
    return sources, warnings


def find_paths(exports: Path, commune: NewCommune) -> dict[str, list[Path]]:
    """The files of the commune's old communes by old code, in order of name.

    A folder belongs to the old commune whose 5-digit code its name starts with. Raises UnusableInput when the commune
    was made from no old one, or there is no folder or no file to read.
    """
    if not commune.old_communes:
        raise UnusableInput(
            f"{commune.kind.capitalize()} {commune.name} ({commune.code}) không được lập từ xã cũ nào, "
            "nên không có dữ liệu để hợp nhất.",
            f"{commune.name} was made from no old commune: there is nothing to unify.",
        )
    if not exports.is_dir():
        raise UnusableInput(f"Không có thư mục dữ liệu xuất «{exports}».", f"There is no exports folder {exports}.")
    codes = {old.code for old in commune.old_communes}
    paths = {code: files for code, files in _paths_by_commune(exports).items() if code in codes}
    if not any(_is_readable(path) for files in paths.values() for path in files):
        raise UnusableInput(
            f"Thư mục «{exports}» không có tệp .csv nào của các xã cũ {', '.join(sorted(codes))}.",
            f"{exports} holds no .csv file of these old communes.",
        )
    return paths


def _is_readable(path: Path) -> bool:
    return path.suffix.lower() == ".csv"


def _paths_by_commune(exports: Path) -> dict[str, list[Path]]:
    paths: dict[str, list[Path]] = {}
    for folder in sorted(exports.iterdir()):
        match = _CODE.match(folder.name)
        if match and folder.is_dir():
            files = (path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")
            paths.setdefault(match[1], []).extend(sorted(files))
    return paths
