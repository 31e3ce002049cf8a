"""Exports of the old communes → numbered rows, or quarantine with a reason."""

from pipelines.ingest.exports import Exports, read_exports

__all__ = ["Exports", "read_exports"]
