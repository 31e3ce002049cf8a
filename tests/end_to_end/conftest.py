"""The installed command, and the runs that several tests look at: each run is made once a session."""

import contextlib
import csv
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from pipelines.communes import MergerMap
from tests.end_to_end.canaries import Canaries, exports_at

PROJECT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("hopnhat")


@dataclass(frozen=True)
class Outcome:
    """How a call of the command ended, and the data folder that it worked in."""

    status: int
    out: str
    err: str
    data: Path

    @property
    def output(self) -> str:
        return self.out + self.err

    def sentences(self) -> list[str]:
        """What the command itself said on standard error."""
        return [line for line in self.err.splitlines() if line.startswith("hopnhat: ")]

    def published(self, code: str, mode: str = "trial") -> Path:
        return self.data / "published" / mode / f"{code}.duckdb"

    def report(self, code: str, mode: str = "trial", page: str = "index") -> str:
        """One page of the audit site, in Vietnamese."""
        return (self.data / "reports" / mode / code / f"{page}.html").read_text(encoding="utf-8")

    def query(self, code: str, sql: str) -> list[tuple]:
        with duckdb.connect(str(self.published(code)), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def dagster_of(
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[Path], contextlib.AbstractContextManager[dg.DagsterInstance]]:
    """Opens Dagster's storage below a data folder, as the command and the UI do."""

    def instance(data: Path) -> contextlib.AbstractContextManager[dg.DagsterInstance]:
        monkeypatch.setenv("DAGSTER_HOME", str(data / "dagster"))
        return dg.DagsterInstance.get()

    return instance


@pytest.fixture(scope="session")
def project() -> Path:
    """The checkout."""
    return PROJECT


@pytest.fixture(scope="session")
def hopnhat() -> Callable[..., Outcome]:
    """Calls the installed command in a process of its own, as a user does from `cwd`."""

    def call(*arguments: str | Path, cwd: Path, data: str = "data") -> Outcome:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("HOPNHAT_", "DAGSTER_"))
        }
        done = subprocess.run(
            [COMMAND, *map(str, arguments)],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        return Outcome(done.returncode, done.stdout, done.stderr, cwd / data)

    return call


@pytest.fixture(scope="session")
def in_process(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Outcome]:
    """Calls the command's `main` in this process, which spares Great Expectations' import, and can be patched.

    What is written to the descriptors is caught too, not only what goes through `sys.stdout` and `sys.stderr`. Without
    `data` the arguments are all.
    """
    import assets.definitions  # noqa: F401 - before a test patches one of its modules: all see the same partitions
    from assets.command_line import main

    def call(*arguments: str | Path, data: Path | None, **environment: str) -> Outcome:
        words = [str(word) for word in (*arguments, *(["--data", data] if data else []))]
        folder = tmp_path_factory.mktemp("output")
        before, mask = dict(os.environ), os.umask(0o022)
        for name in list(os.environ):
            if name.startswith(("HOPNHAT_", "DAGSTER_")):
                del os.environ[name]
        os.environ.update(environment)
        try:
            with _caught(1, folder / "out"), _caught(2, folder / "err"):
                status = main(words)
        finally:
            os.umask(mask)
            os.environ.clear()
            os.environ.update(before)
        out, err = ((folder / name).read_text(encoding="utf-8") for name in ("out", "err"))
        return Outcome(status, out, err, data or Path("data"))

    return call


@contextlib.contextmanager
def _caught(descriptor: int, path: Path) -> Iterator[None]:
    """Sends a descriptor, and Python's stream on it, to a file."""
    redirect = contextlib.redirect_stdout if descriptor == 1 else contextlib.redirect_stderr
    with path.open("w", encoding="utf-8", buffering=1) as stream, redirect(stream):
        kept = os.dup(descriptor)
        os.dup2(stream.fileno(), descriptor)
        try:
            yield
        finally:
            stream.flush()
            os.dup2(kept, descriptor)
            os.close(kept)


@pytest.fixture(scope="session")
def sample_run(hopnhat: Callable[..., Outcome], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """The shipped sample of Thượng Phúc, unified by the installed command. Look at it, never change it."""
    cwd = tmp_path_factory.mktemp("sample_run")
    for old in MergerMap.shipped().new_commune("10231").old_communes:
        (folder,) = (PROJECT / "data" / "exports").glob(f"{old.code}-*")
        shutil.copytree(folder, cwd / "data" / "exports" / folder.name)
    return hopnhat("run", "--new-commune", "10231", "--data", "data", cwd=cwd)


@pytest.fixture(scope="session")
def small_exports(hopnhat: Callable[..., Outcome], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exports of Thượng Phúc with 120 people and 80 parcels. Copy them to change them."""
    cwd = tmp_path_factory.mktemp("small")
    made = hopnhat(*"sample --new-commune 10231 --people 120 --parcels 80 --seed 3 made".split(), cwd=cwd, data="made")
    assert made.status == 0, made.output
    return made.data / "exports"


@pytest.fixture(scope="session")
def small_run(
    in_process: Callable[..., Outcome], small_exports: Path, tmp_path_factory: pytest.TempPathFactory
) -> Outcome:
    """The first trial of the small exports, which lie in its data folder. Look at it, never change it."""
    data = tmp_path_factory.mktemp("small_run") / "data"
    shutil.copytree(small_exports, data / "exports")
    outcome = in_process("run", "--new-commune", "10231", data=data)
    assert outcome.status == 0, outcome.err
    return outcome


@pytest.fixture(scope="session")
def shared_number(small_exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Exports in which two plainly different people carry one personal number: a case that blocks official runs."""
    exports = shutil.copytree(small_exports, tmp_path_factory.mktemp("shared") / "exports")
    (path,) = exports.glob("10231-*/cong_dan.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    column = {name: header.index(name) for name in ("so_dinh_danh", "gioi_tinh")}
    woman = next(row for row in rows if row[column["gioi_tinh"]] == "Nữ" and row[column["so_dinh_danh"]])
    man = next(row for row in rows if row[column["gioi_tinh"]] == "Nam" and row[column["so_dinh_danh"]])
    man[column["so_dinh_danh"]] = woman[column["so_dinh_danh"]]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])
    return exports


@pytest.fixture(scope="session")
def shared_number_run(
    in_process: Callable[..., Outcome], shared_number: Path, tmp_path_factory: pytest.TempPathFactory
) -> Outcome:
    """The first trial of these. Look at it, never change it."""
    data = tmp_path_factory.mktemp("shared_run") / "data"
    return in_process("run", "--new-commune", "10231", "--exports", shared_number, data=data)


@dataclass(frozen=True)
class Lived:
    """What a commune's whole life left behind (see `whole_life`): every command once, good and refused."""

    folder: Path
    canaries: Canaries
    keys: Path | None
    """The file of keys, if there was one."""
    ended: dict[str, int]
    """How each command ended, by its name in `whole_life`."""
    asked: list[str]
    """What Python's functions asked of a network."""
    offline: bool
    """Whether there was no network to be asked."""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def work(self) -> Path:
        return self.folder / "work"

    def said(self, name: str) -> str:
        return "".join((self.folder / "said" / f"{name}.{ending}").read_text("utf-8") for ending in ("out", "err"))


@pytest.fixture(scope="session", params=[True, pytest.param(False, marks=pytest.mark.long)], ids=["key", "plain"])
def lived(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """A commune's whole life with a key, and without one. Look at it, never change it."""
    folder = tmp_path_factory.mktemp("life")
    exports = exports_at(folder / "in")
    for name in ("said", "work", "tmp", "cwd", "home", "keys"):
        (folder / name).mkdir()
    keys = folder / "keys" / "keys.txt"
    keys.write_text(secrets.token_urlsafe(32) + "\n")
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(PROJECT),
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        **({"HOPNHAT_KEY_FILE": str(keys)} if request.param else {}),
    }
    words = [str(folder), *([] if request.param else ["with every refusal"])]
    command = [sys.executable, str(Path(__file__).with_name("whole_life.py")), *words]
    if strace := shutil.which("strace"):
        calls = "trace=connect,sendto,sendmsg,sendmmsg"
        command = [strace, "-f", "-qq", "--seccomp-bpf", "-e", calls, "-o", str(folder / "calls"), *command]
    offline = has_namespaces()
    command = ["unshare", "-rn", *command] if offline else command
    done = subprocess.run(
        command, cwd=folder / "cwd", env=environment, capture_output=True, text=True, check=False, timeout=480
    )
    assert done.returncode == 0, _last_words(folder / "said") + done.stderr
    told = json.loads((folder / "life.json").read_text("utf-8"))
    return Lived(folder, exports.canaries, keys if request.param else None, told["ended"], told["asked"], offline)


def _last_words(said: Path) -> str:
    """What the last command that a life gave told of its failure."""
    last = max(said.glob("*.err"), key=lambda path: path.stat().st_mtime_ns, default=None)
    return f"{last.name}: {last.read_text('utf-8')}" if last else ""


def has_namespaces() -> bool:
    """Whether this machine gives a user a network namespace of its own, where there is not even a loopback."""
    alone = ["unshare", "-rn", "true"]
    return bool(shutil.which(alone[0])) and not subprocess.run(alone, check=False, capture_output=True).returncode


@pytest.fixture
def data(tmp_path: Path, sample_run: Outcome) -> Path:
    """A data folder in which an earlier version of Thượng Phúc is published."""
    folder = tmp_path / "data"
    shutil.copytree(sample_run.data / "published", folder / "published")
    return folder


@pytest.fixture
def content_of() -> Callable[[Path], dict[str, bytes]]:
    """Every file below a folder, by name."""
    return lambda folder: {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
