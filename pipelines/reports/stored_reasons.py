"""The English of the reasons that a warehouse holds as Vietnamese sentences, of unplaced rows and of owners.

A sentence is translated whole, or phrase by phrase where it was put together from findings. What is not known here has
no English, and the page shows it as the Vietnamese that it is. Codes, whose words are in `labels`, do not belong here.
"""

import re
from typing import Final

from pipelines.reports.languages import Text

_SENTENCES: Final = (
    # pipelines.communes.placement
    Text(
        "Xã cũ bị chia, chưa có quy tắc nào cho dòng này.", "The old commune was divided, and no rule is for this row."
    ),
    Text(
        "Tên thôn viết như vậy có thể là nhiều thôn, mà quy tắc xếp các thôn đó khác nhau.",
        "So written, the hamlet may be one of several, which the rules place differently.",
    ),
    Text(
        "Xã cũ bị chia; dòng không ghi thôn, hộ cũng chưa có dòng nào ghi thôn mà đã xếp được.",
        "The old commune was divided; the row states no hamlet, nor has its household a placed row that does.",
    ),
    Text(
        "Dòng không ghi thôn, mà các dòng của hộ được xếp vào nhiều xã, phường mới.",
        "The row states no hamlet, and the rows of its household are placed in several new communes.",
    ),
    Text(
        "Xã cũ bị chia; dòng không ghi thôn, số tờ bản đồ cũng không đọc được.",
        "The old commune was divided; the row states no hamlet, and its sheet number cannot be read.",
    ),
    # pipelines.across.residences
    Text("Sổ ở đây ghi đã chuyển đi.", "The register here says moved away."),
    Text("Chỉ ở đây sổ không ghi đã chuyển đi.", "Only the register here does not say moved away."),
    Text(
        "Cập nhật mới nhất trong các nơi mà sổ không ghi đã chuyển đi.",
        "The newest update among the places whose register does not say moved away.",
    ),
    Text("Nơi khác có cập nhật mới hơn.", "Another place has a newer update."),
    Text(
        "Chưa rõ: các sổ không có ngày cập nhật, hoặc cùng một ngày, hoặc nơi nào cũng ghi đã chuyển đi.",
        "Not known: the registers have no date of update, or one and the same, or all say moved away.",
    ),
    # pipelines.parcels.owners
    Text("Tổ chức, không phải cá nhân.", "An organisation, not a person."),
    Text("Đất do Nhà nước quản lý, không phải của cá nhân.", "Land managed by the State, not by a person."),
    Text("Sổ không cho biết chủ là ai.", "The land book does not tell who the owner is."),
    Text(
        "Không có công dân nào mang số giấy tờ này, hoặc hợp về tên và năm sinh.",
        "Nobody has this identity number, or fits in name and birth year.",
    ),
    Text(
        "Sổ không ghi số giấy tờ; không có công dân nào đủ phù hợp.",
        "The land book states no identity number; nobody fits well enough.",
    ),
    Text(
        "Hai chủ của thửa này cùng hợp với một công dân; cần xem giấy tờ.",
        "Two owners of this parcel fit the same person; papers are needed.",
    ),
    Text(
        "Nhiều công dân cùng mang số giấy tờ này; cần xem giấy tờ.",
        "Several people have this identity number; papers are needed.",
    ),
    Text(
        "Đất của những người thừa kế; người để lại là công dân này; cần giấy tờ thừa kế.",
        "Land of heirs; this person left it; papers of the inheritance are needed.",
    ),
)
_SEVERAL: Final = re.compile(r"Có (\d+) công dân phù hợp gần như nhau; cần xem giấy tờ\.")
_PHRASES: Final = {
    "cùng số giấy tờ": "same identity number",
    "cùng số giấy tờ ghi ở thửa khác của chủ này": "same identity number as on another parcel of this owner",
    "số giấy tờ lệch một ký tự": "identity number differs by one character",
    "số định danh khác": "other personal number",
    "số CMND khác": "other old ID number (CMND)",
    "cùng họ tên": "same name",
    "cùng họ tên nếu bỏ dấu": "same name without accents",
    "họ tên chỉ khác dấu": "only the accents of the name differ",
    "họ tên viết tắt": "name abbreviated",
    "họ tên thiếu chữ đệm": "a middle name left out",
    "họ tên lệch một chữ cái": "name differs by one letter",
    "chữ đệm khác": "other middle name",
    "tên khác": "other given name",
    "cùng năm sinh": "same birth year",
    "năm sinh lệch một năm": "birth year off by one",
    "năm sinh lệch mười năm": "birth year off by ten",
    "năm sinh khác": "other birth year",
    "giới tính khác": "other sex",
    "cùng địa chỉ": "same address",
    "cùng thôn": "same hamlet",
    "cùng xã cũ": "same old commune",
    "khác xã cũ": "other old commune",
    "đồng chủ là vợ hoặc chồng": "co-owner is the spouse",
    "đồng chủ ở cùng hộ": "co-owner is of the household",
    "nhưng số giấy tờ là của công dân khác": "but the identity number is another person's",
    "người này đã chết": "this person is dead",
    "cần xem giấy tờ": "papers are needed",
}
"""Findings about an owner, between commas and semicolons."""


def in_both(sentence: str | None) -> Text | None:
    """The sentence with its English, when that is known."""
    if not sentence:
        return None
    if found := _SEVERAL.fullmatch(sentence):
        return Text(sentence, f"{found[1]} people fit almost equally well; papers are needed.")
    if known := next((text for text in _SENTENCES if text == sentence), None):
        return known
    english = _from_phrases(sentence)
    return Text(sentence, english) if english else None


def _from_phrases(sentence: str) -> str | None:
    """The English of findings that stand in one sentence; None when one of them is not known."""
    parts = re.split(r"([,;] )", sentence.removesuffix("."))
    parts[0] = parts[0][:1].lower() + parts[0][1:]
    told = [_PHRASES.get(part) if at % 2 == 0 else part for at, part in enumerate(parts)]
    if None in told:
        return None
    english = "".join(part for part in told if part)
    return english[:1].upper() + english[1:] + "."
