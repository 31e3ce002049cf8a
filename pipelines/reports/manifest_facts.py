"""What the page of the manifest states: its entries in the groups in which an auditor compares them.

Every entry of the manifest stands in one group, so that nothing is left out, but the models themselves, which have
their hash; what the entries prove is said elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

from pipelines.reports.asking import listed
from pipelines.reports.languages import Text
from pipelines.warehouse.manifest import INPUT, LOGICAL_HASH, PACKAGES, REFERENCE, ROWS, TABLE_HASH
from pipelines.warehouse.schema import MANIFEST, TABLES

_WHOLE: Final = {
    "inputs_sha256": Text("mọi tệp đầu vào", "all input files"),
    "references_sha256": Text("mọi danh mục tham chiếu", "all reference data"),
    "settings_sha256": Text("mọi thiết lập", "all settings"),
    "decisions_sha256": Text("quyết định của cán bộ đang có hiệu lực", "officers' decisions in force"),
    "model_sha256.citizens": Text("mô hình đối sánh công dân", "linkage model of people"),
    "model_sha256.parcels": Text("mô hình đối sánh thửa đất", "linkage model of parcels"),
    "rules_sha256": Text("các quy tắc kiểm tra", "the rules"),
    "code_sha256": Text("mã nguồn chương trình", "the program's source"),
    "requirements_sha256": Text("các thư viện đã cài", "the packages installed"),
    "logical_hash": Text("nội dung công bố (mã băm nội dung)", "published content (logical hash)"),
    "manifest_sha256": Text("bản kê khai này", "this manifest"),
}


_MEASURES: Final = ("reliability.", "candidates.", "near_miss_strata.", "calibration.", "alarm.", "thresholds.")
_FIGURES: Final = ("model.", *_MEASURES)


@dataclass(frozen=True)
class TableEntry:
    """What the manifest says of one table; what it does not say is empty."""

    name: str
    rows: str
    logical_hash: str
    content_hash: str


@dataclass(frozen=True)
class ManifestFacts:
    """The manifest in groups. `hashes`: the one over each kind of thing, with what it is. `tables`: every table.
    `inputs`, `references`, `packages`: names with hash or version. `figures`: what was counted and estimated, whose
    digits are no numbers of people. `others`: all other entries by key."""

    hashes: list[tuple[Text, str]]
    tables: list[TableEntry]
    inputs: list[tuple[str, str]]
    references: list[tuple[str, str]]
    packages: list[str]
    others: list[tuple[str, str]]
    figures: list[tuple[str, Markup]]


def manifest_facts(manifest: Mapping[str, str]) -> ManifestFacts:
    """The entries of a manifest, each in its group."""
    told = set(_WHOLE) | {PACKAGES}
    told |= {key for key in manifest if key.startswith((INPUT, REFERENCE, ROWS, TABLE_HASH, f"{LOGICAL_HASH}."))}
    return ManifestFacts(
        hashes=[(words, manifest[key]) for key, words in _WHOLE.items() if key in manifest],
        tables=[
            TableEntry(
                table.name,
                *(manifest.get(f"{begin}{table.name}", "") for begin in (ROWS, f"{LOGICAL_HASH}.", TABLE_HASH)),
            )
            for table in TABLES
            if table is not MANIFEST
        ],
        inputs=_named(manifest, INPUT),
        references=_named(manifest, REFERENCE),
        packages=[str(package) for package in listed(manifest.get(PACKAGES))],
        others=sorted(
            (key, value) for key, value in manifest.items() if key not in told and not key.startswith(_FIGURES)
        ),
        figures=sorted((key, escape(manifest[key])) for key in manifest if key.startswith(_MEASURES)),
    )


def _named(manifest: Mapping[str, str], begin: str) -> list[tuple[str, str]]:
    return sorted((key.removeprefix(begin), value) for key, value in manifest.items() if key.startswith(begin))
