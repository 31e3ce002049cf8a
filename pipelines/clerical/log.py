"""What was drawn for clerical review and what people answered, kept for ever beside the decisions.

`<decisions>/<commune>.sample/000001.jsonl`, …: one file a draw or an import; one event a line. Pairs are named by the
`record_id` of their rows, never by what these say. Measuring needs nothing but this log and a warehouse.
"""

import hashlib
import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple

import polars as pl
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from pipelines.linkage.sampling import MERGED
from pipelines.problems import UnusableInput
from pipelines.review.journal import Journal, lines_of
from pipelines.warehouse.schema import CLERICAL_ANSWERS, CLERICAL_FRAME

Dataset = Literal["citizens", "parcels"]
Verdict = Literal["same", "different", "cannot_tell"]
Pair = tuple[str, str]
"""The record ids of its two rows, the smaller one first."""


class ComparedPair(NamedTuple):
    """A pair of the publication: what the machine made of it (`kind`), and how many pairs its stratum has in all."""

    dataset: Dataset
    record_ids: Pair
    probability: float
    kind: str
    stratum: str
    stratum_pairs: int

    @property
    def machine(self) -> Verdict:
        """What the machine says of it by what it did."""
        return "same" if self.kind == MERGED else "different"


class Draw(BaseModel, frozen=True):
    """A sample: of which publication, by which seed and size, and which pairs.

    `version` is how people call the publication, `pairs_hash` the hash of the pairs that are measured, `models` the
    name of the linkage model by data set. `frame` holds all pairs that could be drawn, since the next publication will
    not have those that were mended; `shown` are the positions of those drawn, in the order in which they are shown.
    """

    event: Literal["drawn"] = "drawn"
    seed: int
    size: int
    version: str
    logical_hash: str
    pairs_hash: str
    models: dict[str, str]
    at: str
    by: str
    frame: tuple[ComparedPair, ...]
    shown: tuple[int, ...]

    @cached_property
    def draw_id(self) -> str:
        """`PT-` (phúc tra) and a hash of the design and the pairs: the same draw again is the same."""
        told = [self.seed, self.size, self.logical_hash, self.pairs_hash, self.pairs]
        return f"PT-{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]}"

    @cached_property
    def pairs(self) -> tuple[ComparedPair, ...]:
        """The drawn pairs, in the order in which they are shown."""
        return tuple(self.frame[at] for at in self.shown)

    @cached_property
    def by_rows(self) -> dict[tuple[str, Pair], ComparedPair]:
        """The drawn pairs by data set and rows."""
        return {(pair.dataset, pair.record_ids): pair for pair in self.pairs}


class Answer(BaseModel, frozen=True):
    """What a person said of a pair of a draw."""

    event: Literal["answered"] = "answered"
    draw_id: str
    dataset: Dataset
    record_ids: Pair
    answer: Verdict
    by: str = Field(min_length=1)
    at: str
    note: str = ""

    @property
    def question(self) -> tuple[str, str, Pair, str]:
        """Who was asked about what: of two equal ones the newer answer holds."""
        return self.draw_id, self.dataset, self.record_ids, self.by

    @property
    def content(self) -> tuple[object, ...]:
        """The answer without its time."""
        return *self.question, self.answer, self.note


_EVENT: Final[TypeAdapter[Draw | Answer]] = TypeAdapter(Annotated[Draw | Answer, Field(discriminator="event")])


class ClericalLog:
    """The draws and answers of one new commune, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._journal = Journal(folder)

    def draws(self) -> dict[str, Draw]:
        """All draws by id, in the order in which they were made; UnusableInput when a file is damaged."""
        return {event.draw_id: event for event in self._events() if isinstance(event, Draw)}

    def answers(self) -> list[Answer]:
        """The answers that hold, in the order of time: of each person on each pair of a draw the newest one."""
        given = sorted((event for event in self._events() if isinstance(event, Answer)), key=lambda one: one.at)
        newest = {one.question: one for one in given}
        return [one for one in given if newest[one.question] is one]

    def add_draw(self, draw: Draw) -> None:
        """Keep a draw, unless the same one is known."""
        if draw.draw_id not in self.draws():
            self._journal.append([draw.model_dump_json()])

    def add_answers(self, answers: Sequence[Answer]) -> int:
        """Keep the answers that say something new as one file, whole or not at all; how many these are."""
        known = {one.content for one in self.answers()}
        new = [one for one in answers if one.content not in known]
        if new:
            self._journal.append(one.model_dump_json() for one in new)
        return len(new)

    def _events(self) -> list[Draw | Answer]:
        return [event for path in self._journal.files() for event in _read(path)]


def clerical_log(data: Path, code: str) -> ClericalLog:
    """The log of a new commune under a data folder; one for trial and official."""
    return ClericalLog(data / "decisions" / f"{code}.sample")


def answers_table(log: ClericalLog) -> pl.DataFrame:
    """The warehouse's table of the answers that hold, in order of pairs and time."""
    draws = log.draws()
    rows = [_row(one, draws[one.draw_id]) for one in log.answers() if one.draw_id in draws]
    return CLERICAL_ANSWERS.conform(pl.DataFrame(rows, schema=CLERICAL_ANSWERS.polars_schema)).sort(
        "dataset", "record_id_a", "record_id_b", "at", "by"
    )


def frame_table(log: ClericalLog) -> pl.DataFrame:
    """The warehouse's table of the pairs of which a sample was looked at last, of each data set."""
    draws = log.draws()
    newest = {one.dataset: draws[one.draw_id] for one in log.answers() if one.draw_id in draws}
    rows = [
        (pair.dataset, *pair.record_ids, *pair[2:])
        for dataset, draw in sorted(newest.items())
        for pair in draw.frame
        if pair.dataset == dataset
    ]
    return pl.DataFrame(rows, schema=CLERICAL_FRAME.polars_schema, orient="row")


def _row(one: Answer, draw: Draw) -> dict[str, object]:
    pair = draw.by_rows[one.dataset, one.record_ids]
    return {
        "dataset": one.dataset,
        "record_id_a": one.record_ids[0],
        "record_id_b": one.record_ids[1],
        "kind": pair.kind,
        "stratum": pair.stratum,
        "stratum_pairs": pair.stratum_pairs,
        "answer": one.answer,
        "by": one.by,
        "at": one.at,
        "draw_id": draw.draw_id,
        "drawn": sum(other.dataset == one.dataset for other in draw.pairs),
        "seed": draw.seed,
        "version": draw.version,
        "version_logical_hash": draw.logical_hash,
        "version_pairs_hash": draw.pairs_hash,
        "model": draw.models.get(one.dataset, ""),
    }


def _read(path: Path) -> list[Draw | Answer]:
    try:
        return [_EVENT.validate_json(line) for line in lines_of(path)]
    except (OSError, ValidationError, UnicodeDecodeError):
        raise UnusableInput(
            f"Không đọc được tệp phúc tra «{path}»: tệp hỏng hoặc không đúng dạng.",
            f"The file of clerical answers {path} cannot be read, or is not in its form.",
        ) from None
