"""What a person has to decide about people of different communes."""

import polars as pl

from pipelines.across.find import Across
from pipelines.across.tables import CASES
from pipelines.review.cases import review_cases

_QUESTION = "Những người này ở các xã, phường khác nhau có phải là một người không? "
_WHY = {
    "number_shared": "Số định danh này là của ai? Những người rõ ràng khác nhau ở các xã, phường khác nhau mang nó.",
    "number_doubtful": "Số định danh nào đúng? Các số của người này ở hai nơi chỉ khác nhau một chữ số.",
    "union_refused": "Họ giống nhau nhưng mang hai số định danh khác nhau.",
    "same_commune": "Hai người trong đó cùng ở một xã, phường, nơi họ đã được coi là hai người.",
    "alive_after_death": "Một nơi ghi còn sống sau ngày nơi kia ghi đã chết.",
    "other_sex": "Giới tính ghi trên sổ hoặc theo số định danh không khớp.",
    "other_name_and_birth": "Tên gần nhau, ngày sinh khác, như anh chị em.",
    "other_birth": "Họ giống nhau nhưng ngày sinh khác hẳn nhau.",
    "looks_like_two": "Có hai người trong số đó khác hẳn nhau.",
    "oversized_cluster": "Họ nhiều hơn mức thường gặp.",
    "ambiguous_attachment": "Người ở giữa hợp gần như nhau với hai bên không thể là một.",
    "no_corroboration": "Rất giống nhau nhưng thiếu chứng cứ độc lập.",
    "link_in_review": "Chứng cứ chưa đủ để máy tự kết luận.",
}


def people_cases(found: Across) -> pl.DataFrame:
    """The cases about people, as the table `cases`: links in review or refused, and numbers that people of different
    communes share or hold one digit apart. What hangs together is one case."""
    members = found.records.select("record_id", pl.col("group").alias("cluster"))
    queue = review_cases("citizens", found.links, found.records, members)
    codes = found.records.select("record_id", "new_commune").join(
        queue.select("case_id", pl.col("record_ids").alias("record_id")).explode("record_id"), on="record_id"
    )
    communes = codes.group_by("case_id").agg(pl.col("new_commune").unique().sort().alias("new_commune_codes"))
    told = queue.join(communes, on="case_id").filter(pl.col("new_commune_codes").list.len() > 1).sort("priority")
    asked = pl.col("reason").replace_strict(_WHY, return_dtype=pl.String)
    return CASES.conform(
        told.with_columns(
            pl.lit("people").alias("kind"),
            pl.when(pl.col("reason").str.starts_with("number_"))
            .then(asked)
            .otherwise(_QUESTION + asked)
            .alias("question"),
            pl.int_range(1, pl.len() + 1).alias("priority"),
        )
    )
