"""How good a linkage is, from what people said of a stratified sample of pairs: precision and recall with 95 % bounds.

Clerical review is how error rates of a linkage have been measured since Newcombe (1959) and Fellegi and Sunter (1969);
the sample, the strata and their sizes are those of `pipelines.linkage.sampling`. Totals are design-based: every answer
stands for as many pairs of its stratum as were not asked about. Nothing of the model enters what is measured, but for
strata that nobody has answered yet.

**Bounds.** Mistakes are rare and answers unequally weighted: then the normal approximation is far too short, and so are
methods by an estimated design effect (Korn and Graubard 1998) when the heavy stratum shows no mistake, as the estimated
variance is 0 there. For totals of rare things counted with unequal weights there are the limits of Fay and Feuer (1997,
"Confidence intervals for directly standardized rates: a method based on the gamma distribution"), of which the upper
one reckons with one more mistake of the largest weight; with equal weights they are the exact Poisson limits, which for
rare things are those of Clopper and Pearson (Brown, Cai and DasGupta 2001 show how shorter ones fail near 0 and 1).
That one more mistake is here added as a distribution of its own instead of fitting one gamma to the sum, which would
lose its long tail beside many sure finds. Sampling without replacement is minded by the finite population correction:
of a stratum answered in full nothing is uncertain.

Recall has two totals, false merges and missed pairs. Their confidence distributions are melded (Fay, Proschan and
Brittain 2015, "Combining one-sample confidence procedures for inference in the two-sample case"), by quadrature, so
that there is no random number in it.

**What it does not say.** Recall is of pairs that were compared and came near the threshold; what the model expects
beyond them, and pairs that no candidate rule brought together, no answer tells. Pairs "cannot tell" are left out as if
they were like the others of their stratum, and counted.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import gammaincinv

from pipelines.linkage.sampling import MERGED

Floats = NDArray[np.float64]

_TAIL = 0.025
_POINTS = 200
"""Of the quadrature, for each of two distributions."""
_MIDDLES: Floats = (np.arange(_POINTS) + 0.5) / _POINTS


@dataclass(frozen=True)
class Estimate:
    """A value, and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Quality:
    """What the answers say of one dataset, or of a part of it; what nobody has answered for is None.

    `false_merges` and `missed` are numbers of pairs. `merged_pairs` is how many were merged; `merged_answers` and
    `unmerged_answers` are how many answers these figures rest on; `cannot_tell` are answers that tell nothing.
    """

    precision: Estimate | None
    recall: Estimate | None
    false_merges: Estimate | None
    missed: Estimate | None
    merged_pairs: int
    merged_answers: int
    unmerged_answers: int
    cannot_tell: int


@dataclass(frozen=True)
class Expectation:
    """What the model itself expects: to stand beside what was measured, or until it is.

    `beyond`: matches below all that is near the threshold, which no answer measures, among `beyond_pairs`.
    """

    precision: float
    recall: float
    beyond: float
    beyond_pairs: int


def quality(frame: pl.DataFrame, answers: pl.DataFrame) -> Quality:
    """Precision and recall of one dataset.

    `frame`: all its pairs that could be drawn (`sampling.FRAME`). `answers`: `record_id_a`, `record_id_b`, `is_match`,
    each pair once, null where people could not tell; what is not, or no longer, in the frame counts for nothing. All
    of them must have been drawn by `sampling.draw`: pairs that somebody picked are no sample.
    """
    return _quality(*_parts(_answered(frame, answers)))


def quality_by(frame: pl.DataFrame, answers: pl.DataFrame, domain: str) -> dict[str, Quality]:
    """The same for each value of a column of the frame (a sex, an age band, an old commune), in their order.

    How many merged pairs a domain has in each stratum is known, so it is a population of its own, of which the answers
    are a sample. Of near misses it is not: there a domain's missed pairs are a total over the whole sample.
    """
    merged, unmerged = _parts(_answered(frame, answers))
    return {
        value: _quality(
            merged.filter(pl.col(domain) == value).with_columns(pl.len().over("stratum").alias("stratum_pairs")),
            unmerged.with_columns(inside=(pl.col(domain) == value).fill_null(False)),
        )
        for value in frame[domain].drop_nulls().unique().sort().to_list()
    }


def expectation(frame: pl.DataFrame, near_miss_strata: pl.DataFrame) -> Expectation:
    """What the model expects of one dataset; `near_miss_strata` as the linkage counted them, `beyond` the last.

    What a rule refused counts by its weight like any other pair: most of it is one entity, held apart by numbers that
    disagree, until people say which is right.
    """
    own = frame.filter(~pl.col("stratum").is_in(near_miss_strata["stratum"].implode()))
    merged = own.filter(kind=MERGED)["probability"].sort()
    listed = own.filter(pl.col("kind") != MERGED)["probability"].sort()
    found, missed = (float(one.to_numpy().sum()) for one in (merged, pl.concat([listed, near_miss_strata["expected"]])))
    beyond = near_miss_strata.filter(pl.col("low").is_null())
    return Expectation(
        precision=_share(found, len(merged) - found),
        recall=_share(found, missed),
        beyond=float(beyond["expected"].sum()),
        beyond_pairs=int(beyond["pairs"].sum()),
    )


