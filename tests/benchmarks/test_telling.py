"""Figures: what RESULTS.md and the pictures say is what was measured, and what is measured of a command is its own."""

import sys
from xml.etree import ElementTree as ET

import pytest

from benchmarks import telling
from benchmarks.measured import kept
from benchmarks.peer_labels import labelled_pairs
from benchmarks.registers import standard_register
from benchmarks.usage import watched


@pytest.mark.parametrize("name", telling.TABLES)
def test_results_tell_what_was_measured(name: str) -> None:
    if measured := kept(name):
        assert f"<!-- {name} -->\n\n{telling.TABLES[name](measured)}\n" in telling.RESULTS.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", telling.DRAWN)
def test_pictures_show_what_was_measured(name: str) -> None:
    if measured := kept(name):
        drawn = telling.DRAWN[name](measured)
        assert (telling.PICTURES / f"{telling.PICTURE_OF[name]}.svg").read_text(encoding="utf-8") == drawn
        words = {text for element in ET.fromstring(drawn).iter() for text in element.itertext()}
        assert any(str(point.get("contender", "people")) in text for point in measured["points"] for text in words)


def test_growth_is_the_power_of_the_size() -> None:
    assert telling.exponent([(size, 3 * size**1.5) for size in (10, 100, 1_000)]) == pytest.approx(1.5)
    assert telling.exponent([(10, 1.0)]) is None


def test_a_peer_that_is_late_is_ended_and_its_memory_is_counted_with_that_of_its_children() -> None:
    script = "import os, time; held = bytearray(80_000_000); os.fork(); more = bytearray(60_000_000); time.sleep(60)"
    used = watched([sys.executable, "-c", script], limit=2)
    assert used.status is None
    assert used.seconds < 10
    assert 80 + 2 * 60 - 20 < used.peak_megabytes < 2 * (80 + 60)


def test_labels_tell_half_the_pairs_as_one_person() -> None:
    records, truth = standard_register(2_000, 4)
    labels = labelled_pairs(records, truth, 100, 4)
    assert labels["same"].sum() == 50
    assert (labels.filter("same")["name_ascii_a"] == labels.filter("same")["name_ascii_b"]).mean() > 0.5
    assert labels.equals(labelled_pairs(records, truth, 100, 4))
