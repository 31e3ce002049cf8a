"""The page of who did what: the newest acts of the activity log, and whether anybody changed the log.

It lies beside the page over all communes, is made from the log alone, and can be filtered without a server. How the
log is kept and judged does not belong here.
"""

from pathlib import Path
from typing import Final

from filelock import FileLock

from pipelines.activity.acts import Act, acts_of
from pipelines.activity.log import ActivityLog, Record
from pipelines.communes import MergerMap
from pipelines.reports import activity_words, labels
from pipelines.reports.languages import LANGUAGES, Language, Text
from pipelines.reports.rendering import environment, policy, script
from pipelines.warehouse.placing import place_text

_SHOWN: Final = 1000
_SCRIPTS: Final = ("activity.js",)
_TITLE: Final = Text("Nhật ký thao tác", "Activity log")
_PATIENCE: Final = 10
"""Seconds to wait for another process that writes the page."""


def write_activity_pages(reports: Path) -> None:
    """Write `activity.html` and `activity.en.html` of the folder of all reports, from the log of its data folder.

    Raises OSError when the log cannot be read or the pages cannot be written.
    """
    log = ActivityLog(reports.parent)
    reports.mkdir(parents=True, exist_ok=True, mode=0o700)
    # One after the other, so that the last one has seen what all did.
    with FileLock(reports / ".index.lock", timeout=_PATIENCE, mode=0o600):
        record = log.read()
        acts = acts_of(record.lines)
        for language in LANGUAGES:
            place_text(reports / language.file("activity"), _render(record, acts, language))


def verdict_on(record: Record) -> Text:
    """What is to be said of the log: whether anything in it was changed, removed or cut off."""
    if not record.whole:
        places = [f"{number}" for number in record.broken]
        vi = [f"trước dòng {', '.join(places)}"] if places else []
        en = [f"before line {', '.join(places)}"] if places else []
        return Text(
            f"Nhật ký đã bị sửa, xóa hoặc cắt: {' và '.join([*vi, *(['ở cuối'] if record.cut else [])])}.",
            f"The log was changed or cut: {' and '.join([*en, *(['at its end'] if record.cut else [])])}.",
        )
    torn = ", ".join(f"{number}" for number in record.torn)
    return Text(
        f"Nhật ký nguyên vẹn: {len(record.lines)} dòng, không dòng nào bị sửa, xóa hay cắt"
        + (f"; dòng {torn} chỉ ghi được phần đầu vì mất điện hoặc đầy đĩa." if torn else "."),
        f"The log is whole: {len(record.lines)} lines, none changed, removed or cut off"
        + (f"; of line {torn} only the beginning was written, in a crash or on a full disk." if torn else "."),
    )


def told_facts(act: Act, language: Language) -> list[tuple[str, str]]:
    """What is told of an act, with its word in this language; a count is no number of a person."""
    return [
        (language.word(activity_words.FACTS, name), language.whole(fact) if isinstance(fact, int) else fact)
        for name, fact in act.facts.items()
    ]


def _render(record: Record, acts: list[Act], language: Language) -> str:
    scripts = [script(name) for name in _SCRIPTS]
    newest = acts[: -_SHOWN - 1 : -1]
    other = next(one for one in LANGUAGES if one is not language)
    return (
        environment(language)
        .get_template("activity.html")
        .render(
            title=_TITLE,
            record=record,
            verdict=verdict_on(record),
            count=len(acts),
            acts=[(act, told_facts(act, language)) for act in newest],
            communes=_names({act.commune for act in newest if act.commune}),
            actions=sorted({act.action for act in newest}),
            states=sorted({act.state for act in newest}),
            until=record.lines[-1].at if record.lines else None,
            words=activity_words,
            labels=labels,
            other=other,
            other_file=other.file("activity"),
            index_file=language.file("index"),
            scripts=scripts,
            policy=policy(*scripts),
        )
    )


def _names(codes: set[str]) -> dict[str, str]:
    """The communes of these codes by name; a code of no commune stands for itself."""
    known = dict(MergerMap.shipped().new_communes(None))
    return {code: f"{known[code]} ({code})" if code in known else code for code in sorted(codes)}
