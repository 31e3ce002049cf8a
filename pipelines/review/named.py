"""Entities and rows as officers name them: by an id on a paper, or by the first letters of a row's id."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.identity.check_character import check_character
from pipelines.review.decisions import Kind
from pipelines.review.meaning import Meant, Unclear

_ENTITY = re.compile(r"(\d{5}-T?\d{7})-([0-9A-Z])")
_ROW = re.compile(r"([0-9a-f]{8,32})(-\d+)?")
_APART = re.compile(r"[\s,;]+")

_ENTITIES = """
    SELECT 'citizens' AS dataset, citizen_id AS entity_id, record_id FROM citizen_sources
    WHERE citizen_id IN (SELECT unnest($ids))
    UNION ALL
    SELECT 'parcels', parcel_id, record_id FROM parcel_sources WHERE parcel_id IN (SELECT unnest($ids))
    ORDER BY ALL
"""
_ROWS = """
    SELECT dataset, record_id FROM (
        SELECT 'citizens' AS dataset, record_id FROM citizen_sources
        UNION ALL
        SELECT 'parcels', record_id FROM parcel_sources
    )
    WHERE record_id[:8] IN (SELECT unnest($starts))
    ORDER BY ALL
"""
# An id leads to another only when it was merged into it: what was split from it has an id of its own.
_MERGED = "SELECT old_entity_id, new_entity_id FROM id_history WHERE kind = 'merged_into' ORDER BY ALL"


@dataclass(frozen=True)
class Named:
    """What one id names: the rows of an entity, or one row."""

    dataset: str
    name: str
    is_row: bool
    rows: tuple[str, ...]


class Names:
    """What the given texts name in a warehouse, asked once for all of them."""

    def __init__(self, warehouse: duckdb.DuckDBPyConnection, texts: Iterable[str]) -> None:
        ids = {name for text in texts for name in _split(text)}
        entities = sorted(name.upper() for name in ids if _ENTITY.fullmatch(name.upper()))
        self._well_formed = set(_with_right_check(entities))
        self._now = _followed(warehouse, self._well_formed)
        self._entities: dict[str, tuple[str, list[str]]] = {}
        for dataset, entity_id, record_id in warehouse.execute(
            _ENTITIES, {"ids": sorted(set(self._now.values()))}
        ).fetchall():
            self._entities.setdefault(entity_id, (dataset, []))[1].append(record_id)
        starts = sorted({name[:8].lower() for name in ids if _ROW.fullmatch(name.lower())})
        self._rows: dict[str, list[tuple[str, str]]] = {}
        if starts:
            for dataset, record_id in warehouse.execute(_ROWS, {"starts": starts}).fetchall():
                self._rows.setdefault(record_id[:8], []).append((dataset, record_id))

    def of(self, text: str) -> list[Named]:
        """All that a text names; raises Unclear at the first id that names nothing, or more than one thing."""
        return [self._one(place, name) for place, name in enumerate(_split(text), start=1)]

    def _one(self, place: int, name: str) -> Named:
        upper, lower = name.upper(), name.lower()
        if _ENTITY.fullmatch(upper):
            if upper not in self._well_formed:
                raise Unclear(f"mã «{upper}» sai ký tự kiểm tra ở cuối, hãy xem lại từng chữ số")
            now = self._now[upper]
            if now not in self._entities:
                raise Unclear(f"mã «{upper}» không có trong bản đang công bố")
            dataset, rows = self._entities[now]
            return Named(dataset, now, False, tuple(rows))
        row = _ROW.fullmatch(lower)
        if not row:
            raise Unclear(f"mục thứ {place} ở ô «Mã» không phải mã công dân, mã thửa hay mã dòng")
        ordinal = row[2] or ""
        found = [
            (dataset, record_id)
            for dataset, record_id in self._rows.get(lower[:8], [])
            if record_id.startswith(row[1]) and record_id.partition("-")[2] == ordinal[1:]
        ]
        if len(found) != 1:
            what = "chỉ nhiều dòng, hãy ghi đủ mã" if found else "không có trong bản đang công bố"
            raise Unclear(f"mã dòng ở mục thứ {place} của ô «Mã» {what}")  # unnamed: it may be a number typed in error
        return Named(found[0][0], found[0][1], True, (found[0][1],))


def deed(kind: Kind, named: list[Named]) -> tuple[str, Meant]:
    """The data set and the decision that a deed on these ids means; raises Unclear when it makes no sense."""
    if not named:
        raise Unclear("chưa ghi mã")
    datasets = {one.dataset for one in named}
    if len(datasets) > 1:
        raise Unclear("mã công dân và mã thửa không đi cùng nhau trong một việc")
    named = list({one.name: one for one in named}.values())
    rows = tuple(row for one in named for row in one.rows)
    if len(set(rows)) < len(rows):
        raise Unclear("một dòng và chính mã mà nó thuộc về cùng được ghi")
    return datasets.pop(), (kind, rows, _parts(kind, named, rows))


def _parts(kind: Kind, named: list[Named], rows: tuple[str, ...]) -> tuple[int, ...]:
    if kind in ("same", "different"):
        if len(named) < 2:
            raise Unclear("cần ít nhất hai mã khác nhau (mã đã được gộp từ trước được tính là một)")
        if kind == "same":
            return (1,) * len(rows)
        return tuple(part for part, one in enumerate(named, start=1) for _ in one.rows)
    if kind == "dissolve" and (len(named) > 1 or named[0].is_row):
        raise Unclear("việc tách cần đúng một mã công dân hoặc một mã thửa")
    if kind == "dissolve" and len(rows) < 2:
        raise Unclear("mã này chỉ có một dòng, không có gì để tách")
    if kind == "keep_out" and any(len(one.rows) > 1 for one in named):
        raise Unclear("việc để riêng cần mã dòng; mã này có nhiều dòng")
    return tuple(range(1, len(rows) + 1))


def _split(text: str) -> list[str]:
    return [name for name in _APART.split(text) if name]


def _with_right_check(entities: list[str]) -> list[str]:
    frame = pl.DataFrame({"id": entities}, schema={"id": pl.String})
    right = pl.col("id").str.slice(-1) == check_character(pl.col("id").str.slice(0, pl.col("id").str.len_chars() - 2))
    return frame.filter(right)["id"].to_list()


def _followed(warehouse: duckdb.DuckDBPyConnection, ids: set[str]) -> dict[str, str]:
    """Each id and the one that it was merged into in the end, or itself."""
    if not ids:
        return {}
    standing = {
        row[0]
        for row in warehouse.execute(
            "SELECT citizen_id FROM citizens WHERE citizen_id IN (SELECT unnest($ids)) "
            "UNION ALL SELECT parcel_id FROM parcels WHERE parcel_id IN (SELECT unnest($ids))",
            {"ids": sorted(ids)},
        ).fetchall()
    }
    merged = dict(warehouse.execute(_MERGED).fetchall()) if ids - standing else {}
    return {name: name if name in standing else _last(name, merged) for name in ids}


def _last(name: str, merged: dict[str, str]) -> str:
    seen = {name}
    while name in merged and merged[name] not in seen:
        name = merged[name]
        seen.add(name)
    return name
