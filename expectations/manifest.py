"""Manifest: what the run was made from is told in full, so that it can be made again and compared.

The hashes over the published content are added on publication, and are `verify`'s to check.
"""

from typing import Final

from expectations.rule import ROWS, Rule
from pipelines.warehouse.quoting import fill, joined, number, text

_SOURCE: Final = "Data contract: manifest"

KEYS: Final = (
    *("commune_code", "commune_name", "mode", "run_id", "code_version", "old_communes", "decisions_sha256"),
    *("version.dagster", "version.duckdb", "version.great-expectations", "version.polars"),
    *("settings.publication", "reference_sha256.merger_map"),
    *(
        f"{key}.{dataset}"
        for key in ("settings", "model", "model_name", "thresholds")
        for dataset in ("citizens", "parcels")
    ),
)
"""Without these nobody can tell what was run, on what and how."""


def _gate(name: str, table: str, vi: str, en: str, expectation: str, checked: str = ROWS) -> Rule:
    return Rule(f"manifest.{name}", "manifest", "gate", vi, en, _SOURCE, table, expectation, checked)


RULES: Final[tuple[Rule, ...]] = (
    _gate(
        "keys",
        "manifest",
        "Bản kê khai ghi đủ xã, chế độ, lần chạy, phiên bản phần mềm, thiết lập, mô hình, mã băm của dữ liệu tham "
        "chiếu và của các quyết định.",
        "The manifest tells commune, mode, run, versions, settings, models and the hashes of reference data and "
        "decisions.",
        fill(
            """
            SELECT 1 FROM (VALUES {keys}) AS needed (key)
            ANTI JOIN (SELECT key FROM {batch} WHERE value <> '') AS told USING (key)""",
            keys=joined(", ", (fill("({key})", key=text(key)) for key in KEYS)),
        ),
        fill("SELECT {keys}", keys=number(len(KEYS))),
    ),
    _gate(
        "once",
        "manifest",
        "Mỗi mục của bản kê khai có tên và chỉ ghi một lần.",
        "Every entry of the manifest has a key and stands once.",
        "SELECT 1 FROM {batch} GROUP BY key HAVING key IS NULL OR count(*) > 1",
    ),
    _gate(
        "mode",
        "manifest",
        "Chế độ chạy là trial (chạy thử) hoặc official (chính thức).",
        "The mode of the run is trial or official.",
        "SELECT 1 FROM {batch} WHERE key = 'mode' AND NOT coalesce(value IN ('trial', 'official'), false)",
        "SELECT count(*) FROM {batch} WHERE key = 'mode'",
    ),
    _gate(
        "input_hashes",
        "row_balance",
        "Mã băm của mỗi tệp nguồn trong bản kê khai đúng như trong bảng cân đối.",
        "The manifest has the hash of every source file as the balance does.",
        """
        SELECT 1 FROM {batch} AS file LEFT JOIN manifest ON manifest.key = 'input_sha256.' || file.source_file
        WHERE manifest.value IS DISTINCT FROM file.sha256""",
    ),
)
