"""Doing a thing in a process of its own, and killing it: the near end of `zygote`, and data folders to do it in."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
CODE = "10231"
COMMAND = "assets.command_line:main"
_LONGEST = 100


@dataclass
class Process:
    """One child that is at work."""

    zygote: "Zygote"
    pid: int
    output: Path
    journal: Path
    begun: float

    def kill(self) -> None:
        """Kill it as a power cut would; nothing happens when it has ended."""
        os.kill(self.pid, signal.SIGKILL)  # until it was waited for, the number is its own

    def killed_after(self, seconds: float) -> "Ended":
        """Kill it after some seconds, unless it has ended by then."""
        time.sleep(seconds)
        self.kill()
        return self.wait()

    def wait(self) -> "Ended":
        """Wait for its end."""
        status = self.zygote.ask(do="wait", pid=self.pid)["status"]
        operations = self.journal.read_text().splitlines() if self.journal.exists() else []
        output = self.output.read_text(encoding="utf-8", errors="replace")
        return Ended(status, output, operations, time.monotonic() - self.begun)


@dataclass(frozen=True)
class Ended:
    """How a child ended."""

    status: int
    output: str
    operations: list[str]
    """The disk operations that it came to, the last of them the one at which it was killed."""
    seconds: float

    @property
    def sentences(self) -> list[str]:
        """What the command itself said on the error output, but that it could not write its activity log."""
        said = [line for line in self.output.splitlines() if line.startswith("hopnhat: ")]
        return [line for line in said if "nhật ký thao tác" not in line]

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL

    @property
    def last_operation(self) -> str:
        return self.operations[-1] if self.operations else ""


class Zygote:
    """Starts children that need no second to import anything."""

    def __init__(self, folder: Path, key: Path | None = None) -> None:
        """`folder`: for what children print. `key`: the file with the keys, when they are to encrypt."""
        self.folder, self.key, self.number = folder, key, 0
        path = os.pathsep.join([str(PROJECT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("zygote.py")],
            cwd=PROJECT,
            env=os.environ | {"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if not json.loads(self.process.stdout.readline() or "{}").get("ready"):
            raise RuntimeError("the zygote did not start")

    def with_key(self, key: Path | None) -> "Zygote":
        """The same, whose children have this file of keys."""
        other = object.__new__(Zygote)
        other.__dict__ = self.__dict__ | {"key": key, "folder": self.folder / ("key" if key else "plain")}
        other.folder.mkdir(exist_ok=True)
        return other

    def ask(self, **request: Any) -> dict[str, Any]:
        """One request and its answer."""
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def start(
        self,
        call: str,
        *arguments: object,
        watch: Path | None = None,
        at: int | str | None = None,
        delay: float = 0.0,
        largest: int | None = None,
        days_back: int = 0,
        **environment: str,
    ) -> Process:
        """Start a child that calls `module:function`; below `watch` its disk operations are noted, and it dies at
        the `at`-th or the first with that text, or `delay` seconds after that. No file that it writes may have more
        than `largest` bytes; its clock is some days back."""
        self.number += 1
        name = f"{call.rpartition(':')[2]}-{self.number:04d}"
        output, journal = self.folder / f"{name}.out", self.folder / f"{name}.ops"
        keys = {"HOPNHAT_KEY_FILE": str(self.key)} if self.key else {}
        pid = self.ask(
            do="fork",
            call=call,
            arguments=arguments,
            env=keys | environment,
            cwd=str(self.folder),
            output=str(output),
            largest=largest,
            days_back=days_back,
            watch=watch and {"folder": str(watch), "journal": str(journal), "at": at, "delay": delay},
        )["pid"]
        return Process(self, pid, output, journal, time.monotonic())

    def call(self, call: str, *arguments: object, **options: Any) -> Ended:
        """Start a child and wait for it."""
        return self.start(call, *arguments, **options).wait()

    def hopnhat(self, data: Path, *words: object, **options: Any) -> Ended:
        """One command over a data folder, from its start to its end."""
        return self.command(data, *words, **options).wait()

    def command(self, data: Path, *words: object, **options: Any) -> Process:
        """One command over a data folder, started."""
        return self.start(COMMAND, [*map(str, words), "--data", str(data)], watch=data, **options)

    def judge(self, data: Path) -> dict[str, Any]:
        """What `judging.judge` finds."""
        return self._told("tests.faults.judging:judge", data)

    def _told(self, call: str, data: Path) -> dict[str, Any]:
        answer = self.folder / f"answer-{self.number:04d}.json"
        ended = self.call(call, str(data), CODE, str(answer))
        if ended.status != 0:
            unknown: dict[str, Any] = {"published": {}, "decisions": [], "leftovers": []}
            return {"bad": [f"the judge could not look: {ended.output[-600:]}"], **unknown}
        return json.loads(answer.read_text(encoding="utf-8"))

    def close(self) -> None:
        """End the zygote."""
        self.process.stdin.close()
        self.process.wait(timeout=20)


class Reader:
    """Somebody who looks at what is published all the time."""

    def __init__(self, zygote: Zygote, data: Path) -> None:
        zygote.number += 1
        self.absences = 0
        self.answer = zygote.folder / f"reader-{zygote.number:04d}.json"
        self.process = zygote.start("tests.faults.judging:read_on", str(data), CODE, str(self.answer))

    @contextmanager
    def away(self) -> Iterator[None]:
        """Nobody looks meanwhile, since the folder is being prepared."""
        away, gone = Path(f"{self.answer}.away"), Path(f"{self.answer}.gone")
        self.absences += 1
        away.write_text(str(self.absences))
        until = time.monotonic() + _LONGEST
        while not (gone.exists() and gone.read_text() == str(self.absences)):
            if time.monotonic() > until:
                raise RuntimeError("the reader does not answer")
            time.sleep(0.01)
        yield
        away.unlink()

    def stop(self) -> dict[str, Any]:
        """How often it looked, and what it saw that was half."""
        Path(f"{self.answer}.stop").touch()
        ended = self.process.wait()
        if ended.status != 0:
            return {"polls": 0, "half": [f"the reader died: {ended.output[-400:]}"]}
        return json.loads(self.answer.read_text(encoding="utf-8"))


@dataclass
class Tally:
    """What came of a kill loop."""

    name: str
    kills: int = 0
    completed: int = 0
    """Times when the thing was done before the kill came."""
    next_runs: int = 0
    polls: int = 0
    bad: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    leftovers: list[str] = field(default_factory=list)

    def add(self, ended: Ended) -> bool:
        """Count one try; true when it was killed."""
        if not ended.killed:
            self.completed += 1
            return False
        self.kills += 1
        return True

    def blame(self, where: str, sentences: Sequence[str]) -> None:
        """Note what was found wrong."""
        self.bad += [f"[{where}] {sentence}" for sentence in sentences]

    @property
    def line(self) -> str:
        return (
            f"FAULTS {self.name}: {self.kills} kills, {self.completed} done before the kill, "
            f"{self.next_runs} next runs, {self.polls} looks of a reader, {len(self.bad)} bad states"
        )


class Memory:
    """Which row has which id, over all publications ever: an id never goes to another row's entity."""

    def __init__(self) -> None:
        self.ids: dict[str, str] = {}

    def learn(self, published: dict[str, Any]) -> list[str]:
        """Compare a judged publication with all before it; the registers of these tests keep every entity apart."""
        bad = []
        rows_of: dict[str, set[str]] = {}
        for row, entity_id in self.ids.items():
            rows_of.setdefault(entity_id, set()).add(row)
        for one in published.values():
            for row, entity_id in one["ids"].items():
                if self.ids.get(row, entity_id) != entity_id:
                    bad.append(f"row {row[:8]} had another id before")
                elif row not in self.ids and entity_id in rows_of and not rows_of[entity_id] & one["ids"].keys():
                    bad.append(f"an id was given again, to row {row[:8]}")
                self.ids.setdefault(row, entity_id)
        return bad


PEOPLE = ("Ánh", "Bạch", "Cúc", "Diệp", "Gấm", "Hạnh", "Khuê", "Liễu")
"""Given names of people who come and go: each set of exports has one of them, so that ids are minted and rest."""


def exports_with(base: Path, folder: Path, person: int) -> Path:
    """A copy of the exports with one more person, who is in no other copy."""
    exports = shutil.copytree(base, folder)
    (path,) = exports.glob("10231-*/cong_dan.csv")
    header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
    told = {
        "ho_ten": f"Đặng Thị {PEOPLE[person % len(PEOPLE)]}",
        "ngay_sinh": f"{3 + person % 20:02d}/04/{1950 + person % 50}",
        "gioi_tinh": "Nữ",
    }
    with path.open("a", encoding="utf-8") as stream:
        stream.write(",".join(told.get(name, "") for name in header) + "\n")
    return exports


def dice(name: str) -> random.Random:
    """Equal draws every time; another seed by HOPNHAT_FAULT_SEED."""
    return random.Random(f"{name} {os.environ.get('HOPNHAT_FAULT_SEED', '1')}")
