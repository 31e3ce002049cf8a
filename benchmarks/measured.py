"""Where measurements are kept, so that tables and pictures can be made of them again: `benchmarks/measured/*.json`."""

import json
import os
import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "measured"
Measurement = dict[str, Any]
_LOAD_BEFORE = os.getloadavg()[1]
"""What other processes did to the machine before: nothing, where figures are to be believed."""


def keep(name: str, command: str, points: list[Measurement]) -> None:
    """Replace what is kept under that name."""
    kept = {
        "command": command,
        "on": date.today().isoformat(),
        "load_before": round(_LOAD_BEFORE, 1),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {package: version(package) for package in ("polars", "duckdb", "splink")},
        "points": points,
    }
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def kept(name: str) -> Measurement | None:
    """What is kept under that name; None before it was measured."""
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
