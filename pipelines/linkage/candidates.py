"""Candidate pairs: which records are compared at all."""

import numpy as np
import polars as pl

from pipelines.linkage.spec import CandidateRule

REPORT = pl.Schema({"rule": pl.String, "pairs": pl.Int64, "oversized_blocks": pl.Int64, "oversized_rows": pl.Int64})


def candidate_pairs(
    records: pl.DataFrame, rules: tuple[CandidateRule, ...], block_cap: int
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Pairs of record positions (`a` < `b`, UInt32, sorted, each once), and what each rule gave.

    A block with more than `block_cap` records gives no pair by that rule; the report counts such blocks and their
    rows, so that nothing is left out in silence.
    """
    found = [_by_rule(records, rule, block_cap) for rule in rules]
    codes = [pairs for pairs, _ in found]
    unique = np.unique(np.concatenate(codes)) if codes else np.empty(0, np.uint64)
    pairs = pl.DataFrame(
        {"a": (unique >> np.uint64(32)).astype(np.uint32), "b": unique.astype(np.uint32)},
        schema={"a": pl.UInt32, "b": pl.UInt32},
    )
    return pairs, pl.DataFrame([report for _, report in found], schema=REPORT)


def _by_rule(records: pl.DataFrame, rule: CandidateRule, block_cap: int) -> tuple[np.ndarray, dict[str, object]]:
    """The rule's pairs, each packed into one integer (a in the upper half), and its line of the report."""
    blocks = (
        records.lazy()
        .select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("at"), *rule.key)
        .drop_nulls()
        .select("at", pl.struct(rule.key).rank("dense").alias("block"))
        .with_columns(pl.len().over("block").alias("size"))
        .filter(pl.col("size") > 1)
        .collect()
    )
    oversized = blocks.filter(pl.col("size") > block_cap)
    blocks = blocks.filter(pl.col("size") <= block_cap).select("at", "block")
    pairs = blocks.join(blocks, on="block", suffix="_b").filter(pl.col("at") < pl.col("at_b"))
    packed = (pairs["at"].to_numpy().astype(np.uint64) << np.uint64(32)) | pairs["at_b"].to_numpy()
    report = {
        "rule": rule.name,
        "pairs": len(packed),
        "oversized_blocks": oversized["block"].n_unique(),
        "oversized_rows": len(oversized),
    }
    return packed, report