def _answered(frame: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    told = answers.select("record_id_a", "record_id_b", "is_match", asked=True)
    return frame.join(told, on=["record_id_a", "record_id_b"], how="left", validate="1:1").with_columns(
        pl.col("asked").fill_null(False), inside=pl.lit(True)
    )


def _parts(pairs: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    merged = pl.col("kind") == MERGED
    return pairs.filter(merged), pairs.filter(~merged)


def _quality(merged: pl.DataFrame, unmerged: pl.DataFrame) -> Quality:
    false, missed = _Total.of(merged, wanted=False), _Total.of(unmerged, wanted=True)
    pairs = merged.height
    asked = pl.concat([part.filter("inside", "asked").select("is_match") for part in (merged, unmerged)])
    measured = false.answers > 0
    wrong = false.estimate()
    return Quality(
        precision=Estimate(1 - wrong.value / pairs, 1 - wrong.high / pairs, 1 - wrong.low / pairs)
        if measured
        else None,
        recall=_recall(pairs, false, missed) if measured and missed.answers else None,
        false_merges=wrong if measured else None,
        missed=missed.estimate() if missed.answers else None,
        merged_pairs=pairs,
        merged_answers=false.answers,
        unmerged_answers=int(unmerged.filter("inside")["is_match"].count()),
        cannot_tell=asked["is_match"].null_count(),
    )


@dataclass(frozen=True)
class _Total:
    """How many pairs of some strata are what is wanted.

    `certain` were seen in strata answered in full, `sampled` is what the answers of the others stand for, and
    `guessed` what the model expects where nobody answered, of `unknown` pairs. `squares` is the sum of the squared
    weights of what was seen in the sampled strata, `largest` the largest weight of one answer there. `least` and
    `most` are the numbers that the answers leave possible, and `answers` how many these are.
    """

    certain: float
    sampled: float
    guessed: float
    unknown: float
    squares: float
    largest: float
    least: float
    most: float
    answers: int

    @classmethod
    def of(cls, pairs: pl.DataFrame, wanted: bool) -> "_Total":
        """The total of pairs `inside` whose `is_match` is as wanted."""
        hit = pl.col("inside") & (pl.col("is_match") == wanted)
        chance = pl.col("inside") * (pl.col("probability") if wanted else 1 - pl.col("probability"))
        strata = (
            pairs.group_by("kind", "stratum")
            .agg(
                pl.col("stratum_pairs").first().alias("pairs"),
                pl.col("is_match").count().alias("answers"),
                hit.sum().alias("hits"),
                chance.sort().mean().alias("expected"),
            )
            .sort("kind", "stratum")
        )
        return cls.counted(*(strata[name].to_numpy().astype(np.float64) for name in strata.columns[2:]))

    @classmethod
    def counted(cls, size: Floats, answers: Floats, hits: Floats, expected: Floats) -> "_Total":
        """The total from the counts of each stratum, and the share that the model expects of it."""
        silent = answers == 0
        full = answers == size
        weight = size / np.where(silent, np.inf, answers)
        spread = weight * np.sqrt(1 - answers / size)
        # The binomial variance of a count, as if four more had been asked in vain (Agresti and Coull 1998).
        variance = hits * (answers - hits + 4) / (answers + 4)
        return cls(
            certain=float(hits[full].sum()),
            sampled=float((weight * hits)[~full].sum()),
            guessed=float((size * expected)[silent].sum()),
            unknown=float(size[silent].sum()),
            squares=float((spread**2 * variance).sum()),
            largest=float(spread.max(initial=0.0)),
            least=float(hits.sum()),
            most=float((size - answers + hits).sum()),
            answers=int(answers.sum()),
        )

    @property
    def value(self) -> float:
        """The estimate."""
        return self.certain + self.sampled + self.guessed

    def estimate(self) -> Estimate:
        """The estimate with its interval."""
        low, high = np.quantile(self.lower(), _TAIL), np.quantile(self.upper(), 1 - _TAIL)
        return Estimate(self.value, min(float(low), self.value), max(float(high), self.value))

    def lower(self) -> Floats:
        """The distribution whose quantiles are lower confidence limits, as equally likely points."""
        limits: Floats = np.clip(self.certain + self._seen(), self.least, self.most)
        return limits

    def upper(self) -> Floats:
        """The distribution whose quantiles are upper limits: as if one more of the largest weight had been seen."""
        more = self.largest * -np.log1p(-_MIDDLES)
        sums = np.sort((self._seen()[:, None] + more).ravel()).reshape(_POINTS, _POINTS).mean(axis=1)
        limits: Floats = np.clip(self.certain + sums + self.unknown, self.least, self.most)
        return limits

    def _seen(self) -> Floats:
        """A gamma distribution with the mean and the variance of what was seen."""
        if not self.squares:
            return np.full(_POINTS, self.sampled)
        scale = self.squares / self.sampled
        seen: Floats = scale * gammaincinv(self.sampled / scale, _MIDDLES)
        return seen


def _recall(merged: int, false: _Total, missed: _Total) -> Estimate:
    low = _shares(merged - false.upper(), missed.upper())
    high = _shares(merged - false.lower(), missed.lower())
    value = _share(merged - false.value, missed.value)
    return Estimate(value, min(float(np.quantile(low, _TAIL)), value), max(float(np.quantile(high, 1 - _TAIL)), value))


def _shares(found: Floats, missed: Floats) -> Floats:
    """The shares of found ones, for every point of one total with every point of the other."""
    both = found[:, None] + missed
    shares = np.ones_like(both)
    np.divide(np.broadcast_to(found[:, None], both.shape), both, out=shares, where=both > 0)
    return shares


def _share(found: float, missed: float) -> float:
    """The share that was found; 1 where there was nothing to find, as elsewhere."""
    return found / (found + missed) if found + missed else 1.0
