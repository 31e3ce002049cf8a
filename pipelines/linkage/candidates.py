"""Candidate pairs: which records are compared at all."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.linkage.blocks import POSITION, POSITION_BITS, Codes, blocks
from pipelines.linkage.encoding import encoded
from pipelines.linkage.spec import CandidateRule, LinkageSettings
from pipelines.progress import Tell, silent

REPORT = pl.Schema(
    {
        "rule": pl.String,
        "pairs": pl.Int64,
        "new_pairs": pl.Int64,
        "block_cap": pl.Int64,
        "split_blocks": pl.Int64,
        "oversized_blocks": pl.Int64,
        "oversized_rows": pl.Int64,
    }
)
Keys = dict[str, tuple[Codes, NDArray[np.bool_]]]
"""For each column its values as codes, and where it has one."""

_RULE_BITS = np.uint64(6)
_MIX = np.uint64(0x9E3779B97F4A7C15)


def candidate_pairs(
    records: pl.DataFrame, rules: tuple[CandidateRule, ...], settings: LinkageSettings, tell: Tell = silent
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pairs of record positions (`a` < `b`, UInt32, sorted, each once), and what each rule gave.

    A block of more than `settings.block_cap` records is split by the rule's `further` columns, one after the other;
    what is still too large gives no pair by that rule and is counted (`oversized_blocks`, `oversized_rows`), so that
    nothing is left out in silence. All rules together give at most `settings.pairs_per_row` pairs a record: a rule
    that would go beyond it gets a smaller cap.
    """
    rows = len(records)
    columns = list(dict.fromkeys(column for rule in rules for column in rule.columns))
    keys = {series.name: _codes(series) for series in encoded(records.select(columns))}
    if rows >= 1 << int(POSITION_BITS) or len(rules) >= 1 << int(_RULE_BITS):
        raise ValueError("more records or rules than a packed pair can hold")
    budget = settings.pairs_per_row * rows
    packed, reports = [], []
    for number, rule in enumerate(rules):
        pairs, report = _by_rule(keys, rule, settings.block_cap, budget)
        budget -= len(pairs)
        packed.append((pairs << _RULE_BITS) | np.uint64(number))
        tell(f"Đang tìm cặp để so sánh: xong {number + 1}/{len(rules)} quy tắc, {sum(map(len, packed))} cặp.")
        reports.append(report)
    every = np.sort(np.concatenate(packed)) if packed else np.empty(0, np.uint64)
    pairs = every >> _RULE_BITS
    # Sorted by pair and then by rule, the first of equal pairs belongs to the first rule that found it.
    first = np.ones(len(pairs), dtype=bool)
    first[1:] = pairs[1:] != pairs[:-1]
    rule_of = (every[first] & np.uint64((1 << int(_RULE_BITS)) - 1)).astype(np.int64)
    found_by = np.bincount(rule_of, minlength=len(rules))
    for report, new in zip(reports, found_by.tolist(), strict=True):
        report["new_pairs"] = new
    pairs = pairs[first]
    return (
        pl.DataFrame({"a": (pairs >> POSITION_BITS).astype(np.uint32), "b": (pairs & POSITION).astype(np.uint32)}),
        pl.DataFrame(reports, schema=REPORT),
    )


def _codes(values: pl.Series) -> tuple[Codes, NDArray[np.bool_]]:
    return values.fill_null(0).cast(pl.UInt64).to_numpy(), values.is_not_null().to_numpy()


def _combined(codes: list[Codes]) -> Codes:
    """One code for several: equal when all of them are."""
    total = codes[0].copy()
    for code in codes[1:]:
        total ^= total >> np.uint64(29)
        total = total * _MIX + code
    # Years and other small numbers must reach the upper bits, by which blocks are told.
    total ^= total >> np.uint64(31)
    total *= _MIX
    return total ^ (total >> np.uint64(30)) * _MIX


def _by_rule(keys: Keys, rule: CandidateRule, block_cap: int, budget: int) -> tuple[Codes, dict[str, object]]:
    """The rule's pairs, each packed into one integer (a in the upper bits), and its line of the report."""
    known = np.logical_and.reduce([keys[column][1] for column in rule.key])
    rows = np.flatnonzero(known).astype(np.uint64)
    codes = _combined([keys[column][0][known] for column in rule.key])
    pairs: list[Codes] = []
    split_blocks = 0
    for further in (*rule.further, None):
        rows, codes, starts = blocks(rows, codes)
        sizes = np.diff(np.r_[starts, len(codes)])
        if rule.one_has is not None and len(starts):
            rows, codes, starts, sizes = _only(keys[rule.one_has][0][rows] > 0, rows, codes, starts, sizes)
        cap = _affordable(sizes, block_cap, budget)
        found = _within(rows, starts, sizes, cap)
        if rule.one_has is not None:
            has = keys[rule.one_has][0] > 0
            found = [some[has[some >> POSITION_BITS] | has[some & POSITION]] for some in found]
        if rule.apart is not None:
            of = keys[rule.apart][0]
            found = [some[of[some >> POSITION_BITS] != of[some & POSITION]] for some in found]
        pairs += found
        budget -= sum(map(len, found))
        large = sizes > cap
        if further is None or not large.any():
            break
        split_blocks += int(large.sum())
        rest = np.repeat(large, sizes)
        # A record without the further value stays in its block, with those that lack it too.
        column, has = keys[further]
        rows, codes = rows[rest], codes[rest]
        codes = _combined([codes, np.where(has[rows], column[rows], np.uint64(0))])
    packed = np.concatenate(pairs) if pairs else np.empty(0, np.uint64)
    return packed, {
        "rule": rule.name,
        "pairs": len(packed),
        "block_cap": cap,
        "split_blocks": split_blocks,
        "oversized_blocks": int(large.sum()),
        "oversized_rows": int(sizes[large].sum()),
    }


def _only(
    has: NDArray[np.bool_], rows: Codes, codes: Codes, starts: NDArray[np.intp], sizes: NDArray[np.int64]
) -> tuple[Codes, Codes, NDArray[np.intp], NDArray[np.int64]]:
    """The blocks in which at least one row has it."""
    wanted = np.logical_or.reduceat(has, starts)
    kept = np.repeat(wanted, sizes)
    sizes = sizes[wanted]
    return rows[kept], codes[kept], np.cumsum(sizes) - sizes, sizes


def _affordable(sizes: NDArray[np.int64], cap: int, budget: int) -> int:
    """The largest cap, of at most `cap`, at which the blocks give no more pairs than the budget."""
    counts = np.bincount(np.minimum(sizes, cap + 1), minlength=cap + 2)[: cap + 1]
    width = np.arange(cap + 1)
    cost = np.cumsum(counts * (width * (width - 1) // 2))
    return max(int(np.searchsorted(cost, budget, side="right")) - 1, 1)


def _within(rows: Codes, starts: NDArray[np.intp], sizes: NDArray[np.int64], cap: int) -> list[Codes]:
    """All pairs inside each block of 2 to `cap` rows; blocks of one size are laid side by side in one table."""
    pairs = []
    for size in np.unique(sizes[(sizes > 1) & (sizes <= cap)]):
        block = rows[starts[sizes == size][:, None] + np.arange(size)]  # in the order of rows already
        first, second = np.triu_indices(int(size), 1)
        pairs.append(((block[:, first] << POSITION_BITS) | block[:, second]).ravel())
    return pairs
