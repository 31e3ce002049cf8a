"""What Dagster loads: the assets, the jobs and their resources. `workspace.yaml` points here."""

import dagster as dg

from assets import across, arrivals, linking, publishing, sheets, source_files, states
from assets.deployment import Deployment
from assets.housekeeping import dead_runs
from assets.jobs import JOBS
from assets.parquet_io import ParquetIOManager
from assets.progress import progress_logger
from assets.run_settings import RunSettings

_settings = RunSettings.configure_at_launch()
_deployment = Deployment.configure_at_launch(settings=_settings)

defs = dg.Definitions(
    assets=[
        linking.merger_map,
        linking.commune_exports,
        *dg.load_assets_from_modules([linking, source_files, sheets, publishing, states, across]),
    ],
    jobs=JOBS,
    schedules=[arrivals.chay_thu_hang_dem],
    sensors=[arrivals.tep_moi_den, dead_runs],
    resources={
        "settings": _settings,
        "deployment": _deployment,
        "io_manager": ParquetIOManager(deployment=_deployment),
    },
    # In process: ten small steps take a second together, and twenty when each starts a process of its own.
    executor=dg.in_process_executor,
    loggers={"console": progress_logger},
)
