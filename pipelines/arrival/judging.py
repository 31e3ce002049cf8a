"""What is judged of a whole file: taken, a correction, a duplicate, or refused and why; by the reader that a run uses.

Nothing is changed here. Where a file goes is said in the verdict; that it goes there is seen to by `taking`.
"""

import os
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from pipelines.arrival import refusals as because
from pipelines.arrival.drop_folder import Arrival, stamp_of
from pipelines.arrival.reading import tables_read
from pipelines.arrival.receipts import FileVerdict, Receipt, Said, later_than
from pipelines.arrival.refusals import Refusal
from pipelines.communes import MergerMap
from pipelines.ingest import Checked, check_file
from pipelines.ingest.containers import is_readable
from pipelines.ingest.header_aliases import Aliases
from pipelines.ingest.sources import old_code_in, printable
from pipelines.problems import UnusableInput
from pipelines.warehouse.placing import sha256_of
from pipelines.warehouse.versions import VIETNAM, newest_file

REPLACED: Final = "replaced"
"""The folder for exports of which a correction came."""
PUT_ASIDE: Final = "put_aside"
"""The folder for duplicates, and for workbooks whose answers were taken."""


@dataclass(frozen=True)
class Deployed:
    """What a file is judged by: where everything lies, which new communes are worked on here (all, when it is None),
    and the officer's header mapping."""

    data: Path
    exports: Path
    communes: Collection[str] | None
    aliases: Aliases

    @cached_property
    def receipts(self) -> list[Receipt]:
        """All receipts so far, the oldest first."""
        return later_than(self.data, "")

    @cached_property
    def by_size(self) -> dict[int, list[Path]]:
        """The exports by their sizes, as they were when a file was first compared with them."""
        found: dict[int, list[Path]] = {}
        for path in sorted(self.exports.rglob("*")):
            if path.is_file() and not path.is_symlink():
                found.setdefault(path.stat().st_size, []).append(path)
        return found

    def told(self, path: Path) -> str:
        """A path as a receipt tells it."""
        return path.relative_to(self.data).as_posix() if path.is_relative_to(self.data) else path.as_posix()


def judge(arrival: Arrival, deployed: Deployed, receipt_id: str) -> FileVerdict | None:
    """The verdict on a file; None when it changed while it was read, so that it is not whole after all."""
    try:
        verdict = _judge(arrival, deployed, receipt_id)
        return verdict if stamp_of(arrival.path) == arrival.stamp else None
    except (UnusableInput, FileNotFoundError):  # it changed, or somebody took it away
        return None


def _judge(arrival: Arrival, deployed: Deployed, receipt_id: str) -> FileVerdict:
    if refusal := _before_it_is_opened(arrival, deployed):
        return _refused(arrival, refusal)
    return (_workbook if arrival.answers_of else _export)(arrival, deployed, receipt_id)


def _export(arrival: Arrival, deployed: Deployed, receipt_id: str) -> FileVerdict:
    """A file of an old commune."""
    target = _place(arrival, deployed.exports)
    if not _is_free(target, deployed.exports):
        return _refused(arrival, because.place_taken(deployed.told(target)))
    sha256 = sha256_of(arrival.path)
    if equal := _equal_to(arrival, sha256, deployed):
        return _verdict(
            arrival,
            sha256=sha256,
            outcome="duplicate",
            why=equal,
            place=f"{PUT_ASIDE}/{_sorted_by(arrival, receipt_id)}",
        )
    checked = check_file(arrival.path, arrival.name, arrival.old_commune, deployed.aliases)
    if not checked.files["loaded"].sum():
        return _refused(arrival, because.nothing_loaded(checked), sha256=sha256, **_facts(checked))
    facts = _facts(checked) | {"new_communes": _takers(arrival, checked, deployed.communes)}
    place = deployed.told(target)
    if not target.exists():
        said = Said(vi=f"Đã nhận vào «{place}».", en=f"Taken to {place}.")
        return _verdict(arrival, sha256=sha256, outcome="accepted", why=said, place=place, **facts)
    kept = f"{REPLACED}/{_sorted_by(arrival, receipt_id)}"
    said = Said(
        vi=f"Đã nhận vào «{place}», thay cho tệp cùng tên nhận trước đó; tệp cũ được giữ ở «{kept}».",
        en=f"Taken to {place} in place of the file of that name; the earlier one is kept in {kept}.",
    )
    before = sha256_of(target)
    return _verdict(
        arrival,
        sha256=sha256,
        outcome="corrected",
        why=said,
        place=place,
        kept=kept,
        replaced_sha256=before,
        **facts,
    )


def _before_it_is_opened(arrival: Arrival, deployed: Deployed) -> Refusal | None:
    """Why a file is refused by its name and place alone."""
    here = arrival.takers if deployed.communes is None else arrival.takers & {*deployed.communes}
    folder = arrival.path.parent
    refusals = (
        (not arrival.is_plain, because.NO_FILE),
        (printable(arrival.name) != arrival.name, because.UNREADABLE_NAME),
        (not arrival.takers, because.NO_COMMUNE),
        (bool(arrival.other_communes), because.of_two_communes(arrival.old_commune, arrival.other_communes)),
        (not here, because.of_elsewhere(names_of(sorted(arrival.takers)))),
        (not is_readable(arrival.path), because.OTHER_KIND),
        (not (os.access(arrival.path, os.R_OK) and os.access(folder, os.W_OK | os.X_OK)), because.NO_RIGHTS),
    )
    return next((refusal for holds, refusal in refusals if holds), None)


