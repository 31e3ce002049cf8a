"""How templates become pages: one Jinja environment a language, and one door through which all text leaves.

What stands on a page does not belong here.
"""

import base64
import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.bccache import Bucket
from markupsafe import Markup

from pipelines.reports.languages import Language, Text
from pipelines.reports.privacy import mask_numbers
from pipelines.reports.stored_reasons import in_both
from pipelines.reports.writing import hexadecimal, line_ranges, model_name

_TEMPLATES: Final = Path(__file__).parent / "templates"


class _Compiled(BytecodeCache):
    """What Jinja made of each template, which is the same code in all languages: it asks its environment."""

    def __init__(self) -> None:
        self._made: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """What was made of this template, if it was."""
        if made := self._made.get(bucket.key):
            bucket.bytecode_from_string(made)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was made of this template."""
        self._made[bucket.key] = bucket.bytecode_to_string()


_COMPILED: Final = _Compiled()


@cache
def environment(language: Language) -> Environment:
    """Templates whose text is in this language: masked, then escaped, unless a formatter of this package made it.

    In a template `t(vi, en)` says one of two texts and `tu(dictionary, code)` a word; `vi` tells whether the language
    is Vietnamese. The filters write numbers: `so` whole ones, `so_le` decimal ones, `bit`, `share`, `xac_suat`;
    `moment` and `day` write times; `old` writes the name of an old commune of the page's `commune`.
    """
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_door(language),
        bytecode_cache=_COMPILED,
    )
    made.filters.update(
        so=language.whole,
        so_le=language.decimal,
        bit=language.bits,
        share=language.share,
        xac_suat=language.probability,
        moment=language.moment,
        stamp=language.stamp,
        day=language.day,
        hex=hexadecimal,
        model=model_name,
        old=pass_context(lambda context, code: context["commune"].old_name(code, language)),
        lines=lambda lines, most=200: line_ranges([line for line in lines if line is not None], language, most),
    )
    made.globals.update(
        language=language,
        vi=language.code == "vi",
        t=language.say,
        tu=language.word,
        of=language.of,
        in_both=in_both,
        ty_le=language.percentage,
    )
    return made


def _door(language: Language) -> Callable[[Any], Any]:
    """The one door to a page: text is put in its language and masked; numbers and the formatters' own markup pass."""

    def leave(value: Any) -> Any:
        if value is None:
            return "–"
        if isinstance(value, Text):
            value = language.of(value)
        return mask_numbers(value) if isinstance(value, str) and not isinstance(value, Markup) else value

    return leave


def script(name: str) -> Markup:
    """A script of the templates folder, to stand between script tags of a page."""
    return Markup((_TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - a script of this package


def policy(*scripts: str) -> Markup:
    """The content security policy of a page: nothing is loaded from anywhere, and only these scripts run."""
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts]
    allowed = Markup(" ").join(Markup("'sha256-{}'").format(digest) for digest in digests) or Markup("'none'")
    return Markup(
        "default-src 'none'; style-src 'unsafe-inline'; script-src {}; base-uri 'none'; form-action 'none'"
    ).format(allowed)
