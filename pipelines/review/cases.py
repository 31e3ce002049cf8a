"""Cases for a person: rows that may be one entity, unions refused, numbers that cannot be trusted.

What hangs together is one case: a person decides about all rows that may be somebody, not about pairs.
"""

import polars as pl

from pipelines.identity.record_ids import add_record_ids
from pipelines.linkage.components import components
from pipelines.warehouse.schema import REVIEW_QUEUE

_ENTITY = {"citizens": "một người", "parcels": "một thửa đất"}
_NUMBERS = {"citizens": "hai số định danh khác nhau", "parcels": "hai số thửa của cùng một sổ"}
# In the order of urgency; a case with several reasons has the first of them.
_QUESTIONS = {
    "number_shared": "Số định danh này là của ai? Nhiều người khác nhau đang mang cùng một số.",
    "union_refused": "Các dòng này có phải cùng {entity} không? Chúng giống nhau nhưng mang {numbers}.",
    "alive_after_death": "Các dòng này có phải cùng {entity} không? Một dòng còn sống sau ngày dòng kia ghi đã chết.",
    "other_sex": "Các dòng này có phải cùng {entity} không? Giới tính ghi trên dòng hoặc theo số định danh không khớp.",
    "other_name_and_birth": "Các dòng này có phải cùng {entity} không? Tên gần nhau, ngày sinh khác, như anh chị em.",
    "other_birth": "Các dòng này có phải cùng {entity} không? Chúng giống nhau nhưng ngày sinh khác hẳn nhau.",
    "looks_like_two": "Các dòng này có phải cùng {entity} không? Có hai dòng trong số đó khác hẳn nhau.",
    "oversized_cluster": "Các dòng này có phải cùng {entity} không? Chúng nhiều hơn mức thường gặp.",
    "ambiguous_attachment": "Dòng ở giữa thuộc về bên nào? Nó hợp gần như nhau với hai bên không thể cùng là {entity}.",
    "no_corroboration": "Các dòng này có phải cùng {entity} không? Rất giống nhau nhưng thiếu chứng cứ độc lập.",
    "link_in_review": "Các dòng này có phải cùng {entity} không?",
    "number_doubtful": "Số định danh nào đúng? Các số chỉ khác nhau một chữ số.",
}
_PRIORITY = {reason: priority for priority, reason in enumerate(_QUESTIONS, start=1)}
_BLOCKING = ("number_shared",)
_SIDES = ("record_id_a", "record_id_b")


def review_cases(
    dataset: str,
    links: pl.DataFrame,
    records: pl.DataFrame | None = None,
    members: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The contract's `review_queue`.

    `links`: `record_id_a`, `record_id_b`, `decision`, `why`; those in review or refused make cases. `records`, for
    citizens: with their number status. `members`: `record_id`, `cluster`; rows that are one entity already hang
    together.
    """
    cases = [_by_component(links, members)]
    if records is not None:
        cases += [
            _by_group(records, "shared", ["number"], "number_shared", members),
            _by_group(records, "doubtful", ["name_ascii", "birth_digits", "sex"], "number_doubtful", None),
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


def _by_component(links: pl.DataFrame, members: pl.DataFrame | None) -> pl.DataFrame:
    """One case for all open links that hang together, with the most urgent of their reasons."""
    pairs = links.filter(pl.col("decision").is_in(["review", "refused"])).select(
        "record_id_a",
        "record_id_b",
        pl.col("why").replace({"exclusive_values": "union_refused"}).fill_null("link_in_review").alias("reason"),
    )
    ids = pl.concat([pairs["record_id_a"], pairs["record_id_b"].alias("record_id_a")]).unique().sort()
    rows = pl.DataFrame({"record_id": ids})
    if members is None:
        rows = rows.with_columns(pl.col("record_id").alias("cluster"))
    else:
        rows = rows.join(members, on="record_id", how="left", maintain_order="left")
    rows = rows.with_columns(pl.col("cluster").rank("dense").cast(pl.Int64).alias("node"))
    if rows.is_empty():
        return pl.DataFrame(schema={"record_ids": pl.List(pl.String), "reason": pl.String})
    node = dict(rows.select("record_id", "node").iter_rows())
    a, b = (pairs[side].replace_strict(node, return_dtype=pl.Int64).to_numpy() for side in _SIDES)
    component = components(a, b, len(rows) + 1)
    held = rows.with_columns(pl.Series("component", component[rows["node"].to_numpy()], dtype=pl.Int64))
    if members is not None:
        # All rows of the entities in question, not only those that were compared.
        held = held.select("cluster", "component").unique().join(members, on="cluster")
    reasons = (
        pairs.with_columns(
            pl.Series("component", component[a], dtype=pl.Int64),
            pl.col("reason").replace_strict(_PRIORITY, return_dtype=pl.Int64).alias("urgency"),
        )
        .sort("urgency")
        .group_by("component", maintain_order=True)
        .agg(pl.col("reason").first())
    )
    return (
        held.group_by("component")
        .agg(pl.col("record_id").sort().alias("record_ids"))
        .join(reasons, on="component")
        .select("record_ids", "reason")
    )


def _by_group(
    records: pl.DataFrame, status: str, keys: list[str], reason: str, members: pl.DataFrame | None
) -> pl.DataFrame:
    """One case for the rows of a status that agree in the keys; with `members` only where they are several entities."""
    rows = records.filter(number_status=status).drop_nulls(keys).select("record_id", *keys)
    if members is None:
        rows = rows.with_columns(pl.col("record_id").alias("cluster"))
    else:
        rows = rows.join(members, on="record_id")
    return (
        rows.group_by(keys)
        .agg(pl.col("record_id").sort().alias("record_ids"), pl.col("cluster").n_unique().alias("entities"))
        .filter(pl.col("entities") > 1)
        .select("record_ids", pl.lit(reason).alias("reason"))
    )
