"""What a contender's steps took, told in one way by all of them, so that ratios compare like with like."""

import json
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.usage import processor_seconds


class Stopwatch:
    """Seconds of each step, one after the other from now on, and the processor time until the last of them ended."""

    def __init__(self) -> None:
        self._steps: dict[str, float] = {}
        self._cpu, self._lap = processor_seconds(), time.perf_counter()
        self._spent = 0.0

    def lap(self, step: str) -> None:
        """A step has ended, and the next begins."""
        now = time.perf_counter()
        self._steps[step], self._lap = now - self._lap, now
        self._spent = processor_seconds() - self._cpu

    def write(self, out: Path, told: Mapping[str, object]) -> None:
        """Write `timings.json`: `total`, `cpu`, each step, and what else is told."""
        steps = {step: round(seconds, 3) for step, seconds in self._steps.items()}
        timings = {"total": round(sum(self._steps.values()), 3), "cpu": round(self._spent, 3), **steps, **told}
        out.mkdir(parents=True, exist_ok=True)
        (out / "timings.json").write_text(json.dumps(timings, indent=2) + "\n", encoding="utf-8")
