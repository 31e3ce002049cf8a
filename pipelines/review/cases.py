"""Cases for a person: rows that may be one entity, unions refused, numbers that cannot be trusted, corrected rows.

What hangs together is one case: a person decides about all rows that may be somebody, not about pairs.
"""

from collections.abc import Sequence

import polars as pl

from pipelines.identity.record_ids import content_hash
from pipelines.linkage.components import components
from pipelines.review.queue import in_order
from pipelines.review.rulings import Rulings
from pipelines.warehouse.schema import REVIEW_QUEUE

_ENTITY = {"citizens": "một người", "parcels": "một thửa đất"}
_NUMBERS = {"citizens": "hai số định danh khác nhau", "parcels": "hai số thửa của cùng một sổ"}
# In the order of urgency; a case with several reasons has the first of them.
_QUESTIONS = {
    "decisions_contradict": "Quyết định nào đúng? Đã quyết định các dòng này là {entity}, nhưng chúng mang {numbers}, "
    "hoặc một quyết định khác nói ngược lại.",
    "number_shared": "Số định danh này là của ai? Nhiều người khác nhau đang mang cùng một số.",
    "union_refused": "Các dòng này có phải cùng {entity} không? Chúng giống nhau nhưng mang {numbers}.",
    "alive_after_death": "Các dòng này có phải cùng {entity} không? Một dòng còn sống sau ngày dòng kia ghi đã chết.",
    "other_sex": "Các dòng này có phải cùng {entity} không? Giới tính ghi trên dòng hoặc theo số định danh không khớp.",
    "other_name_and_birth": "Các dòng này có phải cùng {entity} không? Tên gần nhau, ngày sinh khác, như anh chị em.",
    "other_birth": "Các dòng này có phải cùng {entity} không? Chúng giống nhau nhưng ngày sinh khác hẳn nhau.",
    "other_map": "Các dòng này có phải cùng {entity} không? Chúng ở hai bản đồ mà giấy chứng nhận hoặc diện tích khác.",
    "same_commune": "Các dòng này có phải cùng {entity} không? Có hai {entity} đã để riêng ở một xã, phường.",
    "looks_like_two": "Các dòng này có phải cùng {entity} không? Có hai dòng trong số đó khác hẳn nhau.",
    "oversized_cluster": "Các dòng này có phải cùng {entity} không? Chúng nhiều hơn mức thường gặp.",
    "ambiguous_attachment": "Dòng ở giữa thuộc về bên nào? Nó hợp gần như nhau với hai bên không thể cùng là {entity}.",
    "decision_row_changed": "Quyết định trước đây có còn đúng không? Một dòng đã được sửa sau khi quyết định.",
    "no_corroboration": "Các dòng này có phải cùng {entity} không? Rất giống nhau nhưng thiếu chứng cứ độc lập.",
    "link_in_review": "Các dòng này có phải cùng {entity} không?",
    "number_doubtful": "Số định danh nào đúng? Các số chỉ khác nhau một chữ số.",
    "unplaced_rows": "Các dòng này thuộc xã, phường mới nào? Số dòng chưa xếp được vượt giới hạn; mục «Dòng "
    "chưa xếp được» của báo cáo có quy tắc cần bổ sung vào split_rules.csv.",
    "quarantined_rows": "Sửa các dòng này thế nào để đọc được? Số dòng phải giữ riêng vượt giới hạn; báo cáo nói lý do "
    "từng dòng. Sửa tệp nguồn rồi chạy lại, hoặc nếu chấp nhận thiếu các dòng ấy, ghi giới hạn khác vào "
    "reference/publication_limits.csv.",
    "sheet_number_taken": "Tờ bản đồ này lấy số mới nào? Tờ của xã giữ trụ sở mà đến sau: số của nó đã cấp cho tờ "
    "khác, nên tạm lấy số tiếp theo. Nếu cần số khác, ghi vào reference/sheet_map.csv.",
    "sheets_not_numbered": "Các tờ bản đồ này lấy số mới nào? Chưa có sổ đất của xã giữ trụ sở nên chưa biết số tờ lớn "
    "nhất của xã ấy. Nộp sổ đó, hoặc ghi số vào reference/sheet_map.csv.",
}
_URGENCY = {reason: urgency for urgency, reason in enumerate(_QUESTIONS, start=1)}
_WHYS = {"exclusive_values": "union_refused", "decision_contradicted": "decisions_contradict"}
_SIDES = ("record_id_a", "record_id_b")
_EVEN = 0.5
"""How likely things are wrong of which nothing is known: as likely as not."""

