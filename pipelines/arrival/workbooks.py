"""Workbooks that come back with answers: of which new commune they are, and their answers taken, whole or not at all.

It is one and the same whether a workbook is imported by command or arrives in the drop folder. Whoever takes answers
holds the commune's lock.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from pipelines.clerical.answers import is_sample, read_sample
from pipelines.clerical.log import clerical_log
from pipelines.clerical.mending import events_of, rows_in
from pipelines.review.answers import read_answers
from pipelines.review.decisions import Decision, Event, decision_log
from pipelines.review.sheet_lines import machine_sheet, read_sheets
from pipelines.review.taking import take, with_marks
from pipelines.review.workbook_words import MACHINE
from pipelines.warehouse.versions import was_published


@dataclass(frozen=True)
class Returned:
    """What came of a workbook; with a problem nothing was taken."""

    of_sample: bool
    """Whether it is one for clerical review, and not one of cases."""
    given: int = 0
    """Answers in it."""
    decisions: int = 0
    """Decisions that were taken."""
    new: int = 0
    """Answers to a sample that were taken."""
    known: int = 0
    """Decisions, or answers to a sample, that stood in the log before."""
    problems: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    """Why answers to a sample did not become decisions; they are counted all the same, being what was measured."""


def commune_of_workbook(path: Path) -> str:
    """The new commune of which this is a workbook of ours; empty when it is none."""
    try:
        with zipfile.ZipFile(path) as parts:
            sheets = parts.read("xl/workbook.xml").decode(errors="replace")
    except (OSError, KeyError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        return ""
    machine = machine_sheet(read_sheets(path) or {}) if f'name="{escape(MACHINE)}"' in sheets else None
    return machine.facts.get("commune_code", "") if machine else ""


def take_workbook(data: Path, code: str, file: Path, warehouse: Path, *, at: str) -> Returned:
    """Take the answers of a workbook of a new commune; `warehouse`: what is published of it. `at`: when, ISO 8601."""
    return (_take_sample if is_sample(file) else _take_cases)(data, code, file, warehouse, at)


def _take_cases(data: Path, code: str, file: Path, warehouse: Path, at: str) -> Returned:
    answers = read_answers(file, warehouse, at=at)
    if answers.problems or not answers.proposals:
        return Returned(of_sample=False, problems=answers.problems)
    decisions = with_marks(answers.decisions, data / "ledger", code, was_published(data, code))
    taken = take(decision_log(data, code), decisions, warehouse, [one.place for one in answers.proposals])
    return Returned(False, len(decisions), taken.taken, known=taken.known, problems=taken.problems)


def _take_sample(data: Path, code: str, file: Path, warehouse: Path, at: str) -> Returned:
    """What contradicts the machine becomes decisions, but for those that contradict another one or a hard rule."""
    log, decisions = clerical_log(data, code), decision_log(data, code)
    answers = read_sample(file, log.draws(), code, at=at)
    if answers.problems or answers.draw is None or not answers.given:
        return Returned(of_sample=True, problems=answers.problems)
    following = events_of(answers.draw, answers.given, decisions.in_force(), rows_in(warehouse))
    made = [event for event, _ in following if isinstance(event, Decision)]
    marked = iter(with_marks(made, data / "ledger", code, was_published(data, code)))
    events: list[Event] = [next(marked) if isinstance(event, Decision) else event for event, _ in following]
    places = [place for _, place in following]
    taken = again = take(decisions, events, warehouse, places)
    if taken.refused:
        kept = [number for number, event in enumerate(events) if event not in taken.refused]
        again = take(decisions, [events[one] for one in kept], warehouse, [places[one] for one in kept])
    new = log.add_answers([one.answer for one in answers.given])
    given = len(answers.given)
    return Returned(True, given, again.taken, new, given - new, undecided=taken.problems)
