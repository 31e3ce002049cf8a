"""What Dagster loads: the assets, the main job and its resources. `workspace.yaml` points here."""

import dagster as dg

from assets import linking, publishing, sheets
from assets.deployment import Deployment
from assets.housekeeping import dead_runs
from assets.parquet_io import ParquetIOManager
from assets.progress import progress_logger

MAIN_JOB = "hop_nhat"

hop_nhat = dg.define_asset_job(
    MAIN_JOB,
    selection=dg.AssetSelection.all(),
    description="Hợp nhất một xã, phường mới: đọc, đối sánh, kiểm tra, công bố.\n\n"
    "*Unify one new commune: read, link, check, publish.*",
)

_deployment = Deployment.configure_at_launch()

defs = dg.Definitions(
    assets=[
        linking.merger_map,
        linking.commune_exports,
        *dg.load_assets_from_modules([linking, sheets, publishing]),
    ],
    jobs=[hop_nhat],
    sensors=[dead_runs],
    resources={
        "deployment": _deployment,
        "io_manager": ParquetIOManager(deployment=_deployment),
    },
    # In process: ten small steps take a second together, and twenty when each starts a process of its own.
    executor=dg.in_process_executor,
    loggers={"console": progress_logger},
)
