"""Owners of land that are no people: organisations, and the committee of the commune."""

from collections.abc import Mapping, Sequence

import numpy as np

from .draws import Array, Rng, chosen
from .settings import OldCommune

_COMPANIES = ("Minh Phát", "Hoàng Long", "Thành Đạt", "An Bình", "Tân Tiến", "Việt Hưng", "Đại Phú", "Phúc Lộc")
_CULTURE = ("Đông", "Đoài", "Thượng", "Hạ", "Trung")
_ORGANISATIONS = (
    "Công ty TNHH <company>", "Công ty TNHH thương mại và dịch vụ <company>", "Công ty cổ phần xây dựng <company>",
    "HTX nông nghiệp <commune>", "Hợp tác xã dịch vụ nông nghiệp <commune>", "Trường tiểu học <commune>",
    "Trường mầm non <commune>", "Trường THCS <commune>", "Trạm y tế xã <commune>", "Nhà văn hóa thôn <hamlet>",
    "Chùa Linh Quang", "Chùa Phúc Lâm", "Chùa Long Ân", "Đền Thượng", "Đình làng", "Giáo xứ Nam Dư",
)  # fmt: skip
_COMMITTEES = {"UBND <commune>": 60, "UBND <commune> quản lý": 20, "Ủy ban nhân dân <commune>": 15,
               "Đất công ích UBND <commune>": 5}  # fmt: skip


def organisations(rng: Rng, place: Array, communes: Sequence[OldCommune]) -> Array:
    """A company, cooperative, school, pagoda or the like of each place (a position among the communes)."""
    count = len(place)
    words = {
        "<company>": chosen(rng, _COMPANIES, count),
        "<commune>": np.array([old.name for old in communes])[place],
        "<hamlet>": chosen(rng, _CULTURE, count),
    }
    return _worded(chosen(rng, _ORGANISATIONS, count), words)


def committees(rng: Rng, place: Array, communes: Sequence[OldCommune]) -> Array:
    """The people's committee, in the words of different books."""
    names = np.array([f"{old.kind} {old.name}" for old in communes])[place]
    return _worded(chosen(rng, _COMMITTEES, len(place)), {"<commune>": names})


def _worded(forms: Array, words: Mapping[str, Array]) -> Array:
    for sign, word in words.items() if len(forms) else ():  # numpy replaces nothing in no texts
        forms = np.char.replace(forms, sign, word)
    return forms
