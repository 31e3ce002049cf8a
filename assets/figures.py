"""Which figures of each step an officer follows from run to run, under the names that the assets' pages show."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from assets.asset_pages import Figures
from pipelines.linkage.engine import Linkage
from pipelines.reports.commune_states import CommuneState
from pipelines.reports.labels import MODES
from pipelines.warehouse.manifest import LOGICAL_HASH, ROWS

STATE: Final = "Trạng thái"
_SHOWN: Final = 16
"""Characters of a hash that are shown; the report has all of it."""
_PLACEMENTS = {"placed": "Thuộc xã mới này", "unplaced": "Chưa xếp được", "elsewhere": "Thuộc xã mới khác"}
_TRUST = {"trusted": "Số định danh đáng tin", "doubtful": "Số định danh nghi ngờ", "shared": "Số định danh dùng chung"}
_DECISIONS = {
    "automatic": "Cặp gộp tự động",
    "review": "Cặp chờ xem xét",
    "refused": "Cặp bị ràng buộc ngăn lại",
    "officer": "Cặp cán bộ quyết định",
}
_SHEETS = {"rule": "Số tờ theo quy tắc", "late": "Số tờ đến sau", "officer": "Số tờ do cán bộ ghi"}
_OWNERS = {
    "confirmed": "Chủ khớp với công dân",
    "needs_paper": "Chủ cần giấy tờ",
    "no_match": "Chủ không khớp công dân nào",
}
_ENTITIES = {"citizens": "Số người", "parcels": "Số thửa đất"}
_PUBLISHED = {
    "citizens": "Số người",
    "households": "Số hộ",
    "parcels": "Số thửa đất",
    "parcel_owners": "Số chủ sử dụng",
    "sheet_map": "Số tờ bản đồ",
}
_CASES = "Trường hợp chờ quyết định"


def of_reading(files: pl.DataFrame, warnings: int) -> Figures:
    """What was read."""
    return {
        "Số tệp": files["source_file"].n_unique(),
        "Tệp trùng": files["duplicate_of"].count(),
        "Bản ghi": int(files["records"].sum()),
        "Đọc được": int(files["loaded"].sum()),
        "Giữ riêng": int(files["quarantined"].sum()),
        "Cảnh báo khi đọc": warnings,
    }


def of_records(records: pl.DataFrame) -> Figures:
    """Where the rows belong, and how far people's numbers can be trusted."""
    trust = _counted(records, "number_status", _TRUST) if "number_status" in records.columns else {}
    return {"Số dòng": records.height, **_counted(records, "placement", _PLACEMENTS), **trust}


def of_linkage(linkage: Linkage, dataset: str) -> Figures:
    """What was compared and what came of it."""
    return {
        "Số dòng": linkage.members.height,
        _ENTITIES[dataset]: linkage.members["cluster"].n_unique(),
        "Cặp đã so sánh": int(linkage.candidates["new_pairs"].sum()),
        **_counted(linkage.links, "decision", _DECISIONS),
        "Ngưỡng gộp tự động (bit)": linkage.thresholds["automatic"] / 1000,
    }


def of_sheets(sheet_map: pl.DataFrame, in_question: int) -> Figures:
    """By what the map sheets have their numbers."""
    return {
        "Số tờ bản đồ": sheet_map.height,
        **_counted(sheet_map, "assigned_by", _SHEETS),
        "Việc cần xem": in_question,
    }


def of_people(tables: Mapping[str, pl.DataFrame]) -> Figures:
    """How many people there are, and how good what is known of them is."""
    return {
        "Số người": tables["citizens"].height,
        "Số hộ": tables["households"].height,
        **_of_entities(tables["citizen_sources"], tables["citizens"], tables["review_queue"]),
    }


def of_land(tables: Mapping[str, pl.DataFrame]) -> Figures:
    """How many parcels there are, how good what is known of them is, and whose they are."""
    return {
        "Số thửa đất": tables["parcels"].height,
        **_of_entities(tables["parcel_sources"], tables["parcels"], tables["review_queue"]),
        **_counted(tables["parcel_owners"], "status", _OWNERS),
    }


def of_rules(results: pl.DataFrame) -> Figures:
    """How many rules were judged, and how many of either kind failed."""
    failed = results.filter(~pl.col("passed"))["severity"]
    return {
        "Quy tắc đã kiểm tra": results.height,
        "Quy tắc chặn không đạt": int((failed == "gate").sum()),
        "Cảnh báo": int((failed == "warning").sum()),
    }


def of_cases(review_queue: pl.DataFrame) -> Figures:
    """What waits for people."""
    waiting = review_queue.filter(pl.col("status") != "decided")
    return {_CASES: waiting.height, "Chặn công bố chính thức": int(waiting["blocking"].sum())}


def of_publication(version: str, published: Path, manifest: Mapping[str, str]) -> Figures:
    """Which version is published, how much is in it, and by which content it is known."""
    return {
        "Phiên bản": version,
        "Chế độ": MODES[manifest["mode"]],
        **{name: int(manifest[f"{ROWS}{table}"]) for table, name in _PUBLISHED.items()},
        "Kích thước (MB)": round(published.stat().st_size / 1e6, 1),
        "Mã băm nội dung": f"{manifest[LOGICAL_HASH][:_SHOWN]}…",
    }


def of_state(state: CommuneState) -> Figures:
    """What holds, in words, and what waits for people."""
    return {
        STATE: f"{state.state.sign} {state.state.word}",
        "Chi tiết": state.told,
        **{f"Bản {MODES[mode]}": one.version for mode, one in state.in_place.items()},
        _CASES: state.cases,
        "Tệp chờ chạy": state.new_files + state.arriving,
    }


def _of_entities(sources: pl.DataFrame, entities: pl.DataFrame, review_queue: pl.DataFrame) -> Figures:
    groups = dict(entities["quality_group"].value_counts().iter_rows())
    return {
        "Dòng đã gộp": int((sources["outcome"] == "merged").sum()),
        _CASES: int((review_queue["status"] != "decided").sum()),
        **{f"Nhóm chất lượng {group}": groups.get(group, 0) for group in (1, 2, 3)},
    }


def _counted(frame: pl.DataFrame, column: str, names: Mapping[str, str]) -> dict[str, int]:
    """How many rows have each of these values."""
    counts = dict(frame[column].value_counts().iter_rows())
    return {name: counts.get(value, 0) for value, name in names.items()}
