"""How a table lies in its file: titles above the header, a header of one row or two, and where records begin."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipelines.ingest.headers import Columns, fold, recognised, understand

_LOOK: Final = 40
"""Rows among which the header is looked for: titles above it are few."""
WIDEST: Final = 2000
"""Columns beyond which a row is no header of a register."""
# What stands in the second row of a header, under a merged cell.
_SUBHEADS: Final = frozenset({"nam", "nu", "so", "ngaycap", "noicap", "ngay", "thang", "stt", "1", "2"})


@dataclass(frozen=True)
class Layout:
    """`titles` and `headers`: positions of these rows among the first ones; `header`: one text a column."""

    titles: tuple[int, ...]
    headers: tuple[int, ...]
    header: list[str]
    columns: Columns


def find_layout(rows: Sequence[Sequence[str]], own: Mapping[str, str] | None = None) -> Layout | None:
    """The layout of a table whose first rows (cells of each) these are, or None when no header is understood.

    The header is the row, or the two rows, of which most cells name a known column; blank rows are no titles.
    """
    best: tuple[int, Layout] | None = None
    for at, row in enumerate(rows[:_LOOK]):
        if len(row) > WIDEST or not any(cell.strip() for cell in row):
            continue
        candidates: list[tuple[tuple[int, ...], list[str]]] = [((at,), list(row))]
        if at + 1 < len(rows) and len(rows[at + 1]) == len(row) and _is_subhead(rows[at + 1]):
            candidates.append(((at, at + 1), _merged(row, rows[at + 1])))
        for headers, header in candidates:
            columns = understand(header, own)
            known = recognised(header, own) if columns else 0
            if columns and (best is None or known > best[0]):
                titles = tuple(title for title in range(at) if any(cell.strip() for cell in rows[title]))
                best = known, Layout(titles, headers, header, columns)
    return best[1] if best else None


def _is_subhead(row: Sequence[str]) -> bool:
    """Whether a row can stand below a header: a few words of headers, and nothing else."""
    words = [fold(cell) for cell in row if cell.strip()]
    return bool(words) and all(word in _SUBHEADS or recognised([word]) for word in words)


def _merged(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Two header rows as one: a merged cell of the upper row stands over all columns until the next."""
    header, over = [], ""
    for top, sub in zip(upper, lower, strict=True):
        over = top.strip() or (over if sub.strip() else "")
        header.append(f"{over} {sub.strip()}".strip() if sub.strip() else over)
    return header
