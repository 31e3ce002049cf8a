"""How far a long step is, told now and then."""

from pipelines.progress import paced


def test_one_sentence_a_second_and_none_of_what_is_done_at_once():
    times = iter([0.0, 0.2, 0.9, 1.1, 1.1, 1.5, 2.2, 2.2])
    told = []
    tell = paced(told.append, lambda: next(times))
    for sentence in ("0,2", "0,9", "1,1", "1,5", "2,2"):
        tell(sentence)
    assert told == ["1,1", "2,2"]
