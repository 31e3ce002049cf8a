"""Failures in plain words: one sentence for the officer, and never a value of a row.

Polars and DuckDB put row values into their messages, and Dagster keeps what a step raises in its database. So every
asset's function is wrapped: what is unusable keeps its sentence, anything else is told by its kind and place alone.
"""

import functools
import traceback
from collections.abc import Callable
from typing import ParamSpec, TypeVar

import dagster as dg

from pipelines.problems import UnusableInput

P = ParamSpec("P")
R = TypeVar("R")

EXIT_STATUS = "exit_status"


def in_plain_words(function: Callable[P, R]) -> Callable[P, R]:
    """Wrap an asset's function so that it fails with a `dg.Failure` that carries one clear sentence."""

    @functools.wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except UnusableInput as problem:
            sentence, status = str(problem), 2
        except dg.Failure:
            raise
        except Exception as problem:
            frame = traceback.extract_tb(problem.__traceback__)[-1]
            place = f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}"
            sentence, status = (
                f"Bước «{function.__name__}» gặp lỗi ngoài dự kiến ({type(problem).__name__}, {place}); "
                "dữ liệu đã công bố không thay đổi, hãy báo cho người phụ trách kỹ thuật. "
                "(Unexpected failure; nothing published has changed.)",
                3,
            )
        raise dg.Failure(sentence, metadata={EXIT_STATUS: status}, allow_retries=False) from None

    return wrapped
