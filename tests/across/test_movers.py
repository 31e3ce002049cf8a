"""People who moved between communes, with their truth: nearly all who have a strong key are found, and nobody else."""

from dataclasses import replace

from benchmarks import city
from benchmarks.hanoi import evenly


def test_who_moved_between_invented_communes_is_found(tmp_path):
    communes = [replace(commune, people=2500) for commune in evenly(3)]
    city.write_people(tmp_path, communes, 41, (0.0, 1.0))
    city.main([str(tmp_path)])
    _, across = city.right(tmp_path, communes)
    assert across.precision > 0.998
    # One mover in eight has no number on one side, and there a year of birth alone, or a slip in name or date.
    assert across.recall > 0.82
