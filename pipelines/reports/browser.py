"""What the pages of merges and of pairs that were not merged need besides the facts: a browser's data and its words."""

from typing import Any, Final

import duckdb
from markupsafe import Markup

from pipelines.reports.browser_data import merges_data, pairs_data
from pipelines.reports.browser_words import Kind, browser_words
from pipelines.reports.facts import Facts
from pipelines.reports.languages import Language
from pipelines.reports.packing import packed
from pipelines.reports.shown_fields import OwnHeaders

SCRIPTS: Final = ("unpacking.js", "waterfall.js", "browser.js")
"""The scripts of a page that has a browser, in their order."""

_DATA: Final = {"merges": merges_data, "pairs": pairs_data}


def browser_data(
    warehouse: duckdb.DuckDBPyConnection, kind: Kind, *, mask_names: bool, own_headers: OwnHeaders
) -> Markup:
    """The rows and links that a page carries, the same in every language; needs the view `sources`."""
    return packed(_DATA[kind](warehouse, mask_names=mask_names, own_headers=own_headers))


def browser_context(data: Markup, facts: Facts, language: Language, kind: Kind) -> dict[str, Any]:
    """What the template `browser.html` shows."""
    return {"browser": {"kind": kind, "data": data, "words": browser_words(facts, language, kind)}}
