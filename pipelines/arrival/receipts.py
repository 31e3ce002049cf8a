"""Receipts: what arrived in the drop folder, what was judged of each file and why, and what follows from it.

A receipt is written first as a draft, which says what is to be done; it takes its name when that is done. Whoever finds
a draft carries it out (`taking`). A receipt never changes. It holds names of files, counts and hashes, and nothing of
what a row says.
"""

import re
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ValidationError

from pipelines.arrival.reading import TableRead
from pipelines.problems import UnusableInput
from pipelines.warehouse.placing import place_text, sync

Outcome = Literal["accepted", "corrected", "duplicate", "refused", "answered"]
"""`corrected`: taken in place of another file. `answered`: a review workbook whose answers were taken."""

_ID: Final = re.compile(r"TN-\d{8}-\d{4}")


class Said(BaseModel, frozen=True):
    """A sentence in both languages."""

    vi: str
    en: str


class FileVerdict(BaseModel, frozen=True):
    """What was judged of one file. `name` is its path below the drop folder."""

    name: str
    outcome: Outcome
    why: Said
    to_do: Said | None = None
    sha256: str = ""
    size: int = 0
    changed_at: str = ""
    """When the file was written last."""
    old_commune: str = ""
    new_communes: tuple[str, ...] = ()
    """Those that take rows of it."""
    tables: tuple[TableRead, ...] = ()
    notes: tuple[str, ...] = ()
    """What else the reader says, in Vietnamese."""
    place: str = ""
    """Where the file lies afterwards: a path below the data folder, or an absolute one; empty where it was dropped."""
    kept: str = ""
    """Where the file lies that this one replaced."""
    replaced_sha256: str = ""
    decisions: int = 0
    """Of a workbook: decisions that were taken."""
    answers: int = 0
    """Of a workbook for clerical review: answers that were taken."""

    @property
    def taken(self) -> bool:
        """Whether it lies among the exports now."""
        return self.outcome in {"accepted", "corrected"}


class Receipt(BaseModel, frozen=True):
    """One arrival."""

    id: str
    at: str
    files: tuple[FileVerdict, ...]
    inputs: dict[str, str] = {}
    """The new communes that are to be run, each with a hash of all exports of its old ones."""
    decided: tuple[str, ...] = ()
    """The new communes of which decisions were taken."""

    @property
    def quarantined(self) -> int:
        """How many records of the files that were taken are kept apart."""
        return sum(table.quarantined for file in self.files if file.taken for table in file.tables)

    def count(self, *outcomes: Outcome) -> int:
        """How many files were judged so."""
        return sum(file.outcome in outcomes for file in self.files)


def receipts_dir(data: Path) -> Path:
    """Where the receipts lie."""
    return data / "receipts"


def pages_dir(reports: Path) -> Path:
    """Where their pages lie, below the folder of all reports."""
    return reports / "receipts"


def newest(data: Path, most: int) -> list[Receipt]:
    """The newest receipts, the newest first. Raises UnusableInput when one of them cannot be read."""
    return [_read(path) for path in _files(data)[: -most - 1 : -1]]


def later_than(data: Path, receipt_id: str) -> list[Receipt]:
    """The receipts after one of them (all, when it is empty), the oldest first.

    Raises UnusableInput when one of them cannot be read.
    """
    return [_read(path) for path in _files(data) if path.stem > receipt_id]


def next_id(data: Path, at: datetime) -> str:
    """The id of the next receipt: counted by the day, and later than all others, also when the clock was set back, or
    when only the page of one is left."""
    pages = (path.stem for path in pages_dir(data / "reports").glob("TN-*.html") if _ID.fullmatch(path.stem))
    last = max((*pages, *(path.stem for path in _files(data))), default="")
    day = max(f"TN-{at:%Y%m%d}", last[:11])
    number = int(last[12:]) if last.startswith(day) else 0
    return f"{day}-{number + 1:04}"


def write_draft(data: Path, receipt: Receipt) -> None:
    """Say what is to be done, before anything of it is."""
    place_text(_draft(data), receipt.model_dump_json(indent=1) + "\n")


def read_draft(data: Path) -> Receipt | None:
    """What was to be done and may not be done yet."""
    draft = _draft(data)
    return _read(draft) if draft.is_file() else None


def finish_draft(data: Path, receipt: Receipt | None) -> None:
    """Let the receipt stand for what was done; none when nothing came of the draft."""
    draft = _draft(data)
    if receipt is None:
        draft.unlink()
    else:
        write_draft(data, receipt)
        draft.replace(receipts_dir(data) / f"{receipt.id}.json")
    sync(receipts_dir(data))


def _draft(data: Path) -> Path:
    return receipts_dir(data) / ".draft.json"


def _files(data: Path) -> list[Path]:
    """The files of the receipts, the oldest first."""
    return sorted(path for path in receipts_dir(data).glob("TN-*.json") if _ID.fullmatch(path.stem))


def _read(path: Path) -> Receipt:
    try:
        return Receipt.model_validate_json(path.read_bytes())
    except ValidationError:
        raise UnusableInput(
            f"Biên nhận «{path}» đã bị sửa hoặc hỏng; hãy khôi phục tệp ấy từ bản sao lưu, hoặc chuyển nó đi nơi khác.",
            f"The receipt {path} is damaged: restore it, or move it elsewhere.",
        ) from None
