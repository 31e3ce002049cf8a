"""Make the citizens' model that is shipped: estimated without labels from a synthetic register of its own.

python -m benchmarks.shipped_model

Its population is a draw that no sample, test or benchmark uses: other shares of names, other people. Of its frequency
tables only common values are kept; whole names are told from their parts.
"""

import argparse
import json
from pathlib import Path

from benchmarks.registers import standard_register
from pipelines.citizens.comparisons import SPEC
from pipelines.linkage import LinkageSettings, link
from pipelines.linkage.frequencies import FrequencyTable

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "reference" / "models" / f"{SPEC.dataset}.json"
_PEOPLE, _SEED = 300_000, 20250616
_COMMON = 60
"""Rows that carry a value of the shipped tables at least: one in about 6,000."""


def main(arguments: list[str] | None = None) -> None:
    """Estimate the model and write it where the program finds it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=_PEOPLE)
    parser.add_argument("--seed", type=int, default=_SEED)
    options = parser.parse_args(arguments)
    records, _ = standard_register(options.people, options.seed)
    model = link(records, SPEC, LinkageSettings()).model
    whole = {frequency.name for frequency in SPEC.frequencies if frequency.parts}
    tables = {name: _common(table, keep=name not in whole) for name, table in model.frequencies.items()}
    SHIPPED.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(model.model_copy(update={"frequencies": tables}).model_dump(), ensure_ascii=False, indent=1)
    SHIPPED.write_text(text + "\n", encoding="utf-8")
    print(f"{SHIPPED.name}: {len(text) // 1024} KB, from {model.rows} rows; calibration {model.calibration}")


def _common(table: FrequencyTable, keep: bool) -> FrequencyTable:
    counts = {value: count for value, count in table.counts.items() if keep and count >= _COMMON}
    return FrequencyTable(rows=table.rows, counts=counts)


if __name__ == "__main__":
    main()
