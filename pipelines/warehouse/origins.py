"""What a warehouse was made from, and how that of two differs, in words.

Inputs, reference data, settings, models, decisions, rules, code and packages, all by their hash in the manifest. What
does not belong here: what differs in the tables (`comparison`).
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, NamedTuple

from pipelines.warehouse import manifest as entries


class Fates(NamedTuple):
    """How a sentence tells what became of something: it differs, or only one of the two sides has it."""

    differs: str
    only_first: str
    only_second: str


THEN_AND_NOW: Final = Fates("đã thay đổi", "không còn", "mới thêm")
TWO_FILES: Final = Fates("khác nhau", "chỉ có ở tệp thứ nhất", "chỉ có ở tệp thứ hai")

_REFERENCES: Final = {
    "merger_map": "bảng sáp nhập xã",
    "known_headers": "bảng tên cột đi kèm chương trình",
    "header_aliases": "bảng tên cột của đơn vị (reference/header_aliases.csv)",
    "split_rules": "quy tắc chia xã cũ của đơn vị (reference/split_rules.csv)",
    "land_uses": "danh mục loại đất đi kèm chương trình",
    "land_use_codes": "mã loại đất của đơn vị (reference/land_use_codes.csv)",
    "sheet_map": "số tờ do đơn vị ghi (reference/sheet_map.csv)",
    "publication_limits": "giới hạn công bố của đơn vị (reference/publication_limits.csv)",
}
_NAMED: Final = {
    f"{entries.SETTINGS}citizens": "thiết lập đối sánh công dân",
    f"{entries.SETTINGS}parcels": "thiết lập đối sánh thửa đất",
    f"{entries.SETTINGS}publication": "giới hạn công bố",
    f"{entries.MODEL}citizens": "mô hình đối sánh công dân",
    f"{entries.MODEL}parcels": "mô hình đối sánh thửa đất",
    entries.DECISIONS: "quyết định của cán bộ",
    entries.RULES: "bộ quy tắc kiểm tra",
    entries.CODE: "mã nguồn của chương trình",
}
_PACKAGE: Final = "package."


def differences(one: Mapping[str, str], other: Mapping[str, str], fates: Fates) -> list[str]:
    """What two manifests were made from differently: clauses such as `tệp «10231/cong_dan.csv» đã thay đổi`."""
    one, other = _with_packages(one), _with_packages(other)
    keys = sorted(one.keys() | other.keys())
    return [
        f"{what} {_fate(key, one, other, fates)}"
        for key in keys
        if one.get(key) != other.get(key) and (what := _what(key))
    ]


def by_document(manifest: Mapping[str, str], documents: Mapping[str, str]) -> dict[str, str]:
    """The inputs of a manifest under the names of the files in `documents` of which its tables were read.

    A sheet's name stands behind that of its workbook, in brackets.
    """
    inputs = {key: value for key, value in manifest.items() if key.startswith(entries.INPUT)}
    return {
        key if key in documents or not key.endswith("]") else key.rpartition(" [")[0]: value
        for key, value in inputs.items()
    }


def on_one_line(name: str) -> str:
    """A name that a file brings along, on one line, whatever was put into it."""
    return "".join(c if c.isprintable() else "?" for c in name)


def _with_packages(manifest: Mapping[str, str]) -> dict[str, str]:
    """The manifest with an entry for each package: its version."""
    installed: list[str] = []
    with suppress(ValueError):
        installed = [str(package) for package in json.loads(manifest.get(entries.PACKAGES, "[]"))]
    versions = (package.partition("==") for package in installed)
    return {**manifest, **{f"{_PACKAGE}{name}": version for name, _, version in versions}}


def _what(key: str) -> str:
    """What an entry is the hash of; empty when a warehouse is not made from it."""
    if key.startswith(entries.INPUT):
        return f"tệp «{on_one_line(key.removeprefix(entries.INPUT))}»"
    if key.startswith(entries.REFERENCE):
        name = key.removeprefix(entries.REFERENCE)
        return _REFERENCES.get(name, f"bảng tham chiếu «{on_one_line(name)}»")
    if key.startswith(_PACKAGE):
        return f"gói «{on_one_line(key.removeprefix(_PACKAGE))}»"
    if key.startswith(entries.SETTINGS):
        return _NAMED.get(key, f"thiết lập «{on_one_line(key.removeprefix(entries.SETTINGS))}»")
    return _NAMED.get(key, "")


def _fate(key: str, one: Mapping[str, str], other: Mapping[str, str], fates: Fates) -> str:
    """Everything but a file or a package is always there, be it empty."""
    if not key.startswith((entries.INPUT, _PACKAGE)) or (key in one and key in other):
        return fates.differs
    return fates.only_first if key in one else fates.only_second
