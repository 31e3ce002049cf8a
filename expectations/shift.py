"""Shift: no field is spread over its values quite otherwise than in the last publication.

Late files and corrections move shares a little. A share that jumps is the mark of a mishap that no rule on single rows
sees: a column read as another, an encoding lost, a file come twice under another name. So these rules only warn.

A distance is told when it is beyond the limit and beyond what chance explains, so that a small commune does not cry
wolf; how both are reckoned, and after whom, stands in `pipelines.warehouse.distribution`.
"""

from typing import Final

from expectations.rule import Rule, setting
from pipelines.warehouse.distribution import DISTRIBUTION, FIELDS, shifts
from pipelines.warehouse.quoting import Sql, fill, text

_SOURCE: Final = "Publication setting shift_limit (pipelines/warehouse/settings.py): total variation distance"
_OF: Final = {"citizens": ("công dân", "people"), "parcels": ("thửa đất", "parcels")}
_WORDS: Final = {
    "citizens.sex": ("giới tính", "sex"),
    "citizens.birth_precision": ("độ chính xác của ngày sinh", "precision of the birth date"),
    "citizens.birth_decade": ("thập niên sinh", "decade of birth"),
    "citizens.personal_id_status": ("độ tin cậy của số định danh", "trust of the personal number"),
    "citizens.status": ("tình trạng cư trú", "residence status"),
    "citizens.old_commune_code": ("xã cũ", "old commune"),
    "citizens.quality_group": ("nhóm chất lượng", "quality group"),
    "citizens.household_id_given": ("việc có mã hộ hay không", "household, given or not"),
    "citizens.phone_given": ("việc có số điện thoại hay không", "telephone number, given or not"),
    "citizens.hamlet_given": ("việc có thôn, tổ dân phố hay không", "hamlet, given or not"),
    "parcels.map_system": ("hệ bản đồ", "map system"),
    "parcels.old_commune_code": ("xã cũ", "old commune"),
    "parcels.quality_group": ("nhóm chất lượng", "quality group"),
    "parcels.land_use": ("loại đất", "land use"),
    "parcels.area": ("khoảng diện tích", "area band"),
    "parcels.certificate_no_given": ("việc có số giấy chứng nhận hay không", "certificate, given or not"),
    "parcels.owner_kind": ("loại chủ sử dụng", "kind of owner"),
    "parcels.owner_status": ("tình trạng đối sánh chủ sử dụng", "match of the owner with a person"),
}


def _of_field(dataset: str, field: str) -> Rule:
    (what_vi, what_en), (vi, en) = _OF[dataset], _WORDS[f"{dataset}.{field}"]
    of_field = fill(
        "({shifts}) AS shift WHERE dataset = {dataset} AND field = {field}",
        shifts=shifts(Sql("{batch}")),
        dataset=text(dataset),
        field=text(field),
    )
    return Rule(
        id=f"shift.{dataset}_{field}",
        suite="shift",
        severity="warning",
        vi=f"So với lần công bố trước, phân bố {what_vi} theo {vi} không lệch quá giới hạn.",
        en=f"The distribution of {what_en} by {en} has not shifted beyond the limit since the last publication.",
        source=_SOURCE,
        table=DISTRIBUTION,
        expectation=fill(
            "SELECT 1 FROM {of_field} AND distance > greatest({limit}, chance)",
            of_field=of_field,
            limit=setting("shift_limit"),
        ),
        checked=fill("SELECT count(distance) FROM {of_field}", of_field=of_field),
    )


RULES: Final[tuple[Rule, ...]] = tuple(
    _of_field(dataset, field.name) for dataset, fields in FIELDS.items() for field in fields
)
