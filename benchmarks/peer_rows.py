"""The rows that peers written for pandas are given, and the labelled pairs of those that must be taught.

They run in an environment of their own (`.venv/peers`), which has pandas 2 and neither Polars nor this program.
"""

from pathlib import Path
from typing import Any

import pandas as pd

FIELDS = {
    "name_ascii": "name",
    "given_ascii": "given",
    "surname_ascii": "surname",
    "father_ascii": "father",
    "mother_ascii": "mother",
    "spouse_ascii": "spouse",
    "birth_date": "date",
    "birth_year": "year",
    "sex": "sex",
    "number": "number",
    "old_id_no": "old_number",
    "household_key": "household",
    "phone": "phone",
}
"""Standard columns, by the names that the peers know them by: those of `splink_peer`."""


def read_rows(path: Path) -> tuple[pd.Series, pd.DataFrame]:
    """The record ids, and the rows with the columns of FIELDS as text; null is None."""
    table = pd.read_parquet(path, columns=["record_id", *FIELDS])
    return table["record_id"], _text(table.drop(columns="record_id").rename(columns=FIELDS))


def read_labels(path: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Both sides of each labelled pair as `read_rows` gives rows, and whether they are one person."""
    table = pd.read_parquet(path)
    left, right = (
        _text(table[[f"{column}_{side}" for column in FIELDS]].set_axis(list(FIELDS.values()), axis=1)) for side in "ab"
    )
    return left, right, table["same"]


def write_clusters(out: Path, ids: "pd.Series[Any]", clusters: "pd.Series[Any]", name: str) -> None:
    """`record_id` and `cluster` of each row, as the file of that name."""
    out.mkdir(parents=True, exist_ok=True)
    pd.DataFrame({"record_id": ids, "cluster": clusters}).to_parquet(out / f"{name}.parquet", index=False)


def _text(table: pd.DataFrame) -> pd.DataFrame:
    text = table.astype("string").astype(object)
    return text.where(text.notna(), None)
