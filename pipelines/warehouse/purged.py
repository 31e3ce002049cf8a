"""Which kept versions were taken away for their age, by whom and when: what they published stays told.

The log of versions keeps its lines, so that no number is given twice. Here stands besides which runs a version told of,
since a ledger asks whether a run was ever published. Which versions are taken away does not belong here.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from pipelines.problems import UnusableInput
from pipelines.warehouse.placing import place_text

_RECORD: Final = "purged.jsonl"


@dataclass(frozen=True)
class Purged:
    """A version that is taken away. `runs`: the runs that made it and assigned its ids."""

    version: int
    at: str
    """With its time zone, ISO 8601."""
    by: str
    runs: Sequence[str]


def purged(versions: Path) -> dict[int, Purged]:
    """The versions that were taken out of this folder, by number."""
    path = versions / _RECORD
    try:
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        found = [Purged(**json.loads(line)) for line in lines]
    except (UnicodeDecodeError, ValueError, TypeError):
        raise UnusableInput(
            f"Nhật ký xóa bản lưu «{path}» đã hỏng hoặc bị sửa; hãy khôi phục tệp này từ bản sao lưu.",
            f"The record {path} of versions taken away is damaged: restore it from a backup.",
        ) from None
    return {one.version: one for one in found}


def note_purged(versions: Path, taken: Iterable[Purged]) -> None:
    """Record that these versions are about to be taken out of this folder."""
    known = purged(versions) | {one.version: one for one in taken}
    lines = [json.dumps(asdict(one), ensure_ascii=False) for one in known.values()]
    place_text(versions / _RECORD, "".join(f"{line}\n" for line in lines))
