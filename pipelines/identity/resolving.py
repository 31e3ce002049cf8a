"""What became of an entity id: which id names its person or parcel today, and how it came about.

An id on a paper from June means somebody in December: it is in use, or was merged into one that is, or its rows have
left the data. Nothing here tells who that is.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

from pipelines.identity.check_character import check_character
from pipelines.identity.ledger import NUMBER_MARKS, entries_of

State = Literal["current", "merged", "retired", "unknown", "mistyped"]

_FORM = re.compile(r"(?P<base>(?P<commune>\d{5})-(?P<mark>T?)\d{7,})-(?P<check>[0-9A-Z])")
_DATASETS = {mark: dataset for dataset, mark in NUMBER_MARKS.items()}
_WHAT = {"citizens": ("công dân", "person"), "parcels": ("thửa đất", "parcel")}
_EVENTS = {
    "minted": "cấp mã / minted",
    "merged_into": "nhập vào mã khác / merged into",
    "split_from": "tách ra / split from",
    "retired": "ngừng dùng, không còn dòng nào mang mã / retired",
}


@dataclass(frozen=True)
class Resolution:
    """What became of `entity_id`; `events` has the columns of the contract's id history but `dataset`."""

    entity_id: str
    state: State
    dataset: str | None
    """None when no id looks like this."""
    current: str | None
    """The id that names the same person or parcel today; none when its rows have left the data."""
    parts: list[str]
    """Ids that were split off since, from this id or from those it was merged into."""
    events: pl.DataFrame

    @property
    def sentences(self) -> Iterator[str]:
        """The answer in words, then one line for each event."""
        yield _answer(self)
        if self.parts:
            yield (
                f"Sau đó có dòng được tách ra thành: {', '.join(self.parts)}; hãy xem cả các mã này. "
                "(Rows were split off since: look at these ids too.)"
            )
        for event in self.events.iter_rows(named=True):
            ids = " → ".join(filter(None, (event["old_entity_id"], event["new_entity_id"])))
            yield f"  {_EVENTS[event['kind']]}: {ids} (lần chạy / run {event['run_id']})"


def resolve(ledger: Path, entity_id: str, was_published: Callable[[str], bool]) -> Resolution:
    """Look an id up, as it was typed (small letters and spaces around it do no harm).

    Settles first what a crash left (see `entries`). Raises UnusableInput when the ledger is damaged.
    """
    entity_id = entity_id.strip().upper()
    form = _FORM.fullmatch(entity_id)
    if form is None or pl.select(check_character(pl.lit(form["base"]))).item() != form["check"]:
        return Resolution(entity_id, "mistyped", None, None, [], pl.DataFrame())
    dataset = _DATASETS[form["mark"]]
    entries = entries_of(ledger, dataset, form["commune"])
    entries.settle(was_published)
    history = entries.changes().with_row_index("at")
    path, end = _follow(
        history.filter(kind="merged_into"), entries.words("record_id", "entity_id", "present"), entity_id
    )
    own = history.filter((pl.col("old_entity_id") == entity_id) | (pl.col("new_entity_id") == entity_id)).drop("at")
    splits = history.filter(kind="split_from")
    parts = [
        part
        for id_, since in path
        for part in splits.filter((pl.col("old_entity_id") == id_) & (pl.col("at") > since))["new_entity_id"]
    ]
    state: State = "unknown" if own.is_empty() else "merged" if len(path) > 1 else "current" if end else "retired"
    return Resolution(entity_id, state, dataset, end, list(dict.fromkeys(parts)), own)


def _follow(merged: pl.DataFrame, words: pl.DataFrame, entity_id: str) -> tuple[list[tuple[str, int]], str | None]:
    """The ids on the way from this one, each with the place in the history since which it stands for it; and the
    last of them when it is in use. An id that some row carries was not merged, or is back since."""
    last = words.unique("record_id", keep="last", maintain_order=True)
    in_use = dict(last.group_by("entity_id").agg(pl.col("present").any()).rows())
    path = [(entity_id, -1)]
    while (here := path[-1][0]) not in in_use and (into := merged.filter(old_entity_id=here)).height:
        path.append((into["new_entity_id"][-1], into["at"][-1]))
    return path, here if in_use.get(here) else None


def _answer(found: Resolution) -> str:
    entity_id, current = found.entity_id, found.current
    if found.dataset is None:
        return (
            f"«{entity_id}» không phải mã đúng: sai dạng hoặc sai ký tự kiểm tra; hãy xem lại từng chữ số. "
            "(Not an id: its form or its check character is wrong.)"
        )
    vi, en = _WHAT[found.dataset]
    if found.state == "unknown":
        return f"Sổ mã không có mã {entity_id}: mã này chưa từng được công bố. (This id was never published.)"
    if found.state == "current":
        return f"Mã {entity_id} đang dùng cho một {vi}. (This id is in use for one {en}.)"
    if current is not None:
        return f"Mã {entity_id} đã nhập vào mã khác; nay dùng mã {current}. (Merged: the {en}'s id is {current} now.)"
    return (
        f"Mã {entity_id} nay không dùng: không còn dòng dữ liệu nào của {vi} này; mã có lại khi dòng trở lại. "
        f"(Retired: no row of this {en} is left; the id is back as soon as one is.)"
    )
