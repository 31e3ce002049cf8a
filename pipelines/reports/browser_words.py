"""The words of the browser of merges and pairs (`templates/browser.js`), in one language, as JSON.

The script writes no word of its own. The words of its form stand in `templates/browser.html`.
"""

import json
from collections.abc import Mapping
from typing import Final, Literal

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from pipelines.reports import labels
from pipelines.reports.belief import ONE_AND_TWO, limits_of
from pipelines.reports.evidence_words import FIELDS, LEVELS
from pipelines.reports.facts import Facts
from pipelines.reports.languages import Language, Text
from pipelines.reports.linkage_facts import ID_LETTERS
from pipelines.reports.privacy import mask_numbers
from pipelines.reports.shown_fields import FIELDS as SHOWN_FIELDS

Kind = Literal["merges", "pairs"]

_SAYINGS: Final[dict[str, Text | dict[Kind, Text]]] = {
    "count": {
        "merges": Text("{0} trên {1} thực thể đã gộp khớp với bộ lọc.", "{0} of {1} merged entities match."),
        "pairs": Text("{0} trên {1} cặp khớp với bộ lọc.", "{0} of {1} pairs match."),
    },
    "none": {
        "merges": Text(
            "Không có thực thể nào: dòng đang tìm không được gộp với dòng nào (xem thêm trang «Bị ngăn, chờ quyết "
            "định»), hoặc vị trí ghi chưa đúng dòng bắt đầu của bản ghi.",
            "None: the row was merged with no other (see also the page on refusals and cases), or the line is not the "
            "one where the record starts.",
        ),
        "pairs": Text("Không có cặp nào.", "None."),
    },
    "shown": Text("Đang hiện {0} đến {1}.", "Showing {0} to {1}."),
    "page": Text("Trang {0} trên {1}", "Page {0} of {1}"),
    "at_least": Text("từ {0} dòng trở lên", "{0} rows or more"),
    "any_against": Text("nghiêng về là {0}, mọi mức", "speaks for {0}, any level"),
    "above": Text("trên {0}", "above {0}"),
    "below": Text("dưới {0}", "below {0}"),
    "parcel": Text("Tờ {0}, thửa {1}", "Sheet {0}, parcel {1}"),
    "place": Text("{0}, dòng {1}", "{0}, line {1}"),
    "no_source": Text("không tìm thấy dòng nguồn", "source row not found"),
    "kept": Text("giữ", "kept"),
    "merged": Text("gộp", "merged"),
    "row": Text("Dòng {0}", "Row {0}"),
    "field": Text("Trường", "Field"),
    "entity": Text("Thuộc về", "Belongs to"),
    "commune": Text("Xã cũ", "Old commune"),
    "file": Text("Tệp, dòng", "File, line"),
    "record": Text("Mã bản ghi", "Record id"),
    "blank": Text("(trống)", "(blank)"),
    "differs": Text("ghi khác", "differs"),
    "side_by_side": Text(
        "Các dòng nguồn đặt cạnh nhau, ghi đúng như trong tệp", "The source rows as their files have them"
    ),
    "rows_of_link": Text("Dòng {0} và dòng {1}", "Rows {0} and {1}"),
    "bits": Text("trọng số {0} bit", "weight {0} bits"),
    "chance": Text("xác suất là {0} {1}", "probability of {0} {1}"),
    "on_path": Text("liên kết giữ thực thể", "holds the entity together"),
    "beside_path": Text("liên kết khác trong thực thể", "another link within the entity"),
    "weakest_link": Text("Liên kết yếu nhất là {0}: {1} bit.", "The weakest link is {0}: {1} bits."),
    "only_link": Text("Liên kết của {0}: {1} bit.", "The link of {0}: {1} bits."),
    "for_one": Text("Chứng cứ mạnh nhất nghiêng về là {0}: {1}.", "Strongest evidence for {0}: {1}."),
    "nothing_for_one": Text("Không có chứng cứ nào nghiêng về là {0}.", "No evidence speaks for {0}."),
    "for_two": Text("Chứng cứ mạnh nhất nghiêng về là {0}: {1}.", "Strongest evidence for {0}: {1}."),
    "nothing_for_two": Text("Không có chứng cứ nào nghiêng về là {0}.", "No evidence speaks for {0}."),
    "told": Text("{0} ({1} bit)", "{0} ({1} bits)"),
    "no_link": Text(
        "Kho dữ liệu không ghi liên kết nào giữa các dòng này.", "The warehouse has no link between these rows."
    ),
    "no_evidence": Text("Không ghi chứng cứ.", "No evidence recorded."),
    "unexplained": Text("Phần không ghi chứng cứ", "Not explained by evidence"),
    "figures": Text("Số liệu của hình", "The picture's figures"),
    "evidence": Text("Chứng cứ", "Evidence"),
    "comparison": Text("So sánh", "Comparison"),
    "bit": Text("Bit", "Bits"),
    "running_sum": Text("Cộng dồn", "Running sum"),
    "picture": Text("Chứng cứ cộng lại thành trọng số", "How the evidence adds up to the weight"),
    "sum": Text("cộng {0} bit, {1}", "in all {0} bits, {1}"),
    "running": Text("cộng dồn (bit)", "running sum (bits)"),
    "weight_of_pair": Text("Trọng số của cặp: {0}", "Weight of the pair: {0}"),
}


def browser_words(facts: Facts, language: Language, kind: Kind) -> Markup:
    """Every word that the browser of this kind needs, safe inside a script element."""
    commune = facts.commune
    codes = {str(one.get("code")) for one in commune.old} | {str(one["old_commune_code"]) for one in facts.files}
    words = {
        "kind": kind,
        "id_letters": ID_LETTERS,
        "thousands": language.thousands,
        "point": language.point,
        "say": {key: language.of(said[kind] if isinstance(said, dict) else said) for key, said in _SAYINGS.items()},
        "datasets": _in(language, labels.DATASETS),
        "decisions": _in(language, labels.DECISIONS),
        "cases": _in(language, labels.CASE_REASONS),
        "fields": _in(language, FIELDS),
        "levels": _in(language, LEVELS),
        "communes": {code: mask_numbers(commune.old_name(code, language)) for code in sorted({*codes, ""})},
        "columns": {
            dataset: {field.name: language.of(field.label) for field in fields}
            for dataset, fields in SHOWN_FIELDS.items()
        },
        "same": {dataset: language.of(one) for dataset, (one, _) in ONE_AND_TWO.items()},
        "two": {dataset: language.of(two) for dataset, (_, two) in ONE_AND_TWO.items()},
        "limits": {
            dataset: [(language.of(label), value) for label, value in limits_of(found)]
            for dataset, found in facts.linkage.items()
        },
    }
    return htmlsafe_json_dumps(words, dumps=_compact)


def _in(language: Language, dictionary: Mapping[str, str]) -> dict[str, str]:
    return {code: language.of(text) for code, text in dictionary.items()}


def _compact(data: object, **_: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
