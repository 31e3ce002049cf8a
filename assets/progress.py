"""Progress in plain words: what the assets say, and nothing of Dagster's own events."""

import logging
import sys

import dagster as dg


class _PlainWords(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        meta = getattr(record, "dagster_meta", {})
        return f"  {meta.get('orig_message', record.getMessage())}"


def _said_by_an_asset(record: logging.LogRecord) -> bool:
    meta = getattr(record, "dagster_meta", {})
    return bool(meta.get("step_key")) and not meta.get("dagster_event")


@dg.logger(description="Tiến độ bằng lời / progress in plain words")
def progress_logger(_: dg.InitLoggerContext) -> logging.Logger:
    """Writes what assets log, one sentence a line, to standard error."""
    logger = logging.Logger("hopnhat", level=logging.INFO)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_PlainWords())
    handler.addFilter(_said_by_an_asset)
    logger.addHandler(handler)
    return logger
