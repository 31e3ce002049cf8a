"""One partition a new commune: Hanoi's 126 by default, another province or the whole country by a setting."""

import os

import dagster as dg

from pipelines.communes import MergerMap, NewCommune

HANOI = "Thành phố Hà Nội"
WHOLE_COUNTRY = "all"


def new_communes(province: str | None = None) -> dg.StaticPartitionsDefinition:
    """Partitions such as `10231 Thượng Phúc`; `province` is a name, `all`, or HOPNHAT_PROVINCE's when not given."""
    name = province or _province()
    communes = _communes(name)
    if not communes:
        raise ValueError(f"HOPNHAT_PROVINCE: không có tỉnh, thành phố tên «{name}» trong bảng sáp nhập")
    return dg.StaticPartitionsDefinition([f"{code} {name}" for code, name in communes])


def codes_of_deployment() -> list[str]:
    """The codes of the new communes of HOPNHAT_PROVINCE; none when there is no such province."""
    return [code for code, _ in _communes(_province())]


def _province() -> str:
    return os.environ.get("HOPNHAT_PROVINCE", HANOI)


def _communes(province: str) -> list[tuple[str, str]]:
    return MergerMap.shipped().new_communes(None if province == WHOLE_COUNTRY else province)


def commune_of(context: dg.AssetExecutionContext) -> NewCommune:
    """The new commune of a run's partition."""
    return MergerMap.shipped().new_commune(context.partition_key.split(" ", 1)[0])
