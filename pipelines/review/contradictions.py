"""Whether a decision can stand beside those in force; a contradiction is refused with a sentence that names both.

Decisions are taken one by one into a picture of what is one entity (groups of rows), which groups are not, and which
rows stand alone. Each is checked first, in a few steps however many are in force.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import combinations

from pipelines.reports.labels import DECISION_KINDS
from pipelines.review.decisions import JOINING, PARTING, Decision

_HARD_RULE = {
    "citizens": "quy tắc «một người không mang hai số định danh đáng tin khác nhau»; nếu đúng là một người, hãy đánh x "
    "ở «Số đúng» vào dòng mang số đúng, hoặc trả lời «Số được cấp lại» nếu số đã được cấp lại",
    "parcels": "quy tắc «hai số thửa của cùng một sổ không phải là một thửa»",
}


class Standing:
    """What the decisions taken so far say together.

    `exclusive`: by row, within what and which value no entity may have two different of: ("", trusted number), or the
    land book and the number in it. `numbers`: by row, its personal number, trusted or not; `rows` are those of which
    both are known, so that nothing is held against a decision about others. `named`: how a sentence names a decision.
    """

    def __init__(
        self,
        exclusive: Mapping[str, tuple[str, str]] | None = None,
        numbers: Mapping[str, str] | None = None,
        rows: Collection[str] = (),
        named: Callable[[Decision], str] | None = None,
    ) -> None:
        self._named = named or named_in_force
        self._exclusive, self._numbers, self._known = exclusive or {}, numbers or {}, frozenset(rows)
        self._group: dict[str, str] = {}
        self._rows: dict[str, list[str]] = {}
        self._joined_by: dict[str, list[Decision]] = {}
        self._apart: dict[str, dict[str, Decision]] = {}
        self._alone: dict[str, Decision] = {}
        self._reissued: dict[str, tuple[str, Decision]] = {}
        self._holders: dict[str, list[tuple[str, Decision]]] = {}
        self._marked: dict[str, tuple[bool, Decision]] = {}
        self._taken: set[object] = set()

    def knows(self, decision: Decision) -> bool:
        """Whether an equal decision was taken before, whoever made it."""
        return decision.question in self._taken

    def take(self, decision: Decision) -> str | None:
        """Take a decision; or say, in a sentence, what it contradicts."""
        if self.knows(decision):
            return None
        other = self._other(decision)
        if other is None:
            self._taken.add(decision.question)
            self._add(decision)
            return None
        return f"Quyết định {decision.told}, «{DECISION_KINDS[decision.kind].lower()}», trái với {other}."

    def _other(self, decision: Decision) -> str | None:
        """What the decision contradicts, in words."""
        if decision.kind in JOINING:
            return self._against_joining(decision)
        if decision.kind in PARTING:
            return self._against_parting(decision)
        if decision.kind == "keep_out":
            joined = (
                self._joined_by[group] for row in decision.record_ids if (group := self._of(row)) in self._joined_by
            )
            return next((self._named(decisions[-1]) for decisions in joined), self._another_holder(decision))
        return self._against_holding(decision) if decision.kind == "number_right" else None

    def _against_joining(self, decision: Decision) -> str | None:
        groups = dict.fromkeys(map(self._of, decision.record_ids))
        alone = [self._alone[row] for row in decision.record_ids if row in self._alone and len(decision.record_ids) > 1]
        apart = [by for group in groups for other, by in self._apart.get(group, {}).items() if other in groups]
        if other := next(iter([*alone, *apart]), None):
            return self._named(other)
        reissued: dict[str, str] = {}
        if decision.kind == "number_superseded":
            old, new = self._reissues(decision)
            if len(new) > 1 or (not new and self._known.issuperset(_part(decision, first=True))):
                return "chính nó: phải đánh dấu «Số đúng» ở các dòng mang một số"
            if not old and self._known.issuperset(decision.record_ids):
                return "chính nó: các dòng không mang hai số khác nhau"
            for in_force in new:
                if (latest := self._in_force(in_force)) in old:
                    return self._named(self._reissued[in_force][1])
                reissued = dict.fromkeys(old, latest)
        return _HARD_RULE[decision.dataset] if self._excluded(groups, reissued, {}) else None

    def _reissues(self, decision: Decision) -> tuple[set[str], set[str]]:
        """The numbers that the decision calls superseded, and those that it calls in force."""
        old, new = (
            {self._numbers[row] for row in _part(decision, first=first) if row in self._numbers}
            for first in (False, True)
        )
        return old - new, new

    def _excluded(self, groups: Iterable[str], reissued: Mapping[str, str], marked: Mapping[str, bool]) -> bool:
        """Whether rows of these groups have two values that exclude each other, if numbers are reissued and `marked`
        as right or wrong like this."""
        held: dict[str, str] = {}
        for row in (row for group in groups for row in self._rows.get(group, [group])):
            is_right = marked.get(row, self._marked[row][0] if row in self._marked else None)
            if is_right is False or not (is_right or row in self._exclusive):
                continue
            within, value = self._exclusive.get(row, ("", self._numbers.get(row, "")))
            value = self._in_force(reissued.get(value, value))
            if value and held.setdefault(within, value) != value:
                return True
        return False

    def _against_parting(self, decision: Decision) -> str | None:
        seen: dict[str, tuple[str, int]] = {}
        holders: dict[str, tuple[int, Decision]] = {}
        for row, part in decision.part_of.items():
            first, its_part = seen.setdefault(self._of(row), (row, part))
            if its_part != part:
                return self._named(self._joining(first, row))
            for holder, by in self._holders.get(self._numbers.get(row, ""), []):
                if self._of(holder) == self._of(row):
                    before, other = holders.setdefault(self._numbers[row], (part, by))
                    if before != part:
                        return self._named(other)
        return None

    def _against_holding(self, decision: Decision) -> str | None:
        marked = {row: part == 1 for row, part in decision.part_of.items()}
        for row, is_right in marked.items():
            before, marked_by = self._marked.get(row, (is_right, decision))
            if before != is_right:
                return self._named(marked_by)
        for group in dict.fromkeys(map(self._of, decision.record_ids)):
            if len(self._rows.get(group, ())) > 1 and self._excluded([group], {}, marked):
                return self._named(self._joined_by[group][-1])
        rows = [(row, decision) for row in _part(decision, first=True)]
        for row, _ in rows:
            for holder, by in [*self._holders.get(self._numbers.get(row, ""), []), *rows]:
                alone = self._alone.get(row) or self._alone.get(holder) if holder != row else None
                apart = self._apart.get(self._of(row), {}).get(self._of(holder)) or alone
                if apart is not None and row in self._numbers and self._numbers.get(holder) == self._numbers[row]:
                    return self._named(apart if by is decision else by)
        return None

    def _another_holder(self, decision: Decision) -> str | None:
        """The decision by which a number is rightly on a row that is to stand alone, and on another one."""
        for row in decision.record_ids:
            holders = self._holders.get(self._numbers.get(row, ""), [])
            if row in {holder for holder, _ in holders} and len({holder for holder, _ in holders}) > 1:
                return self._named(holders[-1][1])
        return None

    def _add(self, decision: Decision) -> None:
        if decision.kind in JOINING:
            self._join(decision)
        elif decision.kind in PARTING:
            parts = {self._of(row): part for row, part in decision.part_of.items()}
            for (a, first), (b, second) in combinations(parts.items(), 2):
                if first != second:
                    self._apart.setdefault(a, {}).setdefault(b, decision)
                    self._apart.setdefault(b, {}).setdefault(a, decision)
        elif decision.kind == "keep_out":
            self._alone |= dict.fromkeys(decision.record_ids, decision)
        if decision.kind in {"number_right", "number_superseded"}:
            self._add_numbers(decision)

    def _add_numbers(self, decision: Decision) -> None:
        for row in _part(decision, first=True):
            if row in self._numbers:
                self._holders.setdefault(self._numbers[row], []).append((row, decision))
        if decision.kind == "number_right":
            self._marked |= {row: (part == 1, decision) for row, part in decision.part_of.items()}
        else:
            old, new = self._reissues(decision)
            self._reissued |= {number: (in_force, decision) for number in old for in_force in new}

    def _join(self, decision: Decision) -> None:
        first, *others = dict.fromkeys(map(self._of, decision.record_ids))
        for group in others:
            large, small = sorted((first, group), key=lambda name: -len(self._rows.get(name, [name])))
            moved = self._rows.pop(small, [small])
            self._rows.setdefault(large, [large]).extend(moved)
            self._group |= dict.fromkeys(moved, large)
            self._joined_by.setdefault(large, []).extend(self._joined_by.pop(small, []))
            for other, by in self._apart.pop(small, {}).items():
                del self._apart[other][small]
                self._apart[other].setdefault(large, by)
                self._apart.setdefault(large, {}).setdefault(other, by)
            first = large
        if len(self._rows.get(first, [])) > 1:
            self._joined_by.setdefault(first, []).append(decision)

    def _joining(self, a: str, b: str) -> Decision:
        """The decision by which row `b` came to row `a`: the last of the shortest chain of decisions between them."""
        decisions = self._joined_by[self._of(a)]
        reached = {a}
        while True:
            step = [
                by for by in decisions if reached.intersection(by.record_ids) and not reached.issuperset(by.record_ids)
            ]
            found = next((by for by in step if b in by.record_ids), None)
            if found is not None:
                return found
            reached.update(row for by in step for row in by.record_ids)

    def _of(self, row: str) -> str:
        """The group of a row, named by one of its rows."""
        return self._group.get(row, row)

    def _in_force(self, number: str) -> str:
        while number in self._reissued:
            number = self._reissued[number][0]
        return number


def _part(decision: Decision, *, first: bool) -> list[str]:
    return [row for row, part in decision.part_of.items() if (part == 1) is first]


def named_in_force(decision: Decision) -> str:
    """How a sentence names a decision that is in force, and what to do to take another."""
    kind = DECISION_KINDS[decision.kind].lower()
    return (
        f"quyết định {decision.told}, «{kind}», đang có hiệu lực; muốn thay thì thu hồi nó trước "
        f"(hopnhat review revoke {decision.decision_id})"
    )
