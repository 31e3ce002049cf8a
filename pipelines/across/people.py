"""Golden people of a published warehouse → records that can be compared with those of other communes."""

import polars as pl

from pipelines.citizens.context import add_context
from pipelines.citizens.standard import standardise
from pipelines.citizens.trust import add_number_status

_STATUS = {"present": "Thường trú", "moved": "Đã chuyển đi", "dead": "Đã chết"}
_SEX = {"male": "Nam", "female": "Nữ"}


def standard_people(
    citizens: pl.DataFrame, first_rows: pl.DataFrame, households: pl.DataFrame, new_commune: str
) -> pl.DataFrame:
    """The people of one new commune as standardised records, one row a person.

    `citizens`, `households`: the contract's tables. `first_rows`: `citizen_id` and `record_id`, the smallest one among
    the person's rows, which names the person whatever id history gave. The columns are those of `standardise`,
    `add_number_status` and `add_context`, and `citizen_id`, `new_commune`, `address_new`. Numbers that the commune
    found on several people are nobody's here; `commune_trusts` tells which it trusts.
    """
    heads = households.select("household_id", pl.col("head_citizen_id").alias("citizen_id")).join(
        citizens.select("citizen_id", pl.col("full_name").alias("head_name")), on="citizen_id"
    )
    shared = pl.col("personal_id_status") == "shared"
    rows = (
        citizens.join(first_rows, on="citizen_id")
        .join(heads.drop("citizen_id"), on="household_id", how="left")
        .sort("record_id")
        .select(
            "record_id",
            "citizen_id",
            "old_commune_code",
            "address_new",
            pl.lit(new_commune).alias("new_commune"),
            (pl.col("personal_id_status") == "trusted").fill_null(False).alias("commune_trusts"),
            pl.lit(new_commune).alias("source_file"),
            pl.col("full_name").alias("ho_ten"),
            pl.coalesce(pl.col("birth_date").dt.to_string("%d/%m/%Y"), pl.col("birth_year").cast(pl.String)).alias(
                "ngay_sinh"
            ),
            pl.col("sex").replace_strict(_SEX, default=None, return_dtype=pl.String).alias("gioi_tinh"),
            pl.when(~shared).then("personal_id").alias("so_dinh_danh"),
            pl.col("old_id_no").alias("so_cmnd"),
            pl.lit(None, pl.String).alias("dan_toc"),
            pl.col("household_id").str.strip_prefix(pl.col("old_commune_code") + "-").alias("so_ho_khau"),
            pl.col("relation_to_head").alias("quan_he_chu_ho"),
            pl.col("head_name").alias("ho_ten_chu_ho"),
            pl.col("father_name").alias("ho_ten_cha"),
            pl.col("mother_name").alias("ho_ten_me"),
            pl.col("spouse_name").alias("ho_ten_vo_chong"),
            pl.col("address_old").alias("noi_thuong_tru"),
            pl.col("hamlet").alias("thon"),
            pl.col("phone").alias("so_dien_thoai"),
            pl.col("status").replace_strict(_STATUS, default=None, return_dtype=pl.String).alias("tinh_trang"),
            pl.col("updated_on").dt.to_string("%d/%m/%Y").alias("ngay_cap_nhat"),
            pl.col("note").alias("ghi_chu"),
        )
    )
    return add_context(add_number_status(standardise(rows)))
