"""`hopnhat run` for many new communes: one after the other in this process, so that start-up is paid once.

What is finished is not run again: the same command, given again after Ctrl+C, a crash or a power cut, goes on with what
is left. A commune that fails stops no other. The page over all is made anew after each of them. What a run is does not
belong here (`commune_runs`), nor when it need not be made again (`outcomes`).
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from assets.commune_runs import called, deployment_config, run_commune, settings_config, tell_published
from assets.endings import DONE, REFUSED, in_words, published_now
from assets.holding import hold, say
from assets.occasion import now
from assets.overviews import show_all
from pipelines.communes import MergerMap
from pipelines.ingest.shared import clear_shared
from pipelines.ingest.sources import paths_by_commune
from pipelines.problems import UnusableInput
from pipelines.protection.locking import BATCH
from pipelines.reports.overview import overview_file
from pipelines.warehouse.outcomes import Outcome, State, keep_outcome, outcome_of

_WORDS: Final[dict[State, str]] = {
    "published": "đã công bố",
    "refused": "bị từ chối công bố",
    "failed": "không xong",
}
_CUT_OFF: Final = "Lần chạy bị ngắt giữa chừng. (The run was cut off.)"
_OF_EACH_RUN: Final = 1_000_000
"""What a commune costs however small it is, as bytes of its files."""


def run_all(options: argparse.Namespace, codes: Sequence[str]) -> int:
    """Run those of the new communes that are not finished; returns the worst status, that of the finished ones too."""
    known = {code for code, _ in MergerMap.shipped().new_communes()}
    mistyped = [in_words(partial(_mistyped, code), lambda: None) for code in codes if code not in known]
    codes = [code for code in codes if code in known]
    with hold(options.data, BATCH, "hopnhat run"):
        done = {} if options.again else _finished(options, codes)
        try:
            worst = _Batch(options, [code for code in codes if code not in done], done).run()
        finally:
            clear_shared(options.data)
    return max([worst, *mistyped])


def _mistyped(code: str) -> int:
    MergerMap.shipped().new_commune(code)  # raises UnusableInput with a sentence about it
    return DONE


def _finished(options: argparse.Namespace, codes: Sequence[str]) -> dict[str, State]:
    """How those communes ended that need not be run again."""
    known = [code for code in codes if outcome_of(options.data, options.mode, code)]
    if not known:  # before Dagster's start-up
        return {}
    from assets.deployment import Deployment
    from assets.outcomes import finished
    from assets.run_settings import RunSettings

    deployment = Deployment(**deployment_config(options), settings=RunSettings(**settings_config(options)))
    done: dict[str, State] = {}
    for code in known:
        with suppress(UnusableInput):  # its own run says so
            if outcome := finished(deployment, MergerMap.shipped().new_commune(code)):
                done[code] = outcome.state
    return done


@dataclass
class _Batch:
    """The communes that are left, those that failed or were cut off before last: what ends this process once more has
    let the others be made."""

    options: argparse.Namespace
    left: list[str]
    done: dict[str, State]
    ended: dict[str, State] = field(default_factory=dict)

    def __post_init__(self) -> None:
        last = {code: outcome_of(self.options.data, self.options.mode, code) for code in self.left}
        self.left.sort(key=lambda code: bool((one := last[code]) and one.state == "failed"))
        self._weights = _weights(self.options.exports, self.left)
        self._began = time.monotonic()

    def run(self) -> int:
        """Run what is left; returns the worst status."""
        total = len(self.left) + len(self.done)
        if self.done:
            say(
                f"{len(self.done)}/{total} xã, phường đã xong từ trước với cùng tệp, thiết lập và chương trình "
                f"({_counted(self.done)}), không chạy lại; muốn chạy lại tất cả thì thêm --again. "
                f"(Finished before, not run again: {len(self.done)} of {total}.)"
            )
        worst = REFUSED if "refused" in self.done.values() else DONE
        for number, code in enumerate(self.left, len(self.done) + 1):
            try:
                worst = max(worst, self._run_one(code, f"[{number}/{total}]"))
            except KeyboardInterrupt:
                self._show()
                say(
                    f"đã dừng ở xã, phường thứ {number}/{total}; gọi lại đúng lệnh này thì chạy tiếp phần còn lại. "
                    "(Stopped: the same command goes on with what is left.)"
                )
                raise
        self._show()
        self._tell()
        return worst

    def _run_one(self, code: str, number: str) -> int:
        began = time.monotonic()
        said: list[str] = []
        self._keep_failed(code, 0.0, _CUT_OFF)  # until it has ended
        status = in_words(partial(self._made, code, said), published_now(self.options.data, code), said.append)
        seconds = time.monotonic() - began
        for sentence in said:
            say(sentence)
        outcome = outcome_of(self.options.data, self.options.mode, code)
        if outcome is None or outcome.sentence == _CUT_OFF:  # it was refused before it began
            outcome = self._keep_failed(code, seconds, " ".join(said))
        self.ended[code] = outcome.state
        self._show()
        ends = f"{_WORDS[outcome.state]} sau {seconds:.0f} s{self._remaining()}"
        print(f"{number} {called(MergerMap.shipped().new_commune(code))}: {ends}.", file=sys.stderr, flush=True)
        return status

    def _made(self, code: str, said: list[str]) -> int:
        run = run_commune(self.options, code, quiet=True)
        if run.sentence:
            said.append(run.sentence)
        else:
            tell_published(self.options, code, run.seconds)
        return run.status

    def _keep_failed(self, code: str, seconds: float, sentence: str) -> Outcome:
        at = now().isoformat(timespec="seconds")
        outcome = Outcome(
            code=code, mode=self.options.mode, state="failed", at=at, seconds=round(seconds, 1), sentence=sentence
        )
        keep_outcome(self.options.data, outcome)
        return outcome

    def _remaining(self) -> str:
        """How long the rest is likely to take, by the sizes of the files."""
        past = sum(self._weights[code] for code in self.ended)
        rest = sum(self._weights[code] for code in self.left) - past
        return f"; còn khoảng {_duration((time.monotonic() - self._began) * rest / past)}" if rest else ""

    def _show(self) -> None:
        show_all(self.options.data, self.options.mode, self.options.exports, say)

    def _tell(self) -> None:
        """Four lines: what came of it, and where that is told."""
        seconds = time.monotonic() - self._began
        before = f"; {len(self.done)} đã xong từ trước" if self.done else ""
        what = f"{_counted(self.ended)} sau {_duration(seconds)}" if self.ended else "không còn gì phải chạy"
        page = overview_file(self.options.data, self.options.mode)
        print(f"{len(self.left)} xã, phường: {what}{before}.")
        print(f"Tổng hợp:    {page}")
        print(f"Số liệu:     {page.with_suffix('.json')}")


def _weights(exports: Path, codes: Sequence[str]) -> dict[str, int]:
    """How much work each commune is, by the bytes of its files."""
    files = paths_by_commune(exports) if exports.is_dir() else {}
    sizes = {old: sum(path.lstat().st_size for path in paths) for old, paths in files.items()}
    weights = dict.fromkeys(codes, _OF_EACH_RUN)
    for code, old in MergerMap.shipped().pairs.select("new_code", "old_code").iter_rows():
        if code in weights:
            weights[code] += sizes.get(old, 0)
    return weights


def _counted(states: dict[str, State]) -> str:
    counts = Counter(states.values())
    return ", ".join(f"{counts[state]} {word}" for state, word in _WORDS.items() if counts[state])


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} giây"
    return f"{seconds / 60:.0f} phút" if seconds < 5400 else f"{seconds / 3600:.1f} giờ".replace(".", ",")
