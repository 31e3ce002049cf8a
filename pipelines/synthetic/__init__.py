"""Synthetic exports of Vietnamese old communes with known truth. All people and parcels are invented."""

from .profiles import PROFILES, profile
from .sample import SampleSummary, citizen_register, write_sample
from .settings import Heir, OldCommune, SampleSettings, dirt_kinds, land_dirt_kinds

__all__ = [
    "PROFILES",
    "Heir",
    "OldCommune",
    "SampleSettings",
    "SampleSummary",
    "citizen_register",
    "dirt_kinds",
    "land_dirt_kinds",
    "profile",
    "write_sample",
]
