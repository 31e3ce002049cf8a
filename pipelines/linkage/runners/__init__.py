"""Where pairs are scored: on this machine's cores, or on a Spark cluster. The same kernel, the same integers.

What a pair weighs does not belong here (`kernel`), nor which pairs there are (`candidates`).
"""

from typing import Literal, Protocol

import polars as pl

from pipelines.linkage.model import LinkageModel
from pipelines.linkage.runners.local import run_locally
from pipelines.linkage.spec import LinkageSpec
from pipelines.progress import Tell, silent


class Runner(Protocol):
    """Scores pairs of records by the kernel."""

    def __call__(
        self,
        records: pl.DataFrame,
        pairs: pl.DataFrame,
        spec: LinkageSpec,
        model: LinkageModel | None = None,
        tell: Tell = silent,
    ) -> pl.DataFrame:
        """The levels of pairs (`a`, `b`: positions in the records), in their order, one column a comparison; with a
        model `weight` and `alternative` too."""


Engine = Literal["local", "spark"]


def runner_of(engine: Engine) -> Runner:
    """The runner of an engine. Raises UnusableInput when what Spark needs is not installed."""
    if engine == "local":
        return run_locally
    from pipelines.linkage.runners.spark import spark_runner  # noqa: PLC0415 - only when asked for

    return spark_runner()
