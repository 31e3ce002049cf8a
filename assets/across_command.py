"""`hopnhat across`: launches the job that looks for one person in several new communes.

Dagster is imported only once the request is known to make sense.
"""

import argparse
import sys
import time
from typing import get_args

from assets.acting import ActOnRecord, add_purpose, masked, refusal_on_record
from assets.endings import DONE
from assets.holding import hold, say
from assets.options import add_data, add_plaintext
from pipelines.across.publishing import across_file
from pipelines.across.warehouses import communes_to_compare
from pipelines.activity.process import this_process
from pipelines.linkage.runners import Engine, runner_of
from pipelines.protection.keys import refuse_plaintext
from pipelines.protection.locking import ACROSS
from pipelines.reports.across_page import across_page
from pipelines.warehouse.versions import MODES


def add_command(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `across`."""
    across = commands.add_parser(
        "across", help="người và giấy chứng nhận ở nhiều xã, phường / people and certificates in several communes"
    )
    add_data(across)
    across.add_argument("--mode", choices=MODES, default="trial")
    across.add_argument(
        "--estimate",
        action="store_true",
        help="đếm lại tần suất và ước lượng lại mô hình liên xã / count frequencies and estimate the model again",
    )
    across.add_argument(
        "--engine",
        choices=get_args(Engine),
        default="local",
        help="tính điểm các cặp trên máy này hay bằng Apache Spark / where pairs are scored",
    )
    add_plaintext(across)
    add_purpose(across)
    across.set_defaults(command=_across)


def _across(options: argparse.Namespace) -> int:
    with refusal_on_record(ActOnRecord(options.data, "across", mode=options.mode, purpose=options.purpose)):
        refuse_plaintext(options.mode, allowed=options.plaintext)
        runner_of(options.engine)
        codes = communes_to_compare(options.data, options.mode)
    with hold(options.data, ACROSS, "hopnhat across"):
        return _run(options, len(codes))


def _run(options: argparse.Namespace, communes: int) -> int:
    import dagster as dg

    from assets import jobs
    from assets.commune_runs import failure_of
    from assets.definitions import defs
    from assets.instance import PROCESS_TAG, end_dead_runs, prepare_home

    prepare_home(options.data)
    print(f"Đối sánh liên xã: {communes} xã, phường ({options.mode})", file=sys.stderr)
    started = time.monotonic()
    with dg.DagsterInstance.get() as instance:
        end_dead_runs(instance)
        result = defs.resolve_job_def(jobs.ACROSS).execute_in_process(
            instance=instance,
            tags={PROCESS_TAG: this_process()},
            raise_on_error=False,
            run_config={
                "loggers": {"console": {"config": {"level": "INFO"}}},
                "resources": {
                    "deployment": {"config": {"data": str(options.data), "plaintext": options.plaintext}},
                    "settings": {
                        "config": {
                            "mode": options.mode,
                            "estimate": options.estimate,
                            "purpose": masked(options.purpose),
                            "technical": {"engine": options.engine},
                        }
                    },
                },
            },
        )
    if not result.success:
        status, sentence = failure_of(result)
        say(sentence)
        return status
    print(f"Đã đối sánh {communes} xã, phường ({options.mode}) sau {time.monotonic() - started:.1f} giây.")
    print(f"Kết quả:     {across_file(options.data, options.mode)}")
    print(f"Báo cáo:     {across_page(options.data, options.mode)}")
    return DONE