_CASE = pl.Schema(
    [("record_ids", pl.List(pl.String)), ("reason", pl.String), ("wrong", pl.Float64), ("entities", pl.Int64)]
)
"""A case before it is put in order: `wrong`, how likely it is that what stands now is wrong; `entities` it is about."""


def review_cases(
    dataset: str,
    links: pl.DataFrame,
    records: pl.DataFrame | None = None,
    members: pl.DataFrame | None = None,
    ruled: Rulings | None = None,
) -> pl.DataFrame:
    """The contract's `review_queue`.

    `links`: `record_id_a`, `record_id_b`, `decision`, `probability`, `why`; those in review or refused make cases.
    `records`, for citizens: with their number status. `members`: `record_id`, `cluster`; rows that are one entity
    already hang together. `ruled`: what people decided; what they answered is no longer open.
    """
    cases = [_by_component(links, members)]
    if records is not None:
        cases += [
            _by_group(records, ["shared", "trusted"], ["number"], "number_shared", 1.0, members),
            _by_group(records, ["doubtful"], ["name_ascii", "birth_digits", "sex"], "number_doubtful", _EVEN, None),
        ]
    if ruled is not None:
        cases.append(_changed(ruled.changed))
    return _queue(dataset, pl.concat(cases), members, ruled)


def unplaced_case(dataset: str, records: pl.DataFrame, limit: float) -> pl.DataFrame:
    """The case of the rows that no rule places, when they are more than `limit` of those that belong here or nowhere.

    `records`: all loaded rows with their `placement`.
    """
    here = records.filter(pl.col("placement") != "elsewhere")
    rows = here.filter(placement="unplaced")["record_id"]
    return _beyond(dataset, "unplaced_rows", rows, limit * len(here))


def quarantined_case(dataset: str, files: pl.DataFrame, quarantine: pl.DataFrame, limit: float) -> pl.DataFrame:
    """The case of the records that could not be read, when they are more than `limit` of all records of the data set.

    `files`: the balance of reading, with `dataset` (null: unknown) and `records`. `quarantine`: the contract's. A file
    of which nobody knows what it holds may hold either, and counts for people and for land.
    """
    mine = pl.col("dataset").fill_null("unknown").is_in([dataset, "unknown"])
    rows = quarantine.filter(mine)["record_id"]
    return _beyond(dataset, "quarantined_rows", rows, limit * files.filter(mine).select(pl.col("records").sum()).item())


def _beyond(dataset: str, reason: str, rows: pl.Series, most: float) -> pl.DataFrame:
    """The one case of all these rows when they are more than `most`."""
    cases = _CASE.to_frame()
    if len(rows) > most:
        cases = pl.DataFrame([(rows.sort().to_list(), reason, 1.0, len(rows))], schema=_CASE, orient="row")
    return _queue(dataset, cases, None, None)


def sheet_cases(rows: pl.DataFrame) -> pl.DataFrame:
    """The cases of map sheets whose new number a person should look at.

    `rows`: `record_id` of parcel rows, `reason` (sheet_number_taken, sheets_not_numbered) and what parts the cases of
    one reason, `sheet`.
    """
    cases = (
        rows.group_by("reason", "sheet")
        .agg(pl.col("record_id").sort().alias("record_ids"))
        .with_columns(wrong=pl.lit(_EVEN), entities=pl.col("record_ids").list.len())
    )
    return _queue("parcels", cases.select(pl.col(name).cast(kind) for name, kind in _CASE.items()), None, None)


