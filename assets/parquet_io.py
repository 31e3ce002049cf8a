"""How assets hand frames on: Parquet files for the owner's eyes only, sealed when there is a key, with counts and
columns as metadata.

Our own, since Dagster's default pickles into world-readable files, and dagster-polars writes rows and column
statistics into metadata and does not read with Polars 2.
"""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg
import polars as pl

from assets.columns import COLUMNS, columns_of
from assets.deployment import Deployment
from assets.plain_words import in_plain_words
from pipelines.problems import UnusableInput
from pipelines.protection.frames import read_frame, write_frame


class Tables(Mapping[str, pl.DataFrame]):
    """Several frames that one asset makes together, by table name.

    One that is given as a Parquet file is read when it is asked for, since few assets need all of an upstream one.
    """

    def __init__(self, tables: Mapping[str, pl.DataFrame | Path]) -> None:
        self._tables = tables

    def __getitem__(self, name: str) -> pl.DataFrame:
        table = self._tables[name]
        return read_frame(table) if isinstance(table, Path) else table

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def left_in(self, folder: Path) -> None:
        """Hold no frame any more: each is a file in this folder now.

        A job that Dagster executes in the process of its caller keeps what every step returned until it ends.
        """
        self._tables = {name: folder / f"{name}.parquet" for name in self._tables}


class ParquetIOManager(dg.ConfigurableIOManager):
    """Keeps a frame as one Parquet file and `Tables` as a folder of them, in the commune's scratch folder."""

    deployment: dg.ResourceDependency[Deployment]

    @in_plain_words
    def handle_output(self, context: dg.OutputContext, obj: pl.DataFrame | Tables) -> None:
        """Write a frame or several, whole or not at all; row counts and columns go to the asset's page."""
        path = self._path(context)
        tables = Tables({path.name: obj}) if isinstance(obj, pl.DataFrame) else obj
        part = path.with_name(f".{path.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True, mode=0o700)
        for name, frame in tables.items():
            write_frame(frame, part / f"{name}.parquet")
        shutil.rmtree(path, ignore_errors=True)
        part.replace(path)
        context.add_output_metadata({COLUMNS: columns_of(tables)})
        tables.left_in(path)

    @in_plain_words
    def load_input(self, context: dg.InputContext) -> pl.DataFrame | Tables:
        """Read what an upstream asset wrote."""
        path = still_there(self._path(context), context.asset_key.path[-1])
        tables = Tables({file.stem: file for file in sorted(path.glob("*.parquet"))})
        return tables[path.name] if context.dagster_type.typing_type is pl.DataFrame else tables

    def _path(self, context: dg.InputContext | dg.OutputContext) -> Path:
        code = context.partition_key.split(" ", 1)[0]
        return self.deployment.scratch(code) / context.asset_key.path[-1]


def still_there(path: Path, step: str) -> Path:
    """What a step handed on. Raises UnusableInput when it is gone: it is deleted once its run is published."""
    if path.exists():
        return path
    raise UnusableInput(
        f"Kết quả trung gian của bước «{step}» không còn: nó được xóa sau khi công bố và khi có lần chạy mới; hãy chạy "
        "lại từ đầu.",
        f"What the step {step} handed on is gone, since it is deleted after publication: run again from the start.",
    )
