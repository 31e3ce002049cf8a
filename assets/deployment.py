"""Where a deployment keeps its files, and what every run holds while it works."""

import os
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self, cast

import dagster as dg
from pydantic import Field

from assets.acting import ActOnRecord
from assets.backfills import after_one_of_many
from assets.holding import hold, say
from assets.instance import PROCESS_TAG
from assets.options import plaintext_of_environment
from assets.outcomes import outcome_kept
from assets.refusals import Refused, refuse_settings, refuse_without_new_decisions
from assets.run_record import planned_steps, run_on_record
from assets.run_settings import RunSettings
from pipelines.activity.process import this_process
from pipelines.warehouse.sweeping import clear_idle_scratch, sweep
from pipelines.warehouse.versions import Mode, published_file

_FIRST, _LAST = "source_rows", "version_report"
"""The steps with which a whole run begins and ends."""
PARTITION_TAG = "dagster/partition"
"""Tells of which new commune a run is."""


class Deployment(dg.ConfigurableResource):
    """The folders of the contract under one data folder, and the settings of the run."""

    data: str = Field(
        default_factory=lambda: os.environ.get("HOPNHAT_DATA", "data"),
        description="Thư mục dữ liệu / the data folder",
    )
    exports: str = Field(
        default_factory=str,  # no default, which the launchpad would write down
        description="Thư mục tệp xuất của các xã cũ; để trống là <data>/exports / the exports folder",
    )
    plaintext: bool = Field(
        default_factory=plaintext_of_environment,
        description="Chấp nhận công bố chính thức không mã hóa / official publications may be plain",
    )
    settings: dg.ResourceDependency[RunSettings]

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Generator[Self, None, None]:
        """Hold the lock of the run's commune from its first step to its last, and record the run, wherever it was
        started; what earlier ones left unfinished is taken away first.

        When that cannot be, or the run is refused, its first step says why.
        """
        os.umask(0o077)  # a run of Dagster's daemon is not started by our command, which sets it too
        partition = context.run.tags.get(PARTITION_TAG) if context.run else None
        if context.run is None or context.instance is None or partition is None or _is_over(context):
            yield self
            return
        code, job = partition.split(" ", 1)[0], context.run.job_name
        tell = context.log.warning if context.log else say
        act = ActOnRecord(self.data_dir, "run", code, self.mode, self.settings.purpose)
        with run_on_record(act, context.run, context.instance, tell), ExitStack() as held:
            held.callback(after_one_of_many, self, context.run, context.instance, tell)
            try:
                refuse_settings(self, job)
                held.enter_context(hold(self.data_dir, code, "hopnhat run", tell=tell))
                refuse_without_new_decisions(self, job, code)
                if PROCESS_TAG not in context.run.tags:
                    context.instance.add_run_tags(context.run.run_id, {PROCESS_TAG: this_process()})
                sweep(self.data_dir, code)
                steps = planned_steps(context.run, context.instance)
                if _FIRST in steps:  # another is started again from where one failed, and needs what that handed on
                    clear_idle_scratch(self.data_dir, lambda one: hold(self.data_dir, one, "hopnhat run", patience=0))
                if {_FIRST, _LAST} <= set(steps):
                    held.enter_context(outcome_kept(self, context.run, context.instance, code))
            except Exception as problem:  # a step tells it in words; here Dagster would show its traceback
                yield cast("Self", Refused(problem))
            else:
                yield self

    @property
    def mode(self) -> Mode:
        """Whether the run is a trial or publishes officially."""
        return self.settings.mode

    @property
    def data_dir(self) -> Path:
        """The data folder."""
        return Path(self.data)

    @property
    def exports_dir(self) -> Path:
        """Where the old communes' exports lie."""
        return Path(self.exports) if self.exports else self.data_dir / "exports"

    @property
    def ledger_dir(self) -> Path:
        """Where the ledger of entity ids lies; one for trial and official."""
        return self.data_dir / "ledger"

    @property
    def reference_dir(self) -> Path:
        """Where the deployment's own reference data lies, beside what is shipped."""
        return self.data_dir / "reference"

    @property
    def models_dir(self) -> Path:
        """Where the named linkage models lie."""
        return self.data_dir / "models"

    @property
    def reports_dir(self) -> Path:
        """Where the audit site lies."""
        return self.data_dir / "reports"

    def scratch(self, code: str) -> Path:
        """Where a run of one commune keeps what its assets hand on."""
        return self.data_dir / "scratch" / self.mode / code

    def staging(self, code: str) -> Path:
        """The staging warehouse, which the gates check."""
        return self.scratch(code) / "staging.duckdb"

    def published(self, code: str) -> Path:
        """The published warehouse."""
        return published_file(self.data_dir, self.mode, code)

    def report(self, code: str) -> Path:
        """The first of the audit pages."""
        return self.reports_dir / self.mode / code / "index.html"


def _is_over(context: dg.InitResourceContext) -> bool:
    """Whether the run has ended: `dagster job execute` sets its resources up once more, to look at results."""
    run = context.instance.get_run_by_id(context.run.run_id) if context.instance and context.run else None
    return run is not None and run.is_finished
