"""SQL that compares texts as people read them: without case, marks and what a place is called besides its name.

Rules see golden texts, which keep the spelling of their register. The full reading of addresses and relations is
`pipelines.vietnamese`; here is as much of it as a rule needs. No group in these patterns is written `(?:…)`, which
SQLAlchemy reads as a parameter.
"""

from typing import Final

from pipelines.warehouse.quoting import Sql, fill, text

_KIND: Final = "^(to dan pho|tdp|thon|xom|doi|khu|lang|cum|to|t|x|d)([ .]+(so )?0*|0*([1-9]))"


def folded(words: Sql) -> Sql:
    """The text of an SQL expression in small letters without marks: Đỗ → do."""
    return fill("translate(strip_accents(lower({words})), 'đ', 'd')", words=words)


def hamlet_name(words: Sql) -> Sql:
    """A hamlet by its name alone: Thôn Đông, T.ĐÔNG → dong; Tổ dân phố số 03, TDP 3 → 3."""
    return fill(r"regexp_replace({words}, {kind}, '\4')", words=folded(words), kind=text(_KIND))
