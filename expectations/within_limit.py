"""The one expectation in which every rule is written for Great Expectations.

GX's own `UnexpectedRowsExpectation` also fetches rows that it finds, and passes only when there are none.
This one asks GX's row count alone, so that no value of a row leaves the database, and allows a stated number.

Importing this module imports `great_expectations`, which takes seconds: only `expectations.running` does so,
and late.
"""

from typing import Any, ClassVar

from great_expectations.compatibility.pydantic import PrivateAttr
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration


class ExpectFailuresWithinLimit(UnexpectedRowsExpectation):
    """The query finds no more rows than `limit`; `observed_value` says how many it finds."""

    limit: float = 0

    metric_dependencies: ClassVar[tuple[str, ...]] = ("unexpected_rows_query.row_count",)
    success_keys: ClassVar[tuple[str, ...]] = ("unexpected_rows_query", "limit")

    _configuration: ExpectationConfiguration | None = PrivateAttr(None)

    @property
    def configuration(self) -> ExpectationConfiguration:
        """As GX makes it, but once: GX asks an expectation for it some thirty times."""
        if self._configuration is None:
            self._configuration = super().configuration
        return self._configuration

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        failed = metrics["unexpected_rows_query.row_count"]
        return {"success": failed <= self.limit, "result": {"observed_value": failed}}
