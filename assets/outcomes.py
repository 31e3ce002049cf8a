"""What runs come to, as it is kept beside the warehouses: written at the end of each run, wherever it was started, and
asked by whoever would run a commune again.

A run that is done, published or refused, need not be made again while it would be made from the same. What an outcome
is does not belong here (`pipelines.warehouse.outcomes`).
"""

import hashlib
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import dagster as dg

from assets.inputs import inputs_now
from assets.occasion import now
from assets.run_record import ended
from assets.run_settings import STAGES
from pipelines.clerical.log import clerical_log
from pipelines.communes import MergerMap, NewCommune
from pipelines.protection.keys import KeyRing
from pipelines.reports.commune_states import summary
from pipelines.warehouse.outcomes import Outcome, State, keep_outcome, outcome_of, shares_of, still_holds
from pipelines.warehouse.program import code_sha256, packages, packages_sha256

if TYPE_CHECKING:
    from assets.deployment import Deployment


@contextmanager
def outcome_kept(
    deployment: "Deployment", run: dg.DagsterRun, instance: dg.DagsterInstance, code: str
) -> Iterator[None]:
    """Keep what a run of a whole job comes to; one that is stopped comes to nothing."""
    began = time.monotonic()
    source = made_from(deployment, MergerMap.shipped().new_commune(code))
    yield
    end = ended(run, instance)
    state: State = "published" if end.outcome == "done" else "refused" if end.by_gate else "failed"
    shares, rules = (
        ((), "")
        if state == "failed"
        else shares_of(deployment.published(code) if state == "published" else deployment.staging(code))
    )
    keep_outcome(
        deployment.data_dir,
        Outcome(
            code=code,
            mode=deployment.mode,
            state=state,
            at=now().isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - began, 1),
            sentence=end.sentence,
            run_id=run.run_id,
            made_from=source,
            rules=rules,
            shares=shares,
        ),
    )


def finished(deployment: "Deployment", commune: NewCommune) -> Outcome | None:
    """What the latest run of a commune came to, when a run made now would come to the same; none when it is to be run.

    Of a run whose pages are not the latest, another one came after it and was stopped, or was no whole one.
    """
    last = outcome_of(deployment.data_dir, deployment.mode, commune.code)
    if last is None or not still_holds(deployment.data_dir, last):
        return None
    if summary(deployment.report(commune.code).parent).get("run_id") != last.run_id:
        return None
    return last if last.made_from == made_from(deployment, commune) else None


def made_from(deployment: "Deployment", commune: NewCommune) -> str:
    """The hash of all that a run made now would go by: files, reference data, decisions, answers of clerical review,
    what is set, and the program."""
    given = deployment.settings
    told = {
        **inputs_now(deployment, commune),
        "answers": [one.model_dump_json() for one in clerical_log(deployment.data_dir, commune.code).answers()],
        "settings": [given.of(stage).model_dump_json() for stage in STAGES],
        "model": [given.model, given.estimate],
        "encrypted": KeyRing.from_environment().encrypts,
        "program": _program(),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@cache
def _program() -> tuple[str, str]:
    """The program as it was when this process first asked: what runs here was read then."""
    return code_sha256(), packages_sha256(packages())
