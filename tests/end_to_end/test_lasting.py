"""What must last, over random sequences of files that come, change and go, decisions, and crashes.

The machine knows what no run does: which row is the corrected form of which, and what was ever shown to anybody. After
every run it holds the promises of docs/lasting.md against that.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from random import Random
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from pipelines.identity.ledger import assign_ids
from pipelines.identity.resolving import resolve
from pipelines.parcels.sheet_map import Assigned, Sheet
from pipelines.review.decisions import BINDING, JOINING, PARTING, Decision, DecisionLog, Revocation
from pipelines.review.taking import Taken, take
from pipelines.warehouse.verification import verify
from pipelines.warehouse.versions import MODES, entries, manifest_of
from tests.end_to_end.commune import CODE, DATASETS, STAGES, Book, Commune, Line, Outcome, Registers
from tests.identity.test_ledger_crashes import Killed, killed

LOCATORS = {"citizen_sources", "parcel_sources", "row_balance", "column_encodings", "decoded_rows"}
"""Tables that say in which file and line a row stands."""
TELLING = {
    "citizens": ("ho_ten", "ngay_sinh", "gioi_tinh", "so_dinh_danh", "so_cmnd", "so_ho_khau", "ho_ten_cha"),
    "parcels": ("so_to", "so_thua", "dien_tich", "chu_su_dung", "so_gcn"),
}
KINDS = ("same", "different", "keep_out", "dissolve", "number_superseded", "number_right", "needs_paper", "cannot_tell")
ABOUT = ("anybody", "case", "entities")
CHANGES = (
    *("files_come", "a_file_is_withdrawn", "files_are_renamed_and_rows_shuffled", "a_copy_of_a_file_is_left"),
    *("a_note_is_written", "a_cell_is_corrected", "a_pen_slips", "a_correction_is_undone", "a_line_is_inserted"),
)
IN_PUBLICATION = 64
"""How many moments at which a publication can be killed; a few more than it has."""
PICK = st.integers(0, 9999)
"""Which of those that there are: modulo their number."""


class Refused(Exception):
    """A gate, or a blocking case, ended the run."""


class Lasting(RuleBasedStateMachine):
    """Officers, their registers, and the machine that unifies them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(mkdtemp(prefix="lasting"))
        self.commune = Commune(self.folder / "data", Registers.drawn())
        self.settled: Outcome | None = None
        """What was published last, in either mode: to this the ledger is committed."""
        self.standing: dict[str, Outcome] = {}
        """What is published now, by mode."""
        self.publications: dict[str, list[str]] = {mode: [] for mode in MODES}
        self.meant: dict[str, set[int]] = {}
        """Whom an id was ever shown for, with those that were merged into it."""
        self.held: dict[str, set[str]] = {}
        """The trusted numbers that the rows of an id ever had."""
        self.printed: set[str] = set()
        """Ids that were ever published."""
        self.sheets: dict[Sheet, Assigned] = {}
        """The number under which a map sheet was first published."""
        self.record_ids: dict[tuple[str, str, tuple[str, ...]], str] = {}
        self.known: dict[str, tuple[int, str]] = {}
        """Of every row that ever was: its person, and what identified it."""
        self.history: list[tuple] = []
        self.unproved = False
        """Whether the last run was published, and nobody has looked since whether it comes out so again."""
        self.notes = 0

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    # What happens to files.

    @initialize(late=PICK)
    def one_commune_is_late(self, late: int) -> None:
        code = pick(sorted({book.code for book in self.books}), late)
        for book in self.books:
            book.there = book.code != code

    @rule(
        changes=st.lists(st.tuples(st.sampled_from(CHANGES), PICK, PICK, PICK), max_size=4),
        decisions=st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(ABOUT), PICK, PICK), max_size=4),
        revoked=st.none() | PICK,
        mode=st.sampled_from(MODES),
        death=st.none() | st.none() | st.sampled_from(STAGES) | st.integers(0, IN_PUBLICATION),
    )
    def a_day(
        self,
        changes: list[tuple[str, int, int, int]],
        decisions: list[tuple[str, str, int, int]],
        revoked: int | None,
        mode: str,
        death: str | int | None,
    ) -> None:
        """Registers change, officers decide, and a run is published, refused, or killed at some moment."""
        for change, *picks in changes:
            getattr(self, change)(*picks)
        for kind, about, which, other in decisions if self.settled else []:
            decision = self.decision(kind, self.rows_about(about, which, other))
            if decision:
                self.decide(decision)
        if revoked is not None:
            self.revoke(revoked)
        self.run(mode, death)

    def files_come(self, which: int, *_: int) -> None:
        absent = sorted({book.code for book in self.books if not book.there})
        for book in self.books:
            book.there |= bool(absent) and book.code == pick(absent, which)

    def a_file_is_withdrawn(self, which: int, *_: int) -> None:
        if len(self.there) > 2:
            pick(self.there, which).there = False

    def a_note_is_written(self, book: int, line: int, *_: int) -> None:
        self.notes += 1
        self.correct(pick(self.there, book), line, "ghi_chu", f"đối chiếu lần {self.notes}")

    def a_cell_is_corrected(self, book: int, line: int, other: int) -> None:
        """To what another row says there."""
        chosen = pick(self.there, book)
        column = pick(TELLING[chosen.dataset], other)
        rows = [row for one in self.books if one.dataset == chosen.dataset for row in one.lines]
        self.correct(chosen, line, column, pick(rows, other // 7).cells[chosen.header.index(column)])

    def a_pen_slips(self, book: int, line: int, column: int) -> None:
        chosen = pick(self.there, book)
        name = pick(TELLING[chosen.dataset], column)
        cell = pick(chosen.lines, line).cells[chosen.header.index(name)]
        last = str((int(cell[-1]) + 1) % 10) if cell[-1:].isdecimal() else ""
        self.correct(chosen, line, name, cell[:-1] + last)

    def a_correction_is_undone(self, which: int, *_: int) -> None:
        corrected = [(book, at) for book in self.there for at, line in enumerate(book.lines) if line.before]
        if corrected:
            book, at = pick(corrected, which)
            self.replace(book, at, book.lines[at].before)

    def a_line_is_inserted(self, book: int, newcomer: int, *_: int) -> None:
        """At the top of the file."""
        chosen = pick(self.there, book)
        waiting = self.commune.registers.newcomers[chosen.code, chosen.dataset]
        if waiting:
            chosen.lines.insert(0, waiting.pop(newcomer % len(waiting)))

    def files_are_renamed_and_rows_shuffled(self, seed: int, *_: int) -> None:
        self.commune.registers = self.commune.registers.shuffled(Random(seed))

    def a_copy_of_a_file_is_left(self, which: int, *_: int) -> None:
        book = pick(self.there, which)
        book.copied = not book.copied

    # What officers decide.

    def decide(self, decision: Decision) -> Taken:
        """Taken whole, or refused with a sentence that names it and nothing changed."""
        before = self.commune.log.events()
        taken = self.commune.take(decision)
        after = self.commune.log.events()
        if taken.problems:
            assert taken.taken == 0 and after == before
            assert all(decision.decision_id in problem for problem in taken.problems)
        elif taken.taken:
            assert after[:-1] == before and after[-1].decision_id == decision.decision_id
            assert all(after[-1].marks)
        else:
            assert taken.known == 1 and decision.question in {one.question for one in self.commune.log.in_force()}
        self.check_consistent()
        return taken

    def check_consistent(self) -> None:
        """No decision in force says of two rows what others together deny."""
        group: dict[str, set[str]] = {}
        in_force = self.commune.log.in_force()
        for decision in in_force:
            if decision.kind in JOINING:
                joined = set(decision.record_ids).union(*(group.get(row, set()) for row in decision.record_ids))
                group |= dict.fromkeys(joined, joined)
        for decision in in_force:
            parts = dict(zip(decision.record_ids, decision.parts, strict=True))
            if decision.kind in PARTING:
                assert all(parts[a] == parts[b] or b not in group.get(a, ()) for a, b in combinations(parts, 2))
            elif decision.kind == "keep_out":
                assert all(len(group.get(row, ())) < 2 for row in parts)

    def revoke(self, which: int) -> None:
        if not self.commune.log.in_force():
            return
        decision = pick(self.commune.log.in_force(), which)
        revocation = Revocation(decision_id=decision.decision_id, by="Trần Văn Minh", at=self.commune.now().isoformat())
        assert self.commune.take(revocation).problems == ()
        assert decision not in self.commune.log.in_force()

    # Runs.

    @precondition(lambda self: self.unproved)
    @rule()
    def an_equal_run_changes_nothing(self) -> None:
        first = self.settled
        files, versions = self.commune.ledger_files(), self.commune.versions(first.mode)
        self.run(first.mode)
        second = self.standing[first.mode]
        assert second.run_id != first.run_id
        assert second.ids == first.ids
        assert second.manifest["logical_hash"] == first.manifest["logical_hash"]
        assert second.changes.is_empty()
        assert second.history == first.history
        assert self.commune.ledger_files() == files
        assert self.commune.versions(first.mode) == versions
        assert verify(self.commune.published(first.mode)).differences == []
        self.unproved = False

    @precondition(lambda self: self.unproved)
    @rule(seed=PICK, renamed=st.booleans())
    def a_run_elsewhere_gives_the_same(self, seed: int, renamed: bool) -> None:
        """On another machine, with another ledger, decisions replayed, files of other names and in another order."""
        here, registers = self.settled, self.commune.registers
        elsewhere = Commune(self.folder / "elsewhere", registers.shuffled(Random(seed)) if renamed else registers)
        self.replay(elsewhere.log)
        there = elsewhere.run(here.mode)
        assert there.partition == here.partition
        differing = {name for name, value in here.hashes().items() if there.hashes()[name] != value}
        # A published sheet number never moves: elsewhere nothing was published before.
        assert differing <= {"sheet_map", *(LOCATORS if renamed else ())}
        assert renamed or there.manifest["logical_hash"] == here.manifest["logical_hash"]
        shutil.rmtree(elsewhere.data)
        self.unproved = False

    def replay(self, log: DecisionLog) -> None:
        """Decisions taken on another machine, twice: the second time nothing is new."""
        events = self.commune.log.events()
        assert take(log, events, None).problems == ()
        taken = log.events()
        assert log.in_force() == self.commune.log.in_force()
        assert take(log, events, None).taken == 0
        assert log.events() == taken

    def run(self, mode: str, death: str | int | None = None) -> None:
        shown: list[Outcome] = []

        def reached(now: str) -> None:
            if now == death:
                raise Killed
            if now == "staged" and mode == "official" and shown[0].blocking:
                raise Refused

        publication = killed(death) if isinstance(death, int) else None
        done: Outcome | None = None
        with suppress(Killed, Refused):
            done = self.commune.run(mode, reached, publication, shown.append)
        for outcome in shown:
            self.check_shown(outcome)
            target = self.commune.published(mode)
            manifest = manifest_of(target) if target.is_file() else {}
            published = manifest.get("run_id") == outcome.run_id
            assert published or done is None
            assert self.commune.was_published(outcome.run_id) is published
            if published:
                self.check_published(replace(outcome, manifest=manifest), crashed=done is None)
            self.note(outcome, published=published)
        self.unproved = done is not None
        if done is None:
            self.check_standing()

    # What must hold.

    def check_shown(self, outcome: Outcome) -> None:
        """Of every staging warehouse, published or not."""
        assert outcome.failed_gates == []
        expected = self.commune.registers.lines()
        people = Counter(line.person for book in self.there for line in book.lines)
        assert Counter(outcome.persons.values()) == people, expected.keys()
        assert outcome.ids.keys() == {row for rows in outcome.partition for row in rows}
        assert frozenset(outcome.entities().values()) == outcome.partition
        self.check_record_ids(outcome)
        self.check_numbers(outcome)
        self.check_decisions(outcome)
        self.check_ids(outcome)

    def check_record_ids(self, outcome: Outcome) -> None:
        """A row's name comes from what it says, wherever it stands."""
        rows = {person: row for row, person in outcome.persons.items()}
        for book in self.there:
            for line in book.lines:
                content = (book.code, book.dataset, line.cells)
                assert self.record_ids.setdefault(content, rows[line.person]) == rows[line.person]

    def check_numbers(self, outcome: Outcome) -> None:
        """No two trusted numbers are one person's; one that was issued again counts as that in force."""
        for rows in outcome.partition:
            assert (
                len({outcome.numbers[row] for row in rows if row in outcome.numbers and is_person(row, outcome)}) <= 1
            )

    def check_decisions(self, outcome: Outcome) -> None:
        """What was taken holds for the rows that are as they were, or a blocking case says why not."""
        contradicted = [set(case["record_ids"]) for case in outcome.cases if case["reason"] == "decisions_contradict"]
        assert all(case["blocking"] for case in outcome.cases if case["reason"] == "decisions_contradict")
        for decision in outcome.decisions:
            parts = dict(zip(decision.record_ids, decision.parts, strict=True))
            here = sorted(row for row in parts if row in outcome.ids)
            if decision.kind in JOINING:
                if len({outcome.ids[row] for row in here}) > 1:
                    assert any(rows & set(here) for rows in contradicted)
            elif decision.kind in PARTING:
                for a, b in combinations(here, 2):
                    assert parts[a] == parts[b] or outcome.ids[a] != outcome.ids[b]
            elif decision.kind == "keep_out":
                assert all(frozenset([row]) in outcome.partition for row in here)
        self.check_corrected(outcome, contradicted)

    def check_corrected(self, outcome: Outcome, contradicted: list[set[str]]) -> None:
        """A decision of which a row was corrected is asked again, until somebody answers."""
        asked = [set(case["record_ids"]) for case in outcome.cases if case["reason"] == "decision_row_changed"]
        now = {person: row for row, person in outcome.persons.items()}
        alike = Counter(outcome.identifying.values())
        for decision in outcome.decisions:
            named = set(decision.record_ids)
            here = named & outcome.ids.keys()
            successors = {row: now.get(self.known[row][0]) for row in named - here}
            certain = {
                after
                for row, after in successors.items()
                if after
                and after not in named
                and alike[self.known[row][1]] == 1
                and outcome.identifying[after] == self.known[row][1]
            }
            rows = here | certain
            answered = any(answers(other, decision) and rows <= set(other.record_ids) for other in outcome.decisions)
            if decision.kind in BINDING and certain and len(certain) == sum(map(bool, successors.values())):
                assert answered or rows in asked
                if decision.kind in JOINING and len({outcome.ids[row] for row in rows}) > 1:
                    spoken_of = [set(other.record_ids) for other in outcome.decisions if answers(other, decision)]
                    assert any(len(rows & one) > 1 for one in (*contradicted, *spoken_of))
                if decision.kind == "keep_out" and not answered:
                    assert all(frozenset([row]) in outcome.partition for row in certain)
        for rows in asked:
            assert any(
                set(decision.record_ids) & outcome.ids.keys() <= rows
                and not set(decision.record_ids) <= outcome.ids.keys()
                and not any(answers(other, decision) and rows <= set(other.record_ids) for other in outcome.decisions)
                for decision in outcome.decisions
            )

    def check_ids(self, outcome: Outcome) -> None:
        """Ids are minted once, mean whom they meant, and stay with whom they meant."""
        minted = Counter(new for _, _, new, kind, _ in outcome.history if kind == "minted")
        assert max(minted.values(), default=1) == 1
        for dataset in DATASETS:  # what was told of ids is never told otherwise
            told, now = ([row for row in rows if row[0] == dataset] for rows in (self.history, outcome.history))
            assert now[: len(told)] == told
        for entity, rows in outcome.entities().items():
            assert entity in minted
            people = {outcome.persons[row] for row in rows}
            numbers = {outcome.numbers[row] for row in rows if row in outcome.numbers}
            if entity in self.meant:
                assert people & self.meant[entity] or numbers & self.held[entity], entity
            else:
                assert (entity, outcome.run_id) in {
                    (new, run) for *_, new, kind, run in outcome.history if kind == "minted"
                }
        known = {run for runs in self.publications.values() for run in runs}
        assert {run for *_, run in outcome.history} <= known | {outcome.run_id}
        if self.settled:
            self.check_kept(self.settled, outcome)

    def check_kept(self, before: Outcome, outcome: Outcome) -> None:
        """Who is made up of the same rows, or of the same ones corrected, keeps the id."""
        last = {
            frozenset(before.persons[row] for row in rows): (entity, rows) for entity, rows in before.entities().items()
        }
        holders: dict[str, set[str]] = {}
        for row, number in outcome.numbers.items():
            holders.setdefault(number, set()).add(outcome.ids[row])
        for entity, rows in outcome.entities().items():
            people = frozenset(outcome.persons[row] for row in rows)
            if people not in last:
                continue
            earlier, its_rows = last[people]
            told = {outcome.identifying[row] for row in rows}
            same = rows & its_rows or any(self.known[row][1] in told for row in its_rows)
            rivals = {one for number in self.held[earlier] for one in holders.get(number, set())} - {entity}
            strangers = {
                other
                for other, numbers in self.held.items()
                if other != earlier and numbers & {outcome.numbers[row] for row in rows if row in outcome.numbers}
            }
            if same and not rivals and not strangers:
                assert entity == earlier

    def check_published(self, outcome: Outcome, *, crashed: bool) -> None:
        """Of every publication: what was printed resolves, the report tells what changed, and the log stands."""
        mode = outcome.mode
        log = [entry.run_id for entry in entries(self.commune.published(mode))]
        expected = [*self.publications[mode], outcome.run_id]
        assert log == expected or (crashed and log == expected[:-1])
        self.check_report(outcome)
        assert all(self.sheets.get(sheet, given) == given for sheet, given in outcome.sheets.items())
        current, was_published = outcome.entities(), self.commune.was_published
        left = {old for _, old, _, kind, _ in outcome.history if kind in {"merged_into", "retired"}}
        assert self.printed <= current.keys() | left
        for entity in self.printed - current.keys():
            found = resolve(self.commune.ledger, entity, was_published)
            assert found.state in {"merged", "retired"}
            assert found.current is None or (found.state == "merged" and found.current in current)
            if self.settled and entity in (last := self.settled.entities()):
                heirs = {outcome.ids[row] for row in last[entity] if row in outcome.ids}
                if heirs:
                    assert found.current in heirs or (found.current is None and heirs <= set(found.parts))
        for entity in sorted(current)[:: max(1, len(current) // 4)]:
            assert resolve(self.commune.ledger, entity, was_published).current == entity
        if not crashed:
            self.check_equal_again(outcome)

    def check_equal_again(self, outcome: Outcome) -> None:
        """The ledger, asked about the same rows in another order, gives the same and writes nothing."""
        files, was_published = self.commune.ledger_files(), self.commune.was_published
        for name in DATASETS:
            rows = outcome.rows[name].sample(fraction=1, shuffle=True, seed=7)
            again = assign_ids(self.commune.ledger, name, CODE, rows, "again", was_published)
            ids = dict(rows.join(again.ids, on="cluster").select("record_id", "entity_id").rows())
            assert ids == {row: outcome.ids[row] for row in ids}
        assert self.commune.ledger_files() == files

    def check_report(self, outcome: Outcome) -> None:
        """The table of changes has every id that is new or gone since the last publication of this mode, once."""
        before = self.standing.get(outcome.mode)
        if before is None:
            assert outcome.changes.is_empty()
            return
        old, new = before.entities(), outcome.entities()
        told = outcome.changes.select("kind", "earlier_entity_id", "entity_id").rows()
        gone = [earlier for kind, earlier, _ in told if kind in {"merged", "withdrawn"}]
        come = [now for kind, _, now in told if kind in {"new", "split"}]
        assert sorted(gone) == sorted(old.keys() - new.keys())
        assert sorted(come) == sorted(new.keys() - old.keys())
        differing = {entity for entity in old.keys() & new.keys() if old[entity] != new[entity]}
        assert differing <= {now for kind, _, now in told if kind == "changed"}

    def check_standing(self) -> None:
        """After a crash: what is published is whole, and its newest ids are those that the ledger knows."""
        for mode, outcome in self.standing.items():
            assert manifest_of(self.commune.published(mode))["run_id"] == outcome.run_id
        if self.settled:
            was_published = self.commune.was_published
            for entity in sorted(self.settled.entities())[::8]:
                found = resolve(self.commune.ledger, entity, was_published)
                assert (found.state, found.current) == ("current", entity)

    def note(self, outcome: Outcome, *, published: bool) -> None:
        """Remember what was shown."""
        for row, person in outcome.persons.items():
            self.known[row] = (person, outcome.identifying[row])
        for entity, rows in outcome.entities().items():
            self.meant.setdefault(entity, set()).update(outcome.persons[row] for row in rows)
            self.held.setdefault(entity, set()).update(outcome.numbers[row] for row in rows if row in outcome.numbers)
        if published:
            for _, old, new, kind, run in outcome.history:
                if kind == "merged_into" and run == outcome.run_id:
                    self.meant[new] |= self.meant[old]
                    self.held[new] |= self.held[old]
            self.printed |= outcome.entities().keys()
            self.sheets = outcome.sheets | self.sheets
            self.publications[outcome.mode].append(outcome.run_id)
            self.standing[outcome.mode] = self.settled = replace(
                outcome, manifest=manifest_of(self.commune.published(outcome.mode))
            )
            self.history = outcome.history

    # What rules ask for.

    @property
    def books(self) -> list[Book]:
        return self.commune.registers.books

    @property
    def there(self) -> list[Book]:
        return [book for book in self.books if book.there]

    def correct(self, book: Book, line: int, column: str, text: str) -> None:
        at, where = line % len(book.lines), book.header.index(column)
        cells = book.lines[at].cells
        self.replace(book, at, (*cells[:where], text, *cells[where + 1 :]))

    def replace(self, book: Book, at: int, cells: tuple[str, ...]) -> None:
        """Let a row say something else, unless two equal rows would then stand in one register."""
        if cells not in [row.cells for one in self.books if one.code == book.code for row in one.lines]:
            book.lines[at] = Line(book.lines[at].person, cells, before=book.lines[at].cells)

    def place_of(self, person: int) -> tuple[Book, int]:
        return next((book, at) for book in self.there for at, line in enumerate(book.lines) if line.person == person)

    def rows_about(self, about: str, which: int, other: int) -> list[str]:
        """Rows of what is published: a case, two entities of one kind, or any two rows."""
        outcome = self.commune_published()
        if about == "case" and outcome.cases:
            return sorted(row for row in pick(outcome.cases, which)["record_ids"] if row in outcome.ids)
        if about == "anybody":
            kinds = [
                sorted(row for row in outcome.ids if is_person(row, outcome) is person) for person in (True, False)
            ]
            rows = pick([kind for kind in kinds if kind], which)
            return sorted({pick(rows, which // 2), pick(rows, other)})
        entities = outcome.entities()
        larger = sorted(entities, key=lambda entity: (-len(entities[entity]), entity))
        first, second = pick(larger[:12], which), pick(larger, other)
        same_kind = ("T" in first) == ("T" in second)
        return sorted(entities[first] | (entities[second] if same_kind and other % 2 else frozenset()))

    def commune_published(self) -> Outcome:
        """What officers have before them: the newest publication."""
        assert self.settled
        return self.settled

    def decision(self, kind: str, rows: list[str]) -> Decision | None:
        """A decision of this kind about these rows; none where the workbook would not let one be made."""
        outcome = self.commune_published()
        people = all(is_person(row, outcome) for row in rows)
        entities = list(dict.fromkeys(outcome.ids[row] for row in rows))
        parts = [1] * len(rows)
        if not rows or (kind in {"same", "different", "dissolve"} and len(rows) < 2):
            return None
        if kind == "different" and len(entities) > 1:
            parts = [1 + entities.index(outcome.ids[row]) for row in rows]
        elif kind in PARTING:
            parts = [*range(1, len(rows) + 1)]
        elif kind in {"number_superseded", "number_right"}:
            right = next((outcome.numbers[row] for row in rows if row in outcome.numbers), None)
            if not people or right is None:
                return None
            parts = [1 if outcome.numbers.get(row) == right else 2 for row in rows]
            if kind == "number_superseded" and 2 not in parts:
                return None
        return Decision(
            dataset="citizens" if people else "parcels",
            kind=kind,
            record_ids=tuple(rows),
            parts=tuple(parts),
            by="Lê Thị Hòa",
            at=self.commune.now().isoformat(timespec="seconds"),
        )


def answers(later: Decision, earlier: Decision) -> bool:
    """Whether a decision is about what an earlier one was about, and decides it."""
    if later.at <= earlier.at:
        return False
    if earlier.kind == "number_right":
        return later.kind in {"number_right", "number_superseded"}
    if earlier.kind == "keep_out":
        return later.kind == "keep_out" or (later.kind in JOINING and len(later.record_ids) > 1)
    return later.kind in {*JOINING, *PARTING, "keep_out"}


def pick(things, which: int):
    return things[which % len(things)]


def is_person(row: str, outcome: Outcome) -> bool:
    return "-T" not in outcome.ids[row]


def usual(examples: int, steps: int, *phases: Phase) -> settings:
    """The same days every time. A failure is made small only where there is time: each run takes a second."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate, *phases],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def office() -> Iterator[Lasting]:
    """The machine in hand, to be led through what random days seldom bring; it holds its promises all the same."""
    machine = Lasting()
    machine.one_commune_is_late(3)
    machine.run("trial")
    yield machine
    machine.teardown()


def of_two_people(machine: Lasting, kind: str) -> Decision:
    """A decision about two people with one row each: with two numbers if one was issued again, else with none."""
    outcome = machine.settled
    alone = sorted(row for row, *others in outcome.entities().values() if not others and is_person(row, outcome))
    numbered = kind == "number_superseded"
    return machine.decision(kind, [row for row in alone if (row in outcome.numbers) is numbered][:2])


@pytest.mark.long
def test_a_fifth_communes_files_leave_every_id_there_or_resolving(office: Lasting) -> None:
    before = office.settled.entities()
    office.files_come(0)
    office.run("official")
    after = office.settled.entities()
    assert len(after) > len(before)
    assert any(len(after[entity]) > len(rows) for entity, rows in before.items() if entity in after)
    office.an_equal_run_changes_nothing()
    office.a_run_elsewhere_gives_the_same(seed=11, renamed=True)


def test_a_withdrawn_file_takes_its_ids_along_and_brings_them_back(office: Lasting) -> None:
    before = office.settled.ids
    withdrawn = office.there[0]
    withdrawn.there = False
    office.run("trial")
    assert "retired" in {kind for *_, kind, _ in office.settled.history}
    withdrawn.there = True
    office.run("trial")
    assert office.settled.ids == before


def test_a_correction_of_an_only_row_leaves_the_id(office: Lasting) -> None:
    """Also without a number: then the marks of the row tell."""
    before = office.settled
    chosen = of_two_people(office, "different")
    people = [before.persons[row] for row in chosen.record_ids]
    for person, column, text in zip(people, ("ghi_chu", "ho_ten_cha"), ("đã xem", "Nguyễn Văn Khác"), strict=True):
        office.correct(*office.place_of(person), column, text)
    office.run("trial")
    after = {person: row for row, person in office.settled.persons.items()}
    for row, person in zip(chosen.record_ids, people, strict=True):
        assert after[person] not in before.ids
        assert office.settled.ids[after[person]] == before.ids[row]


@pytest.mark.parametrize("kind", ["same", pytest.param("number_superseded", marks=pytest.mark.long)])
def test_a_wrong_merger_is_undone_and_the_old_ids_mean_the_same_people_again(office: Lasting, kind: str) -> None:
    before = office.settled
    decision = of_two_people(office, kind)
    assert office.decide(decision).taken == 1
    office.run("trial")
    a, b = decision.record_ids
    assert office.settled.ids[a] == office.settled.ids[b]
    office.a_run_elsewhere_gives_the_same(seed=5, renamed=False)
    office.run("official", death="land drafted")
    office.revoke(0)
    office.run("trial")
    assert office.settled.ids == before.ids
    assert [(old, new) for _, old, new, kind, _ in office.settled.history if kind == "split_from"]


@pytest.mark.long
def test_what_officers_part_stays_apart_until_it_is_revoked(office: Lasting) -> None:
    before = office.settled
    merged = sorted(sorted(rows) for rows in before.partition if len(rows) == 2 and is_person(min(rows), before))
    office.a_copy_of_a_file_is_left(0)
    for kind, rows in zip(("keep_out", "dissolve", "different"), merged, strict=False):
        decision = office.decision(kind, rows[:1] if kind == "keep_out" else rows)
        assert office.decide(decision).taken == 1
        assert office.decide(office.decision("same", rows)).problems
    office.run("trial")
    assert all(office.settled.ids[a] != office.settled.ids[b] for a, b in merged[:3])
    for _ in range(3):
        office.revoke(0)
    office.run("trial")
    assert office.settled.ids == before.ids


@pytest.mark.long
def test_a_decision_about_a_corrected_row_is_asked_again_until_somebody_answers(office: Lasting) -> None:
    decision = of_two_people(office, "same")
    office.decide(decision)
    office.run("trial")
    person = office.settled.persons[decision.record_ids[0]]
    office.correct(*office.place_of(person), "ghi_chu", "đã xem")
    office.run("trial")
    (asked,) = [case for case in office.settled.cases if case["reason"] == "decision_row_changed"]
    assert decision.record_ids[1] in asked["record_ids"]
    assert len({office.settled.ids[row] for row in asked["record_ids"]}) == 1
    office.decide(office.decision("same", asked["record_ids"]))
    office.run("trial")
    assert not [case for case in office.settled.cases if case["reason"] == "decision_row_changed"]


@pytest.mark.long
def test_data_that_come_later_bring_no_two_trusted_numbers_together(office: Lasting) -> None:
    """An officer calls a row without a number and somebody with one the same; then a file tells its own number."""
    outcome = office.settled
    book_of = {line.person: book for book in office.books for line in book.lines}
    book = {row: book_of[person] for row, person in outcome.persons.items()}
    row, others = next(
        (row, rows - {row})
        for rows in sorted(outcome.partition, key=sorted)
        for row in sorted(rows)
        if row not in outcome.numbers
        and any(one in outcome.numbers for one in rows)
        and all(book[one] is not book[row] for one in rows - {row})
    )
    files = {book[one].source_files[0] for one in others}
    for one in office.there:
        one.there = one.source_files[0] not in files
    office.run("trial")
    somebody = next(
        one
        for one in sorted(office.settled.numbers)
        if is_person(one, office.settled) and frozenset([one]) in office.settled.partition
    )
    assert office.decide(office.decision("same", [row, somebody])).taken == 1
    office.run("trial")
    assert office.settled.ids[row] == office.settled.ids[somebody]
    for one in office.books:
        one.there |= one.source_files[0] in files
    office.run("trial")
    assert office.settled.ids[row] == office.settled.ids[somebody]
    assert not {office.settled.ids[one] for one in others} & {office.settled.ids[row]}


def test_rows_of_one_person_with_two_trusted_numbers_are_a_case(office: Lasting) -> None:
    before = office.settled
    people = [sorted(rows) for rows in before.partition if len({before.numbers.get(row) for row in rows} - {None}) == 1]
    one = min(rows for rows in people if is_person(rows[0], before) and len([*filter(before.numbers.get, rows)]) > 1)
    row = next(row for row in one if row in before.numbers)
    book, line = office.place_of(before.persons[row])
    number = before.numbers[row]
    office.correct(book, line, "so_dinh_danh", number[:6] + f"{(int(number[6:]) + 445566) % 1000000:06}")
    office.run("trial")
    after = {person: row for row, person in office.settled.persons.items()}
    rows = {after[before.persons[row]] for row in one}
    assert len({office.settled.numbers.get(row) for row in rows} - {None}) == 2
    assert any(case["reason"] == "union_refused" and rows >= {*case["record_ids"]} for case in office.settled.cases)


@pytest.mark.long  # tests/faults kills real processes; this knows every id
def test_runs_that_are_killed_one_after_the_other_leave_what_is_published(office: Lasting) -> None:
    office.files_come(0)
    office.decide(of_two_people(office, "same"))
    kill_all(office, ["staged", 6, 7, 55])


@pytest.mark.long
def test_a_kill_at_every_moment_leaves_what_is_published(office: Lasting) -> None:
    kill_all(office, [*STAGES, *range(IN_PUBLICATION)])


def kill_all(office: Lasting, deaths: list[str | int]) -> None:
    for at, death in enumerate(deaths):
        office.a_line_is_inserted(at, 0)
        office.a_note_is_written(at, at)
        office.run("trial", death)
    office.run("official")
    office.an_equal_run_changes_nothing()


TestLasting = Lasting.TestCase
TestLasting.settings = usual(1, 5)


class LongLasting(Lasting):
    """More days."""


TestLongLasting = pytest.mark.long(LongLasting.TestCase)
TestLongLasting.settings = usual(20, 16, Phase.shrink)
