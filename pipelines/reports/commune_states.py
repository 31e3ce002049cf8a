"""What holds in a new commune, in one word, one sign and a few sentences.

It is told by what lies beside the warehouses, which are not opened: the logs of versions, the summaries of page sets,
and the names and times of files that came. So it costs the same however large the communes are.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import Path
from stat import S_ISREG

from pipelines.arrival.drop_folder import Memory, arrivals, drop_folder
from pipelines.communes import MergerMap
from pipelines.ingest.containers import is_readable
from pipelines.ingest.sources import paths_by_commune
from pipelines.problems import UnusableInput
from pipelines.protection.locking import is_held
from pipelines.reports import labels
from pipelines.reports.asking import Row, mapping
from pipelines.reports.languages import LANGUAGES, Language, Text
from pipelines.reports.site import SUMMARY
from pipelines.warehouse.versions import MODES, Entry, Mode, entries, published_file, version_name


class State(Enum):
    """What holds, told by a word, and by a sign where there is place for one only: never by a colour alone."""

    OFFICIAL = ("official", "✓", Text("Đã công bố chính thức", "Officially published"))
    TRIAL = ("trial", "◐", Text("Mới có bản chạy thử", "Published in trial only"))
    REFUSED = ("refused", "✗", Text("Không được công bố", "Latest run not published"))
    WAITING = ("waiting", "↓", Text("Có tệp đang chờ", "Files are waiting"))
    NOTHING = ("nothing", "○", Text("Chưa có gì", "Nothing yet"))

    def __init__(self, code: str, sign: str, word: Text) -> None:
        self.code = code
        self.sign = sign
        self.word = word


@dataclass(frozen=True)
class InPlace:
    """A version that is published: its name (`trial-3`) and since when."""

    version: str
    at: str


@dataclass(frozen=True)
class CommuneState:
    """What holds in one new commune."""

    code: str
    name: str
    kind: str
    province: str
    state: State
    in_place: Mapping[Mode, InPlace]
    latest: Row
    """The summary of the latest run's pages; empty when there was no run."""
    published: bool
    """Whether the latest run was published."""
    at_work: bool
    """Whether the latest run, which may be published, is still at work."""
    new_files: int
    """Files among the exports that came after the latest run."""
    arriving: int
    """Files in the drop folder that wait to be looked at."""
    not_taken: int
    """Files that still lie there although a receipt says why they are not taken."""

    @property
    def folder(self) -> str:
        """Where the latest run's pages lie, below the folder of all reports; empty when there are none."""
        return f"{self.latest['mode']}/{self.code}" if self.latest else ""

    @property
    def cases(self) -> int:
        """Cases of the latest run that wait for a decision."""
        return self._figure("cases")

    @property
    def blocking(self) -> int:
        """Those of them that stand in the way of an official publication."""
        return self._figure("blocking")

    def _figure(self, name: str) -> int:
        figure = self.latest["figures"].get(name) if self.latest else 0
        return figure if isinstance(figure, int) else 0

    @property
    def told(self) -> Text:
        """What holds, with versions, times and counts."""
        vi, en = (" ".join(self._sentences(language)) for language in LANGUAGES)
        return Text(vi, en)

    def _sentences(self, language: Language) -> Iterator[str]:
        say = language.say
        yield f"{language.of(self.state.word)}."
        yield from self._of_files(say)
        if self.latest and not self.published:
            mode, at = language.word(labels.MODES, self.latest["mode"]), language.stamp(self.latest.get("started_at"))
            if self.latest.get("status") == "refused":
                yield say(f"Lần {mode} {at} bị từ chối công bố.", f"Publication was refused to the {mode} of {at}.")
            elif self.at_work:
                yield say(f"Lần {mode} {at} đang chạy, chưa công bố.", f"The {mode} of {at} is still at work.")
            else:
                yield say(f"Lần {mode} {at} dừng trước khi công bố.", f"The {mode} of {at} ended before publication.")
        if self.in_place:
            stand = ", ".join(f"{one.version} ({language.stamp(one.at)})" for one in self.in_place.values())
            yield say(f"Đang dùng: {stand}.", f"In place: {stand}.")
        elif self.state is not State.NOTHING:
            yield say("Chưa công bố bản nào.", "Nothing is published yet.")
        if self.cases:
            yield say(f"{self.cases} trường hợp chờ quyết định.", f"Cases that wait for a decision: {self.cases}.")

    def _of_files(self, say: Callable[[str, str], str]) -> Iterator[str]:
        if self.new_files and self.latest:
            yield say(
                f"{self.new_files} tệp đến sau lần chạy gần nhất.", f"Files since the latest run: {self.new_files}."
            )
        elif self.new_files:
            yield say(f"{self.new_files} tệp chưa chạy lần nào.", f"Files of which no run was made: {self.new_files}.")
        if self.arriving:
            yield say(f"{self.arriving} tệp trong thư mục nhận.", f"Files in the drop folder: {self.arriving}.")
        if self.not_taken:
            yield say(
                f"{self.not_taken} tệp không nhận được còn trong thư mục nhận.",
                f"Files in the drop folder that were not taken: {self.not_taken}.",
            )


