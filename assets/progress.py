"""Progress in plain words: what the assets say, and nothing of Dagster's own events."""

import logging
import sys

import dagster as dg

from pipelines.progress import Tell, paced
from pipelines.reports.privacy import mask_names_of_files


def progress_of(context: dg.AssetExecutionContext) -> Tell:
    """Takes what a long step says of how far it is into the run's log, a sentence a second at most."""
    return paced(lambda sentence: context.log.info(mask_names_of_files(sentence)))


class _PlainWords(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        meta = getattr(record, "dagster_meta", {})
        return f"  {meta.get('orig_message', record.getMessage())}"


def _said_by_an_asset(record: logging.LogRecord) -> bool:
    """Assets inform and warn; errors are Dagster's, in English, and the command tells of failures itself."""
    meta = getattr(record, "dagster_meta", {})
    said_in_a_step = bool(meta.get("step_key")) and not meta.get("dagster_event")
    return said_in_a_step and record.levelno < logging.ERROR


def _plain_logger(context: dg.InitLoggerContext) -> logging.Logger:
    """Writes what assets log, one sentence a line, to standard error."""
    logger = logging.Logger("hopnhat", level=context.logger_config["level"])
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_PlainWords())
    handler.addFilter(_said_by_an_asset)
    logger.addHandler(handler)
    return logger


progress_logger = dg.LoggerDefinition(
    _plain_logger,
    config_schema={
        "level": dg.Field(str, default_value="INFO", description="INFO, hoặc chỉ WARNING / or warnings alone")
    },
    description="Tiến độ bằng lời / progress in plain words",
)
