"""Every word that a reader sees is written correctly in Vietnamese and stands in English beside it."""

import re
import unicodedata

import pytest

from expectations import RULES
from pipelines.reports import evidence_words, labels
from pipelines.reports.languages import Text
from pipelines.vietnamese.syllables import legal_syllables

_DICTIONARIES = {
    f"{module.__name__.rpartition('.')[2]}.{name}": value
    for module in (labels, evidence_words)
    for name, value in vars(module).items()
    if isinstance(value, dict) and not name.startswith("_")
}
_TEXTS = [(f"{name}[{code}]", text) for name, words in _DICTIONARIES.items() for code, text in words.items()]

# Two codes of one meaning, as different sources write them.
_SYNONYMS = {
    "labels.PARTS": [{"part", "partial"}],
    "evidence_words.LEVELS": [{"equal", "same"}],
}

# Abbreviations, names of encodings and signs of the land books.
_NOT_VIETNAMESE = set("abc cmnd e gcn l nfd nul ont t tcvn unicode utf v viqr vni vntime windows xls".split())


def test_the_dictionaries_are_found():
    assert {"labels.DATASETS", "labels.QUALITY_REASONS", "evidence_words.LEVELS"} <= set(_DICTIONARIES)


def test_every_word_knows_its_english():
    assert [where for where, text in _TEXTS if not isinstance(text, Text)] == []
    # Ha with a tone is no English: an example in Vietnamese belongs in the Vietnamese text.
    assert [where for where, text in _TEXTS if not text.en or not text.en.isascii()] == []


def test_every_suite_of_rules_has_a_name():
    assert set(labels.SUITES) == {rule.suite for rule in RULES}


def test_every_text_is_composed_and_without_idle_spaces():
    assert [where for where, text in _TEXTS if not unicodedata.is_normalized("NFC", text)] == []
    assert [where for where, text in _TEXTS for one in (text, text.en) if one != " ".join(one.split())] == []


def test_both_languages_begin_alike():
    """A word that stands inside a sentence in one language does so in the other, unless it is a name."""
    assert [where for where, text in _TEXTS if text[:1].isupper() != text.en[:1].isupper()] == []


@pytest.mark.parametrize("name", sorted(_DICTIONARIES))
def test_what_differs_is_told_differently(name):
    words = dict(_DICTIONARIES[name])
    for synonyms in _SYNONYMS.get(name, []):
        same = [words.pop(code) for code in sorted(synonyms)]
        words[same[0]] = same[0]
        assert len({(text, text.en) for text in same}) == 1
    assert len(set(words.values())) == len(words)
    assert len({text.en for text in words.values()}) == len(words)


def test_every_syllable_is_legal():
    strange = {
        (where, syllable)
        for where, text in _TEXTS
        for syllable in re.findall(r"[^\W\d_]+", text.lower())
        if syllable not in legal_syllables() and syllable not in _NOT_VIETNAMESE
    }
    assert strange == set()


def test_no_exception_is_idle():
    used = {syllable for _, text in _TEXTS for syllable in re.findall(r"[^\W\d_]+", text.lower())}
    assert _NOT_VIETNAMESE - used == set()