def commune_state(data: Path, code: str) -> CommuneState:
    """What holds in the new commune with this code."""
    return next(one for one in commune_states(data, [code]) if one.code == code)


def commune_states(data: Path, codes: Collection[str] = ()) -> list[CommuneState]:
    """What holds in the new communes with these codes, and in all others of which there is anything; by code."""
    exported, dropped = _exported(data / "exports"), _dropped(data)
    came = exported.keys() | {old_code for old_code, _ in dropped}
    known = {*codes, *_worked_on(data)}
    looked_at = (one for one in _communes() if one.code in known or not came.isdisjoint(one.old_codes))
    told = (_state(data, commune, exported, dropped) for commune in looked_at)
    return [one for one in told if one.code in codes or one.state is not State.NOTHING]


def _worked_on(data: Path) -> Iterator[str]:
    """The codes of new communes of which something was published or reported: what is looked at, of the thousands."""
    for mode in MODES:
        for folder in (data / "published" / mode, data / "published" / mode / "versions", data / "reports" / mode):
            with suppress(FileNotFoundError):
                yield from (path.stem for path in folder.iterdir())


def summary(folder: Path) -> Row:
    """What the summary beside a page set tells; nothing when there is none, or it cannot be read."""
    try:
        told = mapping((folder / SUMMARY).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return {}
    return told if {"code", "mode", "figures"} <= told.keys() and isinstance(told["figures"], dict) else {}


@dataclass(frozen=True)
class _Commune:
    code: str
    name: str
    kind: str
    province: str
    old_codes: tuple[str, ...]


@cache
def _communes() -> tuple[_Commune, ...]:
    """Every new commune of the shipped map, by code."""
    pairs = MergerMap.shipped().pairs.sort("new_code", "old_code")
    of_one = pairs.group_by("new_code", "new_name", "new_kind", "new_province", maintain_order=True).agg("old_code")
    return tuple(
        _Commune(code, name, kind, province, tuple(old_codes))
        for code, name, kind, province, old_codes in of_one.iter_rows()
    )


def _state(
    data: Path, commune: _Commune, exported: Mapping[str, list[float]], dropped: Mapping[tuple[str, bool], int]
) -> CommuneState:
    in_place: dict[Mode, InPlace] = {}
    latest, published, latest_at = Row(), True, 0.0
    for mode in reversed(MODES):
        target = published_file(data, mode, commune.code)
        log, told = _log(target), _run_of(data / "reports" / mode / commune.code)
        changed_at = ""  # by a person: a run that publishes begins before the files that come while it works
        if log:
            in_place[mode] = InPlace(version_name(target, log[-1].version), log[-1].at)
            changed_at = "" if told and log[-1].event == "publish" else log[-1].at
        elif told.get("in_place"):  # of a log that cannot be read
            in_place[mode] = InPlace(told["in_place"], told.get("in_place_since", ""))
        at = max(_seconds(told.get("started_at", "")), _seconds(changed_at))
        if at > latest_at:
            latest, latest_at = told, at
            published = bool(told.get("version")) or told.get("run_id") in {entry.run_id for entry in log}
    new_files = sum(int(at) > latest_at for code in commune.old_codes for at in exported.get(code, ()))
    arriving, not_taken = (sum(dropped.get((code, told), 0) for code in commune.old_codes) for told in (False, True))
    at_work = not published and latest.get("status") == "allowed" and is_held(data, commune.code)
    if new_files or arriving or (at_work and not in_place):
        state = State.WAITING
    elif latest and not published and not at_work:
        state = State.REFUSED
    elif in_place:
        state = State.OFFICIAL if "official" in in_place else State.TRIAL
    else:
        state = State.NOTHING
    return CommuneState(
        commune.code,
        commune.name,
        commune.kind,
        commune.province,
        state=state,
        in_place=in_place,
        latest=latest,
        published=published,
        at_work=at_work,
        new_files=new_files,
        arriving=arriving,
        not_taken=not_taken,
    )


def _run_of(folder: Path) -> Row:
    told = summary(folder)
    return told if told.get("mode") == folder.parent.name else {}


def _log(target: Path) -> list[Entry]:
    try:
        return entries(target)
    except UnusableInput:
        return []


def _seconds(iso: str) -> float:
    try:
        return datetime.fromisoformat(iso).timestamp()
    except ValueError:
        return 0.0


def _exported(exports: Path) -> dict[str, list[float]]:
    """When each file to be read came into its place, by old commune; its own time may be older by years."""
    try:
        return {code: list(_came(paths)) for code, paths in paths_by_commune(exports).items()}
    except OSError:  # there is no such folder, or somebody moves one just now
        return {}


def _came(paths: Iterable[Path]) -> Iterator[float]:
    for path in paths:
        with suppress(FileNotFoundError):
            status = path.lstat()
            if S_ISREG(status.st_mode) and is_readable(path):
                yield status.st_ctime


def _dropped(data: Path) -> Counter[tuple[str, bool]]:
    """How many files lie in the drop folder, by old commune, and by whether a receipt says why they are not taken."""
    memory = Memory.read(data)
    return Counter((one.old_commune, memory.told(one)) for one in arrivals(drop_folder(data)))
