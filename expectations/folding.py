"""SQL that compares texts as people read them: without case, marks and what a place is called besides its name.

Rules see golden texts, which keep the spelling of their register. The full reading of addresses and relations is
`pipelines.vietnamese`; here is as much of it as a rule needs. No group in these patterns is written `(?:…)`, which
SQLAlchemy reads as a parameter.
"""

from typing import Final

_KIND: Final = "^(to dan pho|tdp|thon|xom|doi|khu|lang|cum|to|t|x|d)([ .]+(so )?0*|0*([1-9]))"


def folded(text: str) -> str:
    """The text of an SQL expression in small letters without marks: Đỗ → do."""
    return f"translate(strip_accents(lower({text})), 'đ', 'd')"


def hamlet_name(text: str) -> str:
    """A hamlet by its name alone: Thôn Đông, T.ĐÔNG → dong; Tổ dân phố số 03, TDP 3 → 3."""
    return rf"regexp_replace({folded(text)}, '{_KIND}', '\4')"
