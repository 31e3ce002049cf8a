"""Settings by name: the usual registers, cleaner and dirtier ones, and each kind of dirt left out alone."""

from types import MappingProxyType

from .settings import SampleSettings, dirt_kinds, land_dirt_kinds

_USUAL = SampleSettings()
_NAMED = {
    "default": _USUAL,
    "clean": _USUAL.without(*dirt_kinds(), *land_dirt_kinds()),
    "half_again": _USUAL.scaled(1.5),
    "doubled": _USUAL.scaled(2),
    "old_offices": _USUAL.model_copy(
        update={
            **dict.fromkeys(("tcvn3", "tcvn3_image", "vni", "windows_1258"), 0.16),
            **dict.fromkeys(("utf_8_bom", "utf_16", "nfd"), 0.09),
            **dict.fromkeys(("semicolons", "tabs"), 0.3),
            **dict.fromkeys(("header_aliases", "title_rows", "total_row"), 0.6),
            **dict.fromkeys(("household_on_first_row", "years_by_sex"), 0.2),
        }
    ),
    "no_numbers": _USUAL.model_copy(update={"empty_columns": ("so_dinh_danh", "so_cmnd")}),
    "no_household_numbers": _USUAL.model_copy(update={"empty_columns": ("so_ho_khau",)}),
    "no_parents": _USUAL.model_copy(update={"empty_columns": ("ho_ten_cha", "ho_ten_me")}),
    "no_addresses": _USUAL.model_copy(update={"empty_columns": ("noi_thuong_tru", "thon")}),
}

PROFILES = MappingProxyType(_NAMED | {f"without_{kind}": _USUAL.without(kind) for kind in dirt_kinds()})
"""All settings that have a name."""


def profile(name: str) -> SampleSettings:
    """The settings of a name. Raises ValueError with all names when there is none."""
    if name not in PROFILES:
        raise ValueError(f"no profile «{name}»; there are: {', '.join(PROFILES)}")
    return PROFILES[name]
