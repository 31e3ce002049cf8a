"""Which pairs people are asked about: each as likely as the next of its stratum, and the same whatever the order."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.linkage.sampling import FRAME, allocation, draw, merged_strata, shared_out, strata, unmerged_strata

PAIR = ["record_id_a", "record_id_b"]


def linked(counts: dict[tuple[str, float], int]) -> pl.DataFrame:
    """Links with so many pairs of a decision and a probability."""
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    return pl.DataFrame(
        {
            "dataset": "ships",
            "record_id_a": [f"a{at}" for at in range(len(kinds))],
            "record_id_b": [f"b{at}" for at in range(len(kinds))],
            "weight": 0,
            "probability": [probability for _, probability in kinds],
            "decision": [decision for decision, _ in kinds],
        }
    )


LINKS = linked(
    {
        ("automatic", 0.999999): 900,
        ("automatic", 0.999): 60,
        ("automatic", 0.95): 25,
        ("review", 0.5): 40,
        ("refused", 0.99): 8,
        ("officer", 0.9): 30,
    }
)
FRAME_OF_LINKS = pl.concat([merged_strata(LINKS), unmerged_strata(LINKS, pl.DataFrame(schema=FRAME))])


def test_every_pair_that_the_machine_decided_stands_in_one_stratum_and_no_other_does() -> None:
    found = dict(strata(FRAME_OF_LINKS).select("stratum", "pairs").rows())

    assert found == {"merged_high": 900, "merged_middle": 60, "merged_low": 25, "review": 40, "refused": 8}
    assert FRAME_OF_LINKS.height == 900 + 60 + 25 + 40 + 8


@given(st.integers(0, 2000), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_the_draw_depends_on_the_seed_and_on_no_order(n: int, random: object) -> None:
    order = list(range(FRAME_OF_LINKS.height))
    random.shuffle(order)  # type: ignore[attr-defined]
    plan = allocation(strata(FRAME_OF_LINKS), n)
    drawn = draw(FRAME_OF_LINKS, plan, seed=1)

    assert draw(FRAME_OF_LINKS[order], plan[::-1], seed=1).equals(drawn)
    assert dict(drawn["stratum"].value_counts().rows()) == dict(plan.select("stratum", "draw").rows())
    assert not drawn.select(PAIR).is_duplicated().any()


def test_another_seed_asks_about_other_pairs() -> None:
    plan = allocation(strata(FRAME_OF_LINKS), 100)
    first, second = (draw(FRAME_OF_LINKS, plan, seed).filter(stratum="merged_high") for seed in (1, 2))

    assert first.join(second, on=PAIR).height < first.height / 2


def test_every_pair_of_a_stratum_is_as_likely() -> None:
    frame = FRAME_OF_LINKS.filter(stratum="merged_middle")
    plan = strata(frame).with_columns(draw=pl.lit(20))
    times = pl.concat([draw(frame, plan, seed) for seed in range(300)]).group_by(PAIR).len()["len"]

    # 300 draws of 20 out of 60: a pair comes 100 times, with a standard deviation of 8.2.
    assert times.len() == 60
    assert times.min() > 65 and times.max() < 135  # type: ignore[operator]


def test_a_smaller_sample_is_part_of_a_larger_one() -> None:
    small, large = (draw(FRAME_OF_LINKS, allocation(strata(FRAME_OF_LINKS), n), seed=3) for n in (120, 300))

    assert small.join(large, on=PAIR, how="anti").is_empty()


@given(
    st.integers(0, 3000),
    st.lists(st.tuples(st.integers(1, 100_000), st.floats(0, 1), st.floats(0.001, 1)), min_size=1, max_size=8),
)
def test_shares_keep_to_what_there_is(n: int, drawn: list[tuple[int, float, float]]) -> None:
    pairs = pl.Series([size for size, *_ in drawn])
    available = pl.Series([max(1, int(size * share)) for size, _, share in drawn])
    expected = pl.Series([size * p for size, p, _ in drawn])
    shares = shared_out(n, pairs, expected, available)

    assert (shares <= available.to_numpy()).all()
    assert (shares >= np.minimum(available.to_numpy(), max(1, min(20, n // (2 * len(drawn)))))).all()
    assert shares.sum() <= max(n, len(drawn))
    # What is not shared out is less than one pair a stratum, or there is no more.
    assert shares.sum() >= min(n - len(drawn), available.sum())


@pytest.mark.parametrize("pairs", [0, 1, 19])
def test_a_small_stratum_is_asked_about_in_full(pairs: int) -> None:
    links = linked({("automatic", 0.999999): 5000, ("automatic", 0.9): pairs})
    drawn = draw(merged_strata(links), allocation(strata(merged_strata(links)), 240), seed=1)

    assert drawn.filter(stratum="merged_low").height == pairs
