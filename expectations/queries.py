"""The rules as plain SQL, for whoever re-checks a published file without Great Expectations.

How Great Expectations judges them does not belong here (`expectations.running`).
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date

from expectations.rule import Rule, complete
from pipelines.warehouse.rechecking import Check, Ruleset


def ruleset(rules: Iterable[Rule]) -> Ruleset:
    """The rules, and the one hash by which a manifest names them: over all that judges, and no word that explains."""
    held = sorted(rules, key=lambda rule: rule.id)
    judging = [(rule.id, rule.severity, rule.limit, rule.table, rule.expectation, rule.checked) for rule in held]
    written = json.dumps(judging, ensure_ascii=False)
    return Ruleset(
        sha256=hashlib.sha256(written.encode()).hexdigest(),
        on=lambda today: [_check(rule, today) for rule in held],
    )


def _check(rule: Rule, today: date) -> Check:
    failures, checked = (complete(query, rule.table, today) for query in (rule.expectation, rule.checked))
    return Check(rule.id, rule.vi, rule.severity == "gate", rule.limit, failures, checked)
