"""The links that the page's search box looks in: where the two rows stand, and how their evidence adds up.

Nothing of a row's content belongs here: only its file, its line, the start of its record id, and the levels.
A link is `[file a, line a, file b, line b, weight, decision, "id a:id b:kinds"]`, where files and decisions are
places in their lists, and each kind of evidence is a code of `width` letters.
"""

import json
from string import ascii_letters
from typing import Any, Final

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from pipelines.reports.belief import ONE_AND_TWO
from pipelines.reports.evidence_words import FIELDS, LEVELS
from pipelines.reports.labels import DATASETS, DECISIONS, word
from pipelines.reports.linkage_facts import ID_LETTERS, LinkageFacts
from pipelines.reports.pairs import limits_of
from pipelines.reports.privacy import mask_numbers
from pipelines.reports.waterfall import UNEXPLAINED

_LETTERS: Final = ascii_letters
"""Without digits, so that no code reads like a number."""


def search_data(linkage: dict[str, LinkageFacts]) -> Markup:
    """The JSON of all datasets that have links, safe inside a script element."""
    data = {
        "letters": _LETTERS,
        "idLetters": ID_LETTERS,
        "unexplained": UNEXPLAINED,
        "datasets": [_dataset(name, facts) for name, facts in linkage.items() if facts.embedded.links],
    }
    return htmlsafe_json_dumps(data, dumps=_compact)


def _dataset(name: str, facts: LinkageFacts) -> dict[str, Any]:
    embedded = facts.embedded
    width = 1
    while len(_LETTERS) ** width < len(embedded.kinds):
        width += 1
    codes = [_code(kind, width) for kind in range(len(embedded.kinds))]
    files = sorted({link[side] for link in embedded.links for side in ("file_a", "file_b") if link[side]})
    decisions = sorted({link["decision"] for link in embedded.links})
    file_of = {file: place for place, file in enumerate(files)}
    decision_of = {decision: place for place, decision in enumerate(decisions)}
    return {
        "name": DATASETS[name],
        "one": ONE_AND_TWO[name][0],
        "files": [mask_numbers(file) for file in files],
        "decisions": [mask_numbers(word(DECISIONS, decision)) for decision in decisions],
        "limits": limits_of(facts),
        "offset": facts.model.offset,
        "slope": facts.model.slope,
        "width": width,
        "kinds": [
            [mask_numbers(word(FIELDS, kind["field"])), mask_numbers(word(LEVELS, kind["level"])), kind["weight"]]
            for kind in embedded.kinds
        ],
        "links": [
            [
                file_of.get(link["file_a"]),
                link["line_a"],
                file_of.get(link["file_b"]),
                link["line_b"],
                link["weight"],
                decision_of[link["decision"]],
                f"{link['id_a']}:{link['id_b']}:{''.join(codes[kind] for kind in link['kinds'])}",
            ]
            for link in embedded.links
        ],
    }


def _code(number: int, width: int) -> str:
    """The number in letters, of fixed width."""
    letters = ""
    for _ in range(width):
        number, rest = divmod(number, len(_LETTERS))
        letters = _LETTERS[rest] + letters
    return letters


def _compact(data: object, **_: object) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
