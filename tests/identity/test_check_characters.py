"""A slip of the pen in an id is seen before it names somebody else."""

from itertools import combinations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.identity.check_character import with_check


def checked(*bases: str) -> list[str]:
    frame = pl.DataFrame({"base": pl.Series(bases, dtype=pl.String)})
    return frame.select(with_check(pl.col("base"))).to_series().to_list()


_BASES = st.tuples(st.integers(0, 99999), st.sampled_from(["", "T"]), st.integers(1, 9_999_999)).map(
    lambda parts: f"{parts[0]:05d}-{parts[1]}{parts[2]:07d}"
)


@given(_BASES)
@settings(max_examples=40, deadline=None)
def test_every_wrong_digit_and_every_swap_changes_the_character(base: str) -> None:
    digits = [at for at, sign in enumerate(base) if sign.isdigit()]
    slips = [f"{base[:at]}{digit}{base[at + 1 :]}" for at in digits for digit in "0123456789" if digit != base[at]]
    for left, right in combinations(digits, 2):
        if base[left] != base[right]:
            signs = list(base)
            signs[left], signs[right] = signs[right], signs[left]
            slips.append("".join(signs))
    right_character = checked(base)[0][-1]
    assert [slip for slip in checked(*slips) if slip.endswith(f"-{right_character}")] == []


def test_the_character_stands_behind_the_base_and_is_no_letter_that_hands_confuse() -> None:
    ids = checked(*(f"10231-{number:07d}" for number in range(1, 200)))
    assert [entity_id[:-2] for entity_id in ids] == [f"10231-{number:07d}" for number in range(1, 200)]
    assert {entity_id[-1] for entity_id in ids} == set("0123456789ABCDEFGHJKMNPQRSTVWXY")


def test_a_parcel_and_a_citizen_of_one_number_differ_in_more_than_the_mark() -> None:
    citizen, parcel = checked("10231-0000042", "10231-T0000042")
    assert citizen[-1] != parcel[-1]


def test_ids_on_paper_stay_what_they_are_from_release_to_release() -> None:
    assert checked("10231-0000042", "10231-T0000001") == ["10231-0000042-W", "10231-T0000001-W"]
