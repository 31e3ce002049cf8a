"""The tables of `across.duckdb`, declared as those of a warehouse are (`pipelines.warehouse.schema`)."""

from pipelines.warehouse.schema import COUNT, DATE, EVIDENCE, FLAG, LAND_USE, MANIFEST, REAL, TEXT, TEXTS, Column, Table

PEOPLE = Table(
    "people",
    "một người của một xã, phường mới có tên trong các bảng khác",
    "one person of a new commune that another table names",
    (
        Column("citizen_id", TEXT, "mã công dân", "person", "citizens"),
        Column("record_id", TEXT, "dòng nguồn có mã nhỏ nhất của người này", "smallest record id among the rows"),
        Column("new_commune_code", TEXT, "mã xã, phường mới", "new commune"),
        Column("full_name", TEXT, "họ, chữ đệm và tên", "full name"),
        Column("birth_date", DATE, "ngày sinh, khi biết đủ", "birth date, when known to the day"),
        Column("birth_year", COUNT, "năm sinh", "birth year"),
        Column("sex", TEXT, "giới tính: male (nam), female (nữ)", "male, female"),
        Column("personal_id", TEXT, "số định danh cá nhân, 12 số", "12-digit personal number"),
        Column("old_id_no", TEXT, "số CMND 9 số", "old 9-digit number"),
        Column("father_name", TEXT, "họ tên cha", "father's name"),
        Column("mother_name", TEXT, "họ tên mẹ", "mother's name"),
        Column("spouse_name", TEXT, "họ tên vợ hoặc chồng", "spouse's name"),
        Column("phone", TEXT, "số điện thoại", "telephone number"),
        Column("address_new", TEXT, "địa chỉ theo xã, phường mới", "address since the merger"),
        Column("status", TEXT, "tình trạng", "present, moved, dead, unknown"),
        Column("updated_on", DATE, "ngày cập nhật mới nhất", "newest update of its rows"),
    ),
)

RESIDENCES = Table(
    "residences",
    "một nơi cư trú của một người có mặt ở từ hai xã, phường mới trở lên",
    "one residence of a person who stands in two new communes or more",
    (
        Column("group_id", TEXT, "mã nhóm: mã công dân nhỏ nhất của nhóm", "smallest id of the group", "citizens"),
        Column("citizen_id", TEXT, "mã công dân ở xã, phường này", "the person in this commune", "citizens"),
        Column("new_commune_code", TEXT, "mã xã, phường mới", "new commune"),
        Column("status", TEXT, "tình trạng theo sổ của xã, phường này", "status by this commune's register"),
        Column("updated_on", DATE, "ngày cập nhật mới nhất", "newest update of its rows"),
        Column("is_latest", FLAG, "có phải nơi ở hiện nay không; trống: chưa rõ", "the latest; null: not known"),
        Column("reason", TEXT, "căn cứ", "why"),
    ),
)

ACROSS_LINKS = Table(
    "across_links",
    "một cặp người ở hai xã, phường mới: cùng một người, chờ xem xét, hoặc bị ràng buộc ngăn lại",
    "one pair of people of two new communes: one person, in review, or stopped by a constraint",
    (
        Column("citizen_id_a", TEXT, "người thứ nhất", "first person", "citizens"),
        Column("citizen_id_b", TEXT, "người thứ hai", "second person", "citizens"),
        Column("new_commune_a", TEXT, "xã, phường mới của người thứ nhất", "new commune of the first"),
        Column("new_commune_b", TEXT, "xã, phường mới của người thứ hai", "new commune of the second"),
        Column("weight", COUNT, "trọng số, phần nghìn bit", "match weight in thousandths of a bit"),
        Column("probability", REAL, "xác suất theo mô hình", "probability by the model"),
        Column("decision", TEXT, "quyết định", "same_person, review, refused"),
        Column("reason", TEXT, "lý do", "reason, in words"),
        Column("evidence", EVIDENCE, "chứng cứ từng trường", "field, level and weight"),
    ),
)

CASES = Table(
    "cases",
    "một trường hợp liên xã cần người quyết định",
    "one case across communes for a person to decide",
    (
        Column("case_id", TEXT, "mã trường hợp", "id of the case, from its rows and its reason"),
        Column("kind", TEXT, "people (người) hoặc certificate (giấy chứng nhận)", "people or certificate"),
        Column("record_ids", TEXTS, "dòng nhỏ nhất của từng người hoặc thửa", "smallest row of each person or parcel"),
        Column("new_commune_codes", TEXTS, "các xã, phường mới liên quan", "new communes concerned"),
        Column("question", TEXT, "câu hỏi", "the question to answer"),
        Column("reason", TEXT, "mã lý do", "reason code"),
        Column("priority", COUNT, "thứ tự, 1 là trước hết", "1 comes first"),
    ),
)

SHARED_CERTIFICATES = Table(
    "shared_certificates",
    "một thửa đất mang số phát hành giấy chứng nhận cũng có ở xã, phường mới khác",
    "one parcel whose certificate serial stands in another new commune too",
    (
        Column("certificate_no", TEXT, "số phát hành giấy chứng nhận, dạng chuẩn", "certificate serial, standard form"),
        Column("parcel_id", TEXT, "mã thửa", "parcel", "parcels"),
        Column("record_id", TEXT, "dòng nguồn có mã nhỏ nhất của thửa", "smallest record id among the parcel's rows"),
        Column("new_commune_code", TEXT, "mã xã, phường mới", "new commune"),
        Column("old_commune_code", TEXT, "mã xã cũ", "old commune"),
        Column("map_system", TEXT, "hệ bản đồ", "map system"),
        Column("old_sheet_no", TEXT, "số tờ cũ", "sheet number in the old commune"),
        Column("parcel_no", TEXT, "số thửa", "parcel number"),
        Column("area_m2", REAL, "diện tích, m²", "area in square metres"),
        Column("land_use", LAND_USE, "loại đất và diện tích từng loại", "land-use codes with areas"),
        Column("owner_names", TEXTS, "tên các chủ sử dụng", "owners' names"),
        Column(
            "kind",
            TEXT,
            "các thửa mang số này: same_parcel, same_owner, other_owner, unknown_owner, too_many",
            "what its parcels are: one parcel twice, of one owner, of other owners, of owners not known, too many",
        ),
        Column("case_id", TEXT, "trường hợp xem xét; trống: không cần", "the case; null: none is needed"),
        Column("reason", TEXT, "căn cứ", "why"),
    ),
)

TABLES = (PEOPLE, RESIDENCES, ACROSS_LINKS, CASES, SHARED_CERTIFICATES, MANIFEST)
"""All of them, in the order in which they are written."""
