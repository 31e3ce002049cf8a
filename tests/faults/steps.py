"""Parts of a run as Dagster takes them, for kill loops that are about publication alone.

Called in a process of its own (see `zygote`).
"""

import os
from collections.abc import Sequence
from pathlib import Path

_NAMING = ("golden_citizens", "golden_parcels", "sheet_map")
_PUBLISHING = ("published_warehouse", "version_report")
_BETWEEN = ("staging_warehouse", "validation_results", "publication_gate")


def publication(data: str, exports: str, code: str) -> int:
    """The last steps of a run that was left before them, as one starts them on Dagster's page."""
    return _materialize(data, exports, code, _PUBLISHING)


def naming(data: str, exports: str, code: str) -> int:
    """The steps that write drafts into the ledgers."""
    return _materialize(data, exports, code, _NAMING)


def from_naming(data: str, exports: str, code: str) -> int:
    """All from these steps on."""
    return _materialize(data, exports, code, (*_NAMING, *_BETWEEN, *_PUBLISHING))


def _materialize(data: str, exports: str, code: str, assets: Sequence[str]) -> int:
    import dagster as dg

    from assets.plain_words import in_plain_words

    os.umask(0o077)
    try:
        return in_plain_words(_execute)(data, exports, code, assets)
    except dg.Failure as failure:  # Dagster's own storage may be what fails
        print(failure.description)
        return 3


def _execute(data: str, exports: str, code: str, assets: Sequence[str]) -> int:
    import dagster as dg

    from assets.instance import prepare_home
    from pipelines.communes import MergerMap

    prepare_home(Path(data))
    os.environ["HOPNHAT_PROVINCE"] = "all"
    from assets.definitions import defs
    from assets.jobs import PUBLISHING

    with dg.DagsterInstance.get() as instance:
        result = defs.resolve_job_def(PUBLISHING["trial"]).execute_in_process(
            partition_key=MergerMap.shipped().new_commune(code).partition_key,
            asset_selection=[dg.AssetKey(name) for name in assets],
            instance=instance,
            raise_on_error=False,
            run_config={
                "resources": {"deployment": {"config": {"data": data, "exports": exports}}},
                "loggers": {"console": {}},
            },
        )
    failures = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    for failure in failures:
        if failure.user_failure_data is None:
            print(failure.error)
            return 3
        print(failure.user_failure_data.description)
        return int(failure.user_failure_data.metadata["exit_status"].value)
    return 0 if result.success else 1
