"""How a table lies in its file: titles above the header, a header of one row or two, and where records begin."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipelines.ingest.headers import Columns, fold, names_another_person, recognised, understand

FIRST_LINES: Final = 300
"""Lines among which the header is looked for; blank ones may be many,"""
_LOOK: Final = 60
"""but titles above a header are few."""
WIDEST: Final = 2000
"""Columns beyond which a row is no header of a register."""
# What stands in the second row of a header, under a merged cell, and is no column's name by itself.
_SUBHEADS: Final = frozenset({"nam", "nu", "so", "ngaycap", "noicap", "ngay", "thang", "stt"})
_FEWEST_NUMBERED: Final = 5
_FEWEST_MARKED: Final = 3
"""Columns that a row must number to be no record; fewer where brackets or letters mark it."""


@dataclass(frozen=True)
class Layout:
    """`titles` and `headers`: positions of these rows among the first ones; `header`: one text a column."""

    titles: tuple[int, ...]
    headers: tuple[int, ...]
    header: list[str]
    columns: Columns


def find_layout(rows: Sequence[Sequence[str]], own: Mapping[str, str] | None = None) -> Layout | None:
    """The layout of a table whose first rows (cells of each) these are, or None when no header is understood.

    The header is the row, or the two rows, of which most cells name a known column; a row below that numbers the
    columns belongs to it. Rows above are titles, but for blank ones.
    """
    best: tuple[int, Layout] | None = None
    filled = [at for at, row in enumerate(rows) if any(cell.strip() for cell in row)]
    for at in filled[:_LOOK]:
        row = rows[at]
        if best and any(_is_data(rows[one], own) for one in range(best[1].headers[-1] + 1, at)):
            break  # a header further down is that of another table, whatever it says
        below = rows[at + 1] if at + 1 < len(rows) else ()
        is_over = len(below) == len(row) and _is_subhead(below)
        if len(row) > WIDEST or recognised([*row, *(below if is_over else ())], own) < 2:
            continue
        candidates: list[tuple[tuple[int, ...], list[str]]] = [((at,), list(row))]
        if is_over:
            candidates.append(((at, at + 1), _merged(row, below, own)))
        for headers, header in candidates:
            columns = understand(header, own)
            known = recognised(header, own) if columns else 0
            if columns and (best is None or known > best[0]):
                titles = tuple(title for title in range(at) if any(cell.strip() for cell in rows[title]))
                best = known, Layout(titles, headers, header, columns)
    return _with_numbers(best[1], rows) if best else None


def likeliest_header(rows: Iterable[Sequence[str]], own: Mapping[str, str]) -> Sequence[str]:
    """Of rows none of which is understood as a header, the one that looks most like one; no cells without a row."""
    return max(rows, key=lambda row: (recognised(row, own), sum(bool(cell.strip()) for cell in row)), default=[])


def _is_data(row: Sequence[str], own: Mapping[str, str] | None) -> bool:
    """Whether a row can be a record: more than a title, and no header."""
    return sum(bool(cell.strip()) for cell in row) > 1 and recognised(row, own) < 2


def _with_numbers(layout: Layout, rows: Sequence[Sequence[str]]) -> Layout:
    """The layout with the row `(1) (2) (3) …`, or `A B 1 2 …`, that printed forms have below their header."""
    below = layout.headers[-1] + 1
    cells = [cell.strip() for cell in rows[below]] if below < len(rows) else []
    while cells and not cells[-1]:
        cells.pop()
    letters = sum(cell.strip("()[]").isalpha() for cell in cells)
    expected = [chr(ord("A") + at) for at in range(letters)] + [str(at + 1) for at in range(len(cells) - letters)]
    marked = letters > 1 or all(cell[:1] in ("(", "[") for cell in cells)
    if not marked and layout.columns.dataset == "parcels":
        return layout  # sheet 1, parcel 2, …: it may be a record
    fewest = _FEWEST_MARKED if marked else _FEWEST_NUMBERED
    if len(cells) < fewest or [cell.strip("()[]") for cell in cells] != expected:
        return layout
    return Layout(layout.titles, (*layout.headers, below), layout.header, layout.columns)


def _is_subhead(row: Sequence[str]) -> bool:
    """Whether a row can stand below a header: a few words of headers, and nothing else."""
    filled = [cell for cell in row if cell.strip()]
    return bool(filled) and all((word := fold(cell)) in _SUBHEADS or recognised([word]) for cell in filled)


def _merged(upper: Sequence[str], lower: Sequence[str], own: Mapping[str, str] | None) -> list[str]:
    """Two header rows as one: a merged cell of the upper row stands over all columns until the next.

    `CMND` over `Số` is the number of the CMND; `Thông tin` over `Họ tên` adds nothing; but what stands under another
    person's heading is never taken for the row's own.
    """
    header, over = [], ""
    for top, sub in zip(upper, lower, strict=True):
        over = top.strip() or (over if sub.strip() else "")
        both = f"{over} {sub.strip()}".strip()
        spellings = [both, f"{sub.strip()} {over}"]
        if not (recognised([over], own) or names_another_person(over)):
            spellings.append(sub.strip())
        header.append(next((text for text in spellings if recognised([text], own)), both))
    return header
