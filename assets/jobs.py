"""The jobs that an officer launches: presets of one and the same run, by their Vietnamese names.

Each is a choice of assets and the settings that stand in its launchpad. What a run does, and which settings there are,
does not belong here.
"""

from collections.abc import Mapping
from typing import Final

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from pipelines.linkage import LinkageSettings
from pipelines.warehouse.versions import Mode

CHECK_FILES: Final = "kiem_tra_tep_nguon"
LINK_AGAIN: Final = "doi_sanh_lai_theo_quyet_dinh"
PUBLISHING: Final[dict[Mode, str]] = {"trial": "chay_thu", "official": "cong_bo_chinh_thuc"}
"""The job of a whole run, by the mode in which it publishes; the command line goes through these."""

ACROSS: Final = "doi_sanh_lien_xa"
"""The job that looks for one person in several communes; it is of no commune."""

_OF_NO_COMMUNE: Final = dg.AssetSelection.assets("across_communes")
_EVERYTHING: Final = dg.AssetSelection.all() - _OF_NO_COMMUNE
_CHECKED: Final = dg.AssetSelection.assets("source_report").upstream()


_OF_EVERY_RUN: Final = {"purpose": ""}
_OF_WHOLE_RUNS: Final = {
    **_OF_EVERY_RUN,
    "cases_per_day": None,
    "false_merge_cost": LinkageSettings.model_fields["false_merge_cost"].default,
    "churn_limit": None,
}


def _job(
    name: str, mode: Mode, selection: dg.AssetSelection, shown: Mapping[str, object], vi: str, en: str
) -> UnresolvedAssetJobDefinition:
    """A job, with the settings that are shown in its launchpad; those that are empty there are as usual."""
    return dg.define_asset_job(
        name,
        selection=selection,
        config={"resources": {"settings": {"config": {"mode": mode, **shown}}}},
        description=f"{vi}\n\n*{en}*",
    )


JOBS: Final = [
    _job(
        PUBLISHING["trial"],
        "trial",
        _EVERYTHING,
        _OF_WHOLE_RUNS,
        "Chạy thử một xã, phường mới: đọc, đối sánh, kiểm tra, rồi công bố bản chạy thử và báo cáo đối soát. "
        "Không bao giờ động đến bản chính thức; chạy lại bao nhiêu lần cũng được.",
        "A trial of one new commune: reads, links, checks, publishes the trial version and its report. "
        "It never touches the official one, and may be run any number of times.",
    ),
    _job(
        PUBLISHING["official"],
        "official",
        _EVERYTHING,
        _OF_WHOLE_RUNS,
        "Công bố chính thức một xã, phường mới: như chạy thử, nhưng kết quả thành bản chính thức nếu mọi quy tắc chặn "
        "đều đạt và không còn trường hợp chặn công bố. Không bao giờ xóa bản chính thức trước đó: còn khôi phục được.",
        "The official publication of one new commune: as the trial, but the result becomes the official version if "
        "every gate passes and no blocking case is open. It never deletes the version before it: that can be put back.",
    ),
    _job(
        CHECK_FILES,
        "trial",
        _CHECKED,
        _OF_EVERY_RUN,
        "Kiểm tra tệp nguồn của một xã, phường mới: đọc, chuẩn hóa, xếp từng dòng vào xã mới, rồi nói dòng nào không "
        "đọc hay không xếp được. Không gộp, không cấp mã, không bao giờ công bố gì.",
        "Checks the source files of one new commune: reads and standardises every row, places it, and tells which "
        "ones it cannot. It merges nothing, mints no id and never publishes.",
    ),
    _job(
        LINK_AGAIN,
        "trial",
        _EVERYTHING,
        _OF_EVERY_RUN,
        "Đối sánh lại theo quyết định: chạy thử lại sau khi cán bộ trả lời các trường hợp, để mọi thay đổi chỉ do "
        "quyết định mà có. Dừng ngay nếu chưa có quyết định nào mới, hoặc tệp nguồn, bảng tham chiếu hay thiết lập đối "
        "sánh đã khác lần công bố trước. Không bao giờ động đến bản chính thức.",
        "A trial run again after officers' answers, so that whatever changes comes of decisions alone. It stops at "
        "once when no decision is new, or when files, reference tables or settings of the linkage differ from the last "
        "publication's. It never touches the official version.",
    ),
    _job(
        ACROSS,
        "trial",
        _OF_NO_COMMUNE,
        {**_OF_EVERY_RUN, "estimate": False},
        "Đối sánh liên xã: tìm người có mặt ở từ hai xã, phường mới trở lên và giấy chứng nhận có trong sổ của hai "
        "nơi, từ các bản đã công bố. Kết quả là danh sách nơi cư trú và trường hợp cần xem. Không bao giờ gộp ai, "
        "không bao giờ đổi kho dữ liệu của xã, phường nào.",
        "Looks for people who stand in several new communes, and for certificates in two land books, in what is "
        "published. It gives a list of residences and cases; it never merges anybody and never changes a warehouse.",
    ),
]
