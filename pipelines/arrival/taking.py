"""A receipt's draft carried out: each file goes where the verdict says, so that a crash at any moment loses nothing.

Whatever is done is done again without harm when it was done before: so a draft that a crash left is simply carried out
once more. The locks of the new communes concerned are held by whoever calls.
"""

import errno
import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Final

from pipelines.arrival.drop_folder import drop_folder, mark_of
from pipelines.arrival.receipts import FileVerdict, Receipt, Said
from pipelines.arrival.refusals import answers_not_taken
from pipelines.arrival.workbooks import Returned, take_workbook
from pipelines.communes import MergerMap
from pipelines.ingest.sources import paths_by_commune
from pipelines.warehouse.placing import place_copy, sha256_of, sync
from pipelines.warehouse.versions import newest_file

_NOT_RENAMED: Final = {errno.EXDEV, errno.EPERM, errno.EACCES}
"""Between file systems, or a file of another user: it is copied then."""


def carry_out(data: Path, exports: Path, draft: Receipt, communes: Collection[str] | None) -> Receipt | None:
    """Do what a draft says; the receipt of what came of it, or none when no file was as it had been judged."""
    files = tuple(filter(None, (_carried_out(data, file, draft.at) for file in draft.files)))
    taking = {code for file in files if file.taken for code in file.new_communes}
    inputs = {code: _inputs(exports, code) for code in sorted(taking if communes is None else taking & {*communes})}
    decided = sorted({code for file in files if file.decisions or file.answers for code in file.new_communes})
    update = {"files": files, "inputs": inputs, "decided": tuple(decided)}
    return draft.model_copy(update=update) if files else None


def _carried_out(data: Path, file: FileVerdict, at: str) -> FileVerdict | None:
    """The verdict once what it says is done; none when the file changed since, and is to be judged again."""
    if not file.place:
        return file
    source, target = drop_folder(data) / file.name, data / file.place
    if not _is(source, file.sha256):
        return file if _is(target, file.sha256) else None
    if file.outcome == "answered":
        file = _answered(data, file, source, at)
    if file.place:
        _put(data, file, source, target)
    return file


def _answered(data: Path, file: FileVerdict, source: Path, at: str) -> FileVerdict:
    """The verdict on a workbook once its answers were taken, or could not be."""
    (code,) = file.new_communes
    warehouse = newest_file(data, code)
    back = take_workbook(data, code, source, warehouse, at=at) if warehouse else Returned(of_sample=False)
    if back.problems:
        refusal = answers_not_taken(back.problems)
        update = {"outcome": "refused", "why": refusal.why, "to_do": refusal.to_do, "place": "", "new_communes": ()}
        return file.model_copy(update=update)
    counted = {"decisions": back.decisions, "answers": back.new}
    return file.model_copy(update={"why": _what_came(back, file.place), "notes": back.undecided, **counted})


def _what_came(back: Returned, place: str) -> Said:
    if not back.given:
        return Said(
            vi=f"Sổ chưa có câu trả lời nào; sổ được để riêng ở «{place}».",
            en=f"There is no answer in the workbook; it was put aside, in {place}.",
        )
    answers_vi = f"{back.new} câu trả lời phúc tra, trong đó " if back.of_sample else ""
    answers_en = f"{back.new} answers to a sample, and " if back.of_sample else ""
    return Said(
        vi=f"Đã nhận {answers_vi}{back.decisions} quyết định mới ({back.known} đã có từ trước); sổ được cất ở "
        f"«{place}».",
        en=f"Taken: {answers_en}{back.decisions} new decisions ({back.known} were known); the workbook is in {place}.",
    )


def _put(data: Path, file: FileVerdict, source: Path, target: Path) -> None:
    """Let a file take its place, once what lay there is kept."""
    if file.kept and target.is_file():
        _make_folders(data / file.kept)
        place_copy(target, data / file.kept)
    _make_folders(target)
    _move(source, target)
    _drop_empty(mark_of(source))


def _is(path: Path, sha256: str) -> bool:
    return path.is_file() and not path.is_symlink() and sha256_of(path) == sha256


def _make_folders(path: Path) -> None:
    """The folders above a file, on disk when this returns."""
    missing = [folder for folder in path.parents if not folder.exists()]
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in missing:
        sync(folder.parent)


def _move(source: Path, target: Path) -> None:
    """Let a file take its place: a reader has the old one whole or the new one whole."""
    try:
        source.chmod(0o600)
        sync(source)
        source.replace(target)
    except OSError as problem:
        if problem.errno not in _NOT_RENAMED:
            raise
        place_copy(source, target)
        source.unlink()
    sync(target.parent)
    sync(source.parent)


def _drop_empty(mark: Path) -> None:
    """A mark has said what it had to say; one that holds anything stays."""
    if mark.is_file() and not mark.stat().st_size:
        mark.unlink()


def _inputs(exports: Path, code: str) -> str:
    """A hash of all exports of which a new commune is made."""
    old_codes = {old.code for old in MergerMap.shipped().new_commune(code).old_communes}
    found = paths_by_commune(exports)
    paths = (path for old_code in sorted(old_codes & found.keys()) for path in found[old_code])
    return _hash(f"{path.relative_to(exports)}\0{sha256_of(path)}" for path in paths if path.is_file())


def _hash(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogateescape")).hexdigest()
