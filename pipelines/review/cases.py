"""Cases for a person: pairs left to review, unions refused, numbers that cannot be trusted."""

import polars as pl

from pipelines.identity.record_ids import add_record_ids
from pipelines.warehouse.schema import REVIEW_QUEUE

_ENTITY = {"citizens": "một người", "parcels": "một thửa đất"}
_NUMBERS = {"citizens": "hai số định danh khác nhau", "parcels": "hai số thửa của cùng một sổ"}
_QUESTIONS = {
    "number_shared": "Số định danh này là của ai? Nhiều người khác nhau đang mang cùng một số.",
    "union_refused": "Các dòng này có phải cùng {entity} không? Chúng giống nhau nhưng mang {numbers}.",
    "link_in_review": "Hai dòng này có phải cùng {entity} không?",
    "number_doubtful": "Số định danh nào đúng? Hai số chỉ khác nhau một chữ số.",
}
_PRIORITY = {"number_shared": 1, "union_refused": 2, "link_in_review": 3, "number_doubtful": 4}
_BLOCKING = ("number_shared",)


def review_cases(dataset: str, links: pl.DataFrame, records: pl.DataFrame | None = None) -> pl.DataFrame:
    """The contract's `review_queue`, from the links and, for citizens, the records with their number status."""
    pairs = links.filter(pl.col("decision").is_in(["review", "refused"])).select(
        pl.concat_list("record_id_a", "record_id_b").alias("record_ids"),
        pl.col("decision")
        .replace_strict({"review": "link_in_review", "refused": "union_refused"}, return_dtype=pl.String)
        .alias("reason"),
    )
    cases = [pairs]
    if records is not None:
        cases += [
            _by_group(records, "shared", ["number"], "number_shared"),
            _by_group(records, "doubtful", ["name_key", "birth_digits", "sex"], "number_doubtful"),
        ]
    words = {"entity": _ENTITY[dataset], "numbers": _NUMBERS[dataset]}
    questions = {reason: text.format(**words) for reason, text in _QUESTIONS.items()}
    queue = pl.concat(cases).with_columns(
        pl.lit(dataset).alias("dataset"),
        pl.concat_str([pl.lit(dataset), pl.col("reason"), pl.col("record_ids").list.join(" ")], separator=" ").alias(
            "content"
        ),
        pl.col("reason").replace_strict(questions, return_dtype=pl.String).alias("question"),
        pl.col("reason").replace_strict(_PRIORITY, return_dtype=pl.Int64).alias("priority"),
        pl.col("reason").is_in(_BLOCKING).alias("blocking"),
        pl.lit("open").alias("status"),
    )
    return REVIEW_QUEUE.conform(
        add_record_ids(queue, "content").rename({"record_id": "case_id"}).sort("priority", "case_id")
    )


def _by_group(records: pl.DataFrame, status: str, keys: list[str], reason: str) -> pl.DataFrame:
    return (
        records.filter(number_status=status)
        .drop_nulls(keys)
        .group_by(keys)
        .agg(pl.col("record_id").sort().alias("record_ids"))
        .filter(pl.col("record_ids").list.len() > 1)
        .select("record_ids", pl.lit(reason).alias("reason"))
    )
