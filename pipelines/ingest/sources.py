"""Which files an exports folder holds for one new commune."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.communes import MergerMap, NewCommune
from pipelines.ingest.containers import Document, Unreadable, find_documents, is_readable
from pipelines.ingest.lines import Survey, survey
from pipelines.problems import UnusableInput

_MOST_ASTRAY = 10
_CODE = re.compile(r"^(\d{5})(?!\d)")


@dataclass(frozen=True)
class Source:
    """One document of an old commune: what a first pass over its bytes told, and the document it repeats, if any.

    `survey` is None when the bytes cannot be had: then `refused` says why, and `sha256` is that of the file on disk.
    """

    document: Document
    old_commune_code: str
    sha256: str
    survey: Survey | None
    refused: Unreadable | None = None
    duplicate_of: str | None = None

    @property
    def name(self) -> str:
        """The document's name: its path below the exports folder, and within its archive."""
        return self.document.name


def find_sources(exports: Path, commune: NewCommune) -> tuple[Iterator[Source], list[str]]:
    """The documents of the commune's old communes, in order of name, and warnings about what is not read.

    Documents are opened one at a time, as they are taken; warnings are complete when all were. A document with the
    same bytes as an earlier one is marked as its duplicate. Raises UnusableInput as `find_paths`.
    """
    paths = find_paths(exports, commune)
    warnings = _astray(exports)
    return _open_all(exports, commune, paths, warnings), warnings


def _astray(exports: Path) -> list[str]:
    """Warnings about what lies in the exports folder and belongs to no old commune."""
    astray = [path for path in sorted(exports.iterdir()) if not path.name.startswith((".", "~"))]
    warnings = []
    for path in astray:
        if not path.is_symlink() and not (path.is_dir() and old_code_in(path.name)):
            why = (
                "tên thư mục không bắt đầu bằng mã của một xã cũ"
                if path.is_dir()
                else "tệp nằm ngoài thư mục của xã cũ"
            )
            warnings.append(f"Không đọc «{printable(path.name)}»: {why}.")
    return warnings[:_MOST_ASTRAY]


def _open_all(
    exports: Path, commune: NewCommune, paths: dict[str, list[Path]], warnings: list[str]
) -> Iterator[Source]:
    first_with: dict[str, str] = {}
    for old in commune.old_communes:
        found = False
        for path in paths.get(old.code, []):
            name = printable(path.relative_to(exports).as_posix())
            if path.is_symlink():
                warnings.append(f"Không đọc «{name}»: là liên kết; hãy chép chính tệp hoặc thư mục vào đây.")
                continue
            for source in sources_of(path, name, old.code, warnings, first_with):
                found = True
                yield source
        if not found:
            warnings.append(f"Xã cũ {old.name} ({old.code}) không có tệp dữ liệu nào để đọc.")


def sources_of(
    path: Path, name: str, old_commune_code: str, warnings: list[str], first_with: dict[str, str]
) -> Iterator[Source]:
    """The documents of one file, called `name`; `warnings` gets a sentence for each thing in it that is not read, and
    `first_with` the name of the first document of each hash."""
    documents, skipped = find_documents(path, name)
    warnings += [f"Không đọc «{one.name}»: {one.why}." for one in skipped]
    for document in documents:
        yield _source(document, old_commune_code, first_with)


def _source(document: Document, old_commune_code: str, first_with: dict[str, str]) -> Source:
    try:
        known = survey(document.blocks())
    except Unreadable as refused:
        return Source(document, old_commune_code, _file_hash(document.path), None, refused)
    first = first_with.setdefault(known.sha256, document.name) if known.size else document.name
    repeats = first if first != document.name else None
    return Source(document, old_commune_code, known.sha256, known, duplicate_of=repeats)


def _file_hash(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def document_hashes(path: Path) -> list[str]:
    """The hashes of the documents in one file, by which a warehouse knows them; none when it holds anything that is not
    read."""
    documents, skipped = find_documents(path, path.name)
    try:
        return [] if skipped else [survey(document.blocks()).sha256 for document in documents]
    except Unreadable:
        return []


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
    paths = {code: files for code, files in paths_by_commune(exports).items() if code in codes}
    if not any(is_readable(path) and not path.is_symlink() for files in paths.values() for path in files):
        raise UnusableInput(
            f"Thư mục «{exports}» không có tệp dữ liệu nào của các xã cũ {', '.join(sorted(codes))}.",
            f"{exports} holds no data file of these old communes.",
        )
    return paths


def paths_by_commune(exports: Path) -> dict[str, list[Path]]:
    """Files by old commune, and links, which are named but not followed: they may lead out of the exports folder."""
    paths: dict[str, list[Path]] = {}
    for folder in sorted(exports.iterdir()):
        match = _CODE.match(folder.name)
        if match and folder.is_symlink():
            paths.setdefault(match[1], []).append(folder)
        elif match and folder.is_dir():
            files = (path for path in folder.rglob("*") if path.is_symlink() or path.is_file())
            paths.setdefault(match[1], []).extend(sorted(path for path in files if path.name[0] not in ".~"))
    return paths


def old_code_in(name: str) -> str | None:
    """The code of an old commune with which the name of a folder or file begins."""
    match = _CODE.match(name)
    return match[1] if match and match[1] in set(MergerMap.shipped().pairs["old_code"]) else None


def printable(name: str) -> str:
    """A file's name on one line, whatever its maker put into it; two names stay two."""
    return "".join(c if c.isprintable() and c != "\\" else c.encode("unicode_escape").decode() for c in name)