def _queue(dataset: str, cases: pl.DataFrame, members: pl.DataFrame | None, ruled: Rulings | None) -> pl.DataFrame:
    words = {"entity": _ENTITY[dataset], "numbers": _NUMBERS[dataset]}
    questions = {reason: text.format(**words) for reason, text in _QUESTIONS.items()}
    content = cases.select(pl.concat_str(pl.lit(dataset), "reason", pl.col("record_ids").list.join(" "), separator=" "))
    named = cases.with_columns(content_hash(content.to_series()).alias("case_id"))
    return REVIEW_QUEUE.conform(
        in_order(named, members, ruled).with_columns(
            pl.lit(dataset).alias("dataset"),
            pl.col("reason").replace_strict(questions, return_dtype=pl.String).alias("question"),
        )
    )


def _by_component(links: pl.DataFrame, members: pl.DataFrame | None) -> pl.DataFrame:
    """One case for all open links that hang together, with the most urgent of their reasons."""
    pairs = links.filter(pl.col("decision").is_in(["review", "refused"])).select(
        "record_id_a",
        "record_id_b",
        "probability",
        pl.col("why").replace(_WHYS).fill_null("link_in_review").alias("reason"),
    )
    ids = pl.concat([pairs["record_id_a"], pairs["record_id_b"].alias("record_id_a")]).unique().sort()
    rows = _with_clusters(pl.DataFrame({"record_id": ids}), members).with_columns(
        pl.col("cluster").rank("dense").cast(pl.Int64).alias("node")
    )
    if rows.is_empty():
        return _CASE.to_frame()
    node = dict(rows.select("record_id", "node").iter_rows())
    a, b = (pairs[side].replace_strict(node, return_dtype=pl.Int64).to_numpy() for side in _SIDES)
    component = components(a, b, len(rows) + 1)
    held = rows.with_columns(pl.Series("component", component[rows["node"].to_numpy()], dtype=pl.Int64))
    if members is not None:
        # All rows of the entities in question, not only those that were compared.
        held = held.select("cluster", "component").unique().join(members, on="cluster")
    doubts = (
        pairs.with_columns(
            pl.Series("component", component[a], dtype=pl.Int64),
            pl.col("reason").replace_strict(_URGENCY, return_dtype=pl.Int64).alias("urgency"),
        )
        .sort("urgency", *_SIDES)  # the same product of the same numbers in the same order
        .group_by("component", maintain_order=True)
        .agg(pl.col("reason").first(), (1 - (1 - pl.col("probability")).product()).alias("wrong"))
    )
    return (
        held.group_by("component")
        .agg(pl.col("record_id").sort().alias("record_ids"), pl.col("cluster").n_unique().alias("entities"))
        .join(doubts, on="component")
        .select(pl.col(name).cast(kind) for name, kind in _CASE.items())
    )


def _by_group(
    records: pl.DataFrame, statuses: list[str], keys: list[str], reason: str, wrong: float, members: pl.DataFrame | None
) -> pl.DataFrame:
    """One case for the rows of these statuses that agree in the keys; with `members` only where they are several
    entities."""
    of_status = records.filter(pl.col("number_status").is_in(statuses))
    rows = _with_clusters(of_status.drop_nulls(keys).select("record_id", *keys), members)
    return (
        rows.group_by(keys)
        .agg(pl.col("record_id").sort().alias("record_ids"), pl.col("cluster").n_unique().alias("entities"))
        .filter(pl.col("entities") > 1)
        .with_columns(pl.lit(reason).alias("reason"), pl.lit(wrong).alias("wrong"))
        .select(pl.col(name).cast(kind) for name, kind in _CASE.items())
    )


def _changed(decided: Sequence[frozenset[str]]) -> pl.DataFrame:
    """One case for the rows of each decision of which one was corrected since."""
    rows = sorted({tuple(sorted(rows)) for rows in decided})
    return pl.DataFrame([(list(ids), "decision_row_changed", _EVEN, 1) for ids in rows], schema=_CASE, orient="row")


def _with_clusters(rows: pl.DataFrame, members: pl.DataFrame | None) -> pl.DataFrame:
    if members is None:
        return rows.with_columns(pl.col("record_id").alias("cluster"))
    return rows.join(members, on="record_id", how="left", maintain_order="left")
