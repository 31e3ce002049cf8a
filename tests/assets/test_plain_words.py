"""Failures in plain words: the sentence of what is unusable, and nothing of the message of anything else."""

import re
import signal

import dagster as dg
import duckdb
import polars as pl
import pytest

from assets.plain_words import COMMAND, EXIT_STATUS, in_plain_words, told
from pipelines.problems import UnusableInput


def _failure(problem: BaseException) -> dg.Failure:
    @in_plain_words
    def a_step():
        raise problem

    with pytest.raises(dg.Failure) as caught:
        a_step()
    return caught.value


def test_unusable_input_keeps_its_sentence():
    failure = _failure(UnusableInput("Tệp trống.", "The file is empty."))
    assert failure.description == "Tệp trống. (The file is empty.)"
    assert failure.metadata[EXIT_STATUS].value == 2


def test_a_number_in_the_name_of_a_file_is_masked_and_an_id_is_not():
    said = "Tệp «CCCD_001085000001.csv», quyết định QD-123456789012, lần chạy 12345678-1234-1234-1234-123456789012."
    failure = _failure(UnusableInput(said, "001085000001.csv"))
    assert "001085000001" not in failure.description
    assert "QD-123456789012, lần chạy 12345678-1234-1234-1234-123456789012" in failure.description


def test_anything_else_is_told_by_kind_and_place():
    failure = _failure(ValueError("Nguyễn Thị Canary 001085000001"))
    assert failure.metadata[EXIT_STATUS].value == 3
    assert "a_step" in failure.description
    assert re.search(r"\(ValueError, assets/plain_words\.py:\d+\)", failure.description)
    assert "Canary" not in failure.description


def test_a_panic_of_polars_is_told_like_any_other():
    failure = _failure(pl.exceptions.PanicException("Canary"))
    assert failure.metadata[EXIT_STATUS].value == 3
    assert "Canary" not in failure.description


def test_message_does_not_travel_along_as_cause():
    failure = _failure(ValueError("Canary"))
    assert failure.__cause__ is None
    assert failure.__context__ is None


def test_failure_of_our_own_is_left_alone():
    own = dg.Failure("Đã nói rõ.")
    assert _failure(own) is own


def test_what_succeeds_is_returned():
    assert in_plain_words(lambda number: number + 1)(1) == 2


def test_a_damaged_file_is_told_as_that_by_a_command():
    sentence, status = told(COMMAND, duckdb.SerializationException("Canary"))
    assert status == 2
    assert "hopnhat verify" in sentence
    assert "Canary" not in sentence


def test_a_query_that_somebody_stops_is_no_failure():
    """DuckDB gives an error of its own, with what stopped it as the cause."""

    def stop(*_):
        raise dg.DagsterExecutionInterruptedError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    endless = "SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE (a.range + b.range) % 7 = 3"
    try:
        # On one thread: DuckDB waits for what its other threads have begun, which is endless here.
        with duckdb.connect(config={"threads": "1"}) as connection, pytest.raises(dg.DagsterExecutionInterruptedError):
            in_plain_words(lambda: connection.execute(endless))()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
