"""Which files an exports folder holds for one new commune."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.communes import NewCommune
from pipelines.ingest.containers import Document, is_readable, open_documents
from pipelines.problems import UnusableInput

_CODE = re.compile(r"^(\d{5})(?!\d)")


@dataclass(frozen=True)
class Source:
    """One document of an old commune: its bytes, their hash, and the document it repeats, if any."""

    document: Document
    old_commune_code: str
    sha256: str
    duplicate_of: str | None

    @property
    def name(self) -> str:
        """The document's name: its path below the exports folder, and within its archive."""
        return self.document.name


def find_sources(exports: Path, commune: NewCommune) -> tuple[Iterator[Source], list[str]]:
    """The documents of the commune's old communes, in order of name, and warnings about what is not read.

    Documents are opened one at a time, as they are taken; warnings are complete when all were. A document with the
    same bytes as an earlier one is marked as its duplicate. Raises UnusableInput as `find_paths`.
    """
    warnings: list[str] = []
    return _open_all(exports, commune, find_paths(exports, commune), warnings), warnings


def _open_all(
    exports: Path, commune: NewCommune, paths: dict[str, list[Path]], warnings: list[str]
) -> Iterator[Source]:
    first_with: dict[str, str] = {}
    for old in commune.old_communes:
        found = False
        for path in paths.get(old.code, []):
            name = _printable(path.relative_to(exports).as_posix())
            documents, refused = open_documents(path, name)
            warnings += [f"Không đọc «{one.name}»: {one.why}." for one in refused]
            for document in documents:
                found = True
                sha256 = hashlib.sha256(document.content).hexdigest()
                first = first_with.setdefault(sha256, document.name) if document.content else document.name
                yield Source(document, old.code, sha256, first if first != document.name else None)
        if not found:
            warnings.append(f"Xã cũ {old.name} ({old.code}) không có tệp dữ liệu nào để đọc.")


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
    if not any(is_readable(path) for files in paths.values() for path in files):
        raise UnusableInput(
            f"Thư mục «{exports}» không có tệp dữ liệu nào của các xã cũ {', '.join(sorted(codes))}.",
            f"{exports} holds no data file of these old communes.",
        )
    return paths


def _paths_by_commune(exports: Path) -> dict[str, list[Path]]:
    """Files by old commune; links are not followed, since they may lead out of the exports folder."""
    paths: dict[str, list[Path]] = {}
    for folder in sorted(exports.iterdir()):
        match = _CODE.match(folder.name)
        if match and folder.is_dir() and not folder.is_symlink():
            files = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
            paths.setdefault(match[1], []).extend(sorted(path for path in files if path.name[0] not in ".~"))
    return paths


def _printable(name: str) -> str:
    """A file's name on one line, whatever its maker put into it; two names stay two."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
