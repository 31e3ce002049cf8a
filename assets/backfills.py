"""A backfill is many runs of Dagster, each of another new commune: what is due at the end of each of them, and of the
last."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import dagster as dg

from assets.overviews import show_all
from pipelines.ingest.shared import clear_shared

if TYPE_CHECKING:
    from assets.deployment import Deployment

BACKFILL_TAG: Final = "dagster/backfill"
"""Tells that a run is one of many, and of which backfill."""
_FINISHED: Final = {dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


def after_one_of_many(
    deployment: "Deployment", run: dg.DagsterRun, instance: dg.DagsterInstance, tell: Callable[[str], object]
) -> None:
    """Make the page over all communes anew; when no other run of the backfill is to come, take away what was read for
    several of them. A run that is one of no backfill ends without this."""
    backfill = run.tags.get(BACKFILL_TAG)
    if backfill is None:
        return
    show_all(deployment.data_dir, deployment.mode, deployment.exports_dir, tell)
    others = instance.get_runs(dg.RunsFilter(tags={BACKFILL_TAG: backfill}))
    if all(one.run_id == run.run_id or one.status in _FINISHED for one in others):
        clear_shared(deployment.data_dir)
