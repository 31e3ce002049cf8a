"""What Dagster's daemon looks after while its pages are open."""

import dagster as dg

from assets.instance import end_dead_runs


@dg.sensor(
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Kết thúc những lần chạy mà tiến trình đã dừng giữa chừng, để lần chạy sau của xã không chờ mãi. "
    "(Ends runs whose process is gone, so that the next one of their commune does not wait for ever.)",
)
def dead_runs(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """A run of the command line that was killed stands as at work, and the queue would wait for it."""
    end_dead_runs(context.instance)
    return dg.SkipReason("Không có gì để chạy: chỉ dọn các lần chạy đã dừng. (Nothing is launched from here.)")
