"""Exports of the old communes → numbered rows, or quarantine with a reason."""

from pipelines.ingest.exports import Checked, Exports, check_file, read_exports

__all__ = ["Checked", "Exports", "check_file", "read_exports"]
