"""The page of a receipt: what arrived, what was judged of each file and why, and which new communes will be run.

It is made from the receipt alone, can be printed as it is, and never changes. Judging does not belong here.
"""

from pathlib import Path
from typing import Final

from pipelines.arrival.receipts import Receipt, pages_dir
from pipelines.communes import MergerMap
from pipelines.reports import labels
from pipelines.reports.languages import LANGUAGES, Language, Text
from pipelines.reports.rendering import environment, policy
from pipelines.warehouse.placing import place_text

OUTCOMES: Final = {
    "accepted": ("yes", "✓", Text("đã nhận", "taken")),
    "corrected": ("yes", "✓", Text("đã nhận, thay bản cũ", "taken, replaces the earlier one")),
    "answered": ("yes", "✓", Text("đã nhận câu trả lời", "answers taken")),
    "duplicate": ("maybe", "=", Text("trùng, để riêng", "duplicate, put aside")),
    "refused": ("no", "✗", Text("không nhận", "refused")),
}
"""By outcome: its colour, its sign and its words."""
_TITLE: Final = Text("Biên nhận tệp", "Receipt")
_COUNTED: Final = (
    (("accepted", "corrected"), Text("Nhận {} tệp", "{} taken")),
    (("answered",), Text("nhận câu trả lời của {} sổ", "answers of {} workbooks taken")),
    (("duplicate",), Text("{} tệp trùng", "{} duplicate")),
    (("refused",), Text("{} tệp không nhận", "{} refused")),
)

_KEPT_APART: Final = Text("{} bản ghi phải giữ riêng", "{} records kept apart")


def write_receipt_pages(reports: Path, receipt: Receipt) -> None:
    """Write `receipts/<id>.html` and `receipts/<id>.en.html` in the folder of all reports."""
    pages_dir(reports).mkdir(parents=True, exist_ok=True, mode=0o700)
    for language in LANGUAGES:
        place_text(pages_dir(reports) / language.file(receipt.id), _render(receipt, language))


def summed_up(receipt: Receipt) -> Text:
    """How many files were judged how: "Nhận 3 tệp, 1 tệp không nhận, 2 bản ghi phải giữ riêng."."""
    told = [(text, count) for outcomes, text in _COUNTED if (count := receipt.count(*outcomes))]
    told += [(_KEPT_APART, receipt.quarantined)] if receipt.quarantined else []
    vi, en = ", ".join(text.format(count) for text, count in told), ", ".join(text.en.format(n) for text, n in told)
    return Text(f"{vi[0].upper()}{vi[1:]}.", f"{en[0].upper()}{en[1:]}.")


def _render(receipt: Receipt, language: Language) -> str:
    pairs = MergerMap.shipped().pairs
    other = next(one for one in LANGUAGES if one is not language)
    return (
        environment(language)
        .get_template("receipt.html")
        .render(
            title=_TITLE,
            receipt=receipt,
            files=sorted(receipt.files, key=lambda file: (file.outcome != "refused", file.name)),
            summary=summed_up(receipt),
            outcomes=OUTCOMES,
            old_names=dict(pairs.select("old_code", "old_name").unique().iter_rows()),
            new_names=dict(MergerMap.shipped().new_communes()),
            labels=labels,
            other=other,
            other_file=other.file(receipt.id),
            index_file="../" + language.file("index"),
            policy=policy(),
        )
    )
