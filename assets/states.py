"""The asset that tells in words what holds in a commune once a run is over, whether it was published or refused."""

import dagster as dg

from assets.addresses import START
from assets.asset_pages import page_of
from assets.deployment import Deployment
from assets.describing import LAST, described
from assets.figures import of_state
from assets.partitions import commune_of
from assets.plain_words import in_plain_words
from pipelines.reports.commune_states import CommuneState, State, commune_states

OVER_ALL = "Mọi xã, phường"


@dg.asset(
    **described(
        "buoc_6_cong_bo",
        "Trạng thái của xã, phường",
        "Lúc này xã, phường đã công bố chính thức, mới chạy thử, bị từ chối hay có tệp chờ chạy: bằng lời, không chỉ "
        "bằng màu của một chấm.",
        "What holds in the commune, in words: officially published, in trial, refused, or files waiting.",
        "python",
    ),
    deps=["audit_report"],
    op_tags=LAST,
)
@in_plain_words
def commune_state(context: dg.AssetExecutionContext, deployment: Deployment) -> dg.MaterializeResult:
    """Tell what holds now.

    It hangs on the report, which is made when publication is refused too. Where it is not refused, the publication
    comes first, since this step waits while any other one can be made.
    """
    code = commune_of(context).code
    states = commune_states(deployment.data_dir, [code])
    state = next(one for one in states if one.code == code)
    context.log.info(f"{context.partition_key}: {state.told}")
    figures = of_state(state)
    over_all = {OVER_ALL: dg.MetadataValue.md(_table(states)), "Trang đầu": dg.MetadataValue.url(START)}
    return dg.MaterializeResult(metadata=page_of(context, deployment, figures, "index", workbook=True) | over_all)


def _table(states: list[CommuneState]) -> str:
    """Every commune of which there is anything, those first that wait for somebody."""
    order = [State.REFUSED, State.WAITING, State.TRIAL, State.OFFICIAL, State.NOTHING]
    return "\n".join(
        ["|Xã, phường|Trạng thái|Đang dùng|", "|---|---|---|"]
        + [
            f"|{one.code} {one.name}|{one.state.sign} {one.state.word}|{_versions(one)}|"
            for one in sorted(states, key=lambda one: (order.index(one.state), one.code))
        ]
    )


def _versions(state: CommuneState) -> str:
    return ", ".join(one.version for one in state.in_place.values())
