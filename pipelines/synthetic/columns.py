"""The columns of the exports and of the truth, in their order."""

CITIZEN_COLUMNS = (
    "ho_ten", "ngay_sinh", "gioi_tinh", "so_dinh_danh", "so_cmnd", "dan_toc", "so_ho_khau", "quan_he_chu_ho",
    "ho_ten_chu_ho", "ho_ten_cha", "ho_ten_me", "ho_ten_vo_chong", "noi_thuong_tru", "thon", "so_dien_thoai",
    "tinh_trang", "ngay_cap_nhat", "ghi_chu",
)  # fmt: skip
PARCEL_COLUMNS = (
    "so_to", "so_thua", "dien_tich", "loai_dat", "he_ban_do", "ty_le", "xu_dong", "thon", "dia_chi_thua",
    "so_gcn", "so_vao_so", "ngay_cap", "chu_su_dung", "giay_to_chu", "nam_sinh_chu", "dia_chi_chu", "ghi_chu",
)  # fmt: skip
REGISTER_TRUTH = ("person_id", "copy_kind", "errors", "special")
CITIZEN_TRUTH = (*REGISTER_TRUTH, "new_code")
PARCEL_TRUTH = ("true_parcel_id", "copy_kind", "owner_person_id", "errors", "new_code")
OWNER_TRUTH = ("owner_no", "owner_kind", "person_id")
RELATION_TRUTH = ("from_parcel_id", "to_parcel_id", "kind")
