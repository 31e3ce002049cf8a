"""How a warning is declared: what the suites on people, land and places have in common.

What a warning demands does not belong here, and no gate is declared with this.
"""

from expectations.rule import ROWS, Rule
from pipelines.warehouse.quoting import fill, text


def warning(rule_id: str, table: str, vi: str, en: str, source: str, expectation: str, checked: str = ROWS) -> Rule:
    """A rule that never stops publication: such rows exist in true registers, and an officer can put them right."""
    return Rule(rule_id, rule_id.partition(".")[0], "warning", vi, en, source, table, expectation, checked)


def without_reason(rule_id: str, table: str, reason: str, vi: str, en: str, source: str, checked: str = ROWS) -> Rule:
    """No person (or parcel) of `table` has `reason` among the reasons of its quality group."""
    return warning(
        rule_id,
        table,
        vi,
        en,
        source,
        fill("SELECT 1 FROM {batch} WHERE list_contains(quality_reasons, {reason})", reason=text(reason)),
        checked,
    )