def _workbook(arrival: Arrival, deployed: Deployed, receipt_id: str) -> FileVerdict:
    """A workbook of ours: whether its answers can be taken is known once they are."""
    code = arrival.answers_of
    if newest_file(deployed.data, code) is None:
        return _refused(arrival, because.not_published(names_of([code])[0]))
    said = Said(vi="Sổ trả lời.", en="A workbook with answers.")
    place = f"{PUT_ASIDE}/{code}/{receipt_id}/{arrival.path.name}"
    sha256 = sha256_of(arrival.path)
    facts = {"old_commune": "", "new_communes": (code,), "place": place}
    return _verdict(arrival, sha256=sha256, outcome="answered", why=said, **facts)


def _place(arrival: Arrival, exports: Path) -> Path:
    """Where a file goes: into the folder that its old commune has, where a file of that name has its place there."""
    folder, *inner = Path(arrival.name).parts
    inside = Path(*inner) if inner else Path(folder)
    own = folder if inner else arrival.old_commune
    there = sorted(path for path in exports.iterdir() if path.is_dir()) if exports.is_dir() else []
    of_commune = [path for path in there if old_code_in(path.name) == arrival.old_commune]
    alike = (
        path
        for above in of_commune
        for path in sorted(above.rglob("*"))
        if path.is_file() and as_read(path.relative_to(above)) == as_read(inside)
    )
    home = next((path for path in of_commune if path.name == own), of_commune[0] if of_commune else exports / own)
    return next(alike, home / inside)


def as_read(path: Path) -> str:
    """A name as people read it: Windows keeps no capitals apart, and a Mac writes letters and their marks apart."""
    return unicodedata.normalize("NFC", path.as_posix()).casefold()


def _is_free(target: Path, exports: Path) -> bool:
    """Whether a file can stand there, and will be read there: links are not followed."""
    above = [exports / folder for folder in target.relative_to(exports).parents[:-1]]
    return not any(path.is_symlink() or (path.exists() and not path.is_dir()) for path in above) and not (
        target.is_symlink() or target.is_dir()
    )


def _equal_to(arrival: Arrival, sha256: str, deployed: Deployed) -> Said | None:
    """Which file it repeats: one of the exports, or one that was received before and has been replaced since."""
    for path in deployed.by_size.get(arrival.stamp[0], []):
        if sha256_of(path) == sha256:
            place = printable(deployed.told(path))
            return Said(
                vi=f"Giống hệt tệp đã có «{place}», nên không nhận lần nữa; tệp vừa thả được để riêng.",
                en=f"Equal to {place}, which is there already: it was put aside.",
            )
    for receipt in deployed.receipts:
        for file in receipt.files:
            if file.replaced_sha256 == sha256:
                return Said(
                    vi=f"Giống hệt bản cũ của «{file.place}», đã được thay theo biên nhận {receipt.id}; không nhận lại "
                    "bản cũ, tệp vừa thả được để riêng. Nếu đúng là muốn quay lại bản cũ, hãy chép nó vào chỗ ấy.",
                    en=f"Equal to the earlier {file.place}, which was replaced (receipt {receipt.id}): it was put "
                    "aside. If the earlier one is wanted back, copy it there.",
                )
    return None


def _facts(checked: Checked) -> dict[str, object]:
    return {
        "tables": tuple(tables_read(checked.files, checked.quarantine)),
        "notes": tuple(checked.warnings) if checked.files["loaded"].sum() else (),
    }


def _takers(arrival: Arrival, checked: Checked, communes: Collection[str] | None) -> tuple[str, ...]:
    """The new communes that take rows of the file: some take the land of an old commune and none of its people."""
    datasets = checked.files["dataset"].drop_nulls()
    taking = {
        code for one in datasets.unique() for code in MergerMap.shipped().takers(one).get(arrival.old_commune, ())
    }
    return tuple(sorted(taking if communes is None else taking & {*communes}))


def names_of(codes: Collection[str]) -> list[str]:
    """New communes as they are told: `Thượng Phúc (10231)`."""
    known = dict(MergerMap.shipped().new_communes())
    return [f"{known[code]} ({code})" if code in known else code for code in codes]


def _refused(arrival: Arrival, refusal: Refusal, **facts: object) -> FileVerdict:
    """A file that stays where it was dropped."""
    return _verdict(arrival, outcome="refused", why=refusal.why, to_do=refusal.to_do, **facts)


def _verdict(arrival: Arrival, **facts: object) -> FileVerdict:
    changed = datetime.fromtimestamp(arrival.stamp[1] / 1e9, VIETNAM).isoformat(timespec="seconds")
    known = {"name": printable(arrival.name), "size": arrival.stamp[0], "changed_at": changed}
    return FileVerdict.model_validate(known | {"old_commune": arrival.old_commune} | facts)


def _sorted_by(arrival: Arrival, receipt_id: str) -> str:
    """Where a file lies among others that were put away: by old commune, then by receipt."""
    folder, *inner = Path(arrival.name).parts
    own = folder if inner else arrival.old_commune
    return Path(own, receipt_id, *(inner or [folder])).as_posix()
