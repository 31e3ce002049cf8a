"""Pairs scored by Apache Spark: both sides' columns joined to each pair, and the kernel over them by `mapInArrow`.

Spark has its own settings (`spark-defaults.conf`, `SPARK_CONF_DIR`): on which cluster, with how much memory. Set here
is only what people's data ask for: nothing of them is spilled to a disk in the clear, shown in a page or told in an
error. Candidates, the model and clusters stay in this process.
"""

import atexit
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.linkage.kernel import compared_columns, score_pairs
from pipelines.linkage.model import LinkageModel
from pipelines.linkage.runners.buckets import PAIR_BUDGET, with_buckets
from pipelines.linkage.spec import LinkageSpec
from pipelines.problems import UnusableInput
from pipelines.progress import Tell, silent

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SETTINGS: dict[str, bool | float | int | str | None] = {
    "spark.ui.enabled": "false",  # its pages show pieces of the data, and have no login
    "spark.io.encryption.enabled": "true",  # what is shuffled or spilled lies on disks
    "spark.executorEnv.POLARS_MAX_THREADS": "1",  # Spark gives each task a core
    "spark.sql.execution.arrow.maxRecordsPerBatch": "50000",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.ui.showConsoleProgress": "false",
}
_TASKS_A_CORE = 4


def spark_runner() -> "SparkRunner":
    """The runner on the session of this process. Raises UnusableInput when pyspark or Java is missing."""
    if find_spec("pyspark") is None:
        raise UnusableInput(
            "Chưa cài pyspark cho «--engine spark»; hãy cài requirements-spark.lock, hoặc dùng «--engine local».",
            "pyspark is not installed.",
        )
    home = os.environ.get("JAVA_HOME")
    if not (shutil.which("java") or (home and (Path(home) / "bin" / "java").exists())):
        raise UnusableInput(
            "Không thấy Java 17 trở lên, mà Spark cần; hãy cài Java, hoặc dùng «--engine local».",
            "Spark needs Java 17 or later, which was not found.",
        )
    return SparkRunner()


@dataclass(frozen=True)
class SparkRunner:
    """Scores pairs on the Spark session of this process, which is started where there is none.

    `partitions`: tasks; four a core when none are given. `budget`: pairs that one bucket holds at most.
    """

    partitions: int | None = None
    budget: int = PAIR_BUDGET

    def __call__(
        self,
        records: pl.DataFrame,
        pairs: pl.DataFrame,
        spec: LinkageSpec,
        model: LinkageModel | None = None,
        tell: Tell = silent,
    ) -> pl.DataFrame:
        """Levels of the pairs, with a model their weights, in the order of the pairs."""
        from py4j.protocol import Py4JError  # noqa: PLC0415 - an optional library
        from pyspark.errors import PySparkException  # noqa: PLC0415

        tell(f"Đang tính điểm {pairs.height} cặp bằng Spark.")
        try:
            return self._scored(spark_session(), records, pairs, spec, model)
        except (PySparkException, Py4JError) as problem:
            # Its message may carry values of rows.
            raise UnusableInput(
                f"Spark không tính được điểm các cặp ({type(problem).__name__}): hãy xem thiết lập và tình trạng của "
                "cụm Spark, hoặc chạy lại với «--engine local».",
                "Spark could not score the pairs.",
            ) from None

    def _scored(
        self,
        session: "SparkSession",
        records: pl.DataFrame,
        pairs: pl.DataFrame,
        spec: LinkageSpec,
        model: LinkageModel | None,
    ) -> pl.DataFrame:
        columns = compared_columns(spec)
        named = np.unique(np.concatenate([pairs["a"].to_numpy(), pairs["b"].to_numpy()])).astype(np.int64)
        people = _sent(session, records[named].select(pl.Series("position", named), *columns))
        partitions = self.partitions or _TASKS_A_CORE * session.sparkContext.defaultParallelism
        sides = _sent(session, with_buckets(pairs, partitions, self.budget))
        for side in ("a", "b"):
            sides = sides.join(people.toDF(side, *(f"{column}_{side}" for column in columns)), on=side)
        scored = (
            sides.repartition(partitions, "bucket")
            .drop("bucket")
            .mapInArrow(_kernel(spec, model), _schema(spec, model))
        )
        found = pl.DataFrame(scored.toArrow()).cast({"a": pl.UInt32, "b": pl.UInt32, pl.Int16: pl.UInt8})
        # Spark gives rows in any order.
        return pairs.select("a", "b").join(found, on=["a", "b"], how="left", maintain_order="left").drop("a", "b")


def spark_session(master: str | None = None) -> "SparkSession":
    """The session of this process, by Spark's own settings and ours; `master` where those do not name one."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an optional library

    if running := SparkSession.getActiveSession():
        return running
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("hopnhat").config(map=_SETTINGS)
    session = (builder.master(master) if master else builder).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    atexit.register(session.stop)  # else executors of a cluster are started anew while Java ends
    return session


def _sent(session: "SparkSession", frame: pl.DataFrame) -> "DataFrame":
    """The frame in Spark, which has no unsigned integers."""
    signed = frame.with_columns(pl.col(pl.UInt64).reinterpret(signed=True)).cast(
        {pl.UInt32: pl.Int64, pl.UInt8: pl.Int16}
    )
    return session.createDataFrame(signed.to_arrow(compat_level=pl.CompatLevel.oldest()))


def _kernel(
    spec: LinkageSpec, model: LinkageModel | None
) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def scored(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            try:
                found = score_pairs(batch, spec, model)
            except Exception as problem:
                # Spark writes errors into its logs, and that of a library may carry values of rows.
                raise RuntimeError(f"the kernel failed: {type(problem).__name__}") from None
            yield found

    return scored


def _schema(spec: LinkageSpec, model: LinkageModel | None) -> str:
    """What the kernel gives, in Spark's words."""
    levels = ", ".join(f"`{comparison.field}` short" for comparison in spec.comparisons)
    return f"a long, b long, {levels}" + (", weight long, alternative short" if model else "")
