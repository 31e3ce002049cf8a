"""The legal syllables of Vietnamese, made from initials, rhymes and tones as the orthography joins them.

What is legal is wider than what is used: the set holds every syllable that could be written, so that a rare name is
never taken for a mistake. Both placements of the tone (hoà, hòa) and both i and y at the end (Lý, Lí) are in it.
"""

import unicodedata
from collections.abc import Iterator
from functools import cache

import polars as pl

_FALLING, _RISING, _BROKEN, _ASKING, _HEAVY = "\u0300\u0301\u0303\u0309\u0323"
_TONES = ("", _FALLING, _RISING, _BROKEN, _ASKING, _HEAVY)
_TONES_BEFORE_STOP = (_RISING, _HEAVY)

_INITIALS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph q r s t th tr v x"

_RHYMES = """
    a e ê i o ô ơ u ư y ia ua ưa oa oe uê uy uơ uya
    ai ay ây ao au âu eo êu iu oi ôi ơi ui ưi ưu iêu yêu uôi ươi ươu oai oay oao oeo uây uyu
    am ăm âm em êm im om ôm ơm um ưm iêm yêm uôm ươm oam oăm
    an ăn ân en ên in on ôn ơn un ưn iên yên uôn ươn oan oăn oen uân uyên uyn
    ang ăng âng eng ong ông ung ưng iêng yêng uông ương oang oăng oong uâng
    anh ênh inh oanh uênh uynh
    ap ăp âp ep êp ip op ôp ơp up iêp ươp oap uyp
    at ăt ât et êt it ot ôt ơt ut ưt iêt yêt uôt ươt oat oăt oet uât uyt uyêt
    ac ăc âc ec oc ôc uc ưc iêc uôc ươc oac oăc ooc uâc
    ach êch ich oach uêch uych
"""

# What follows qu: the rhymes with the glide before them, where o and u are written once.
_RHYMES_AFTER_QU = """
    a e ê i y ơ ai ay ây ao au eo êu iu yu ơi am ăm em an ăn ân en ên in yn ơn yên ang ăng âng eng anh ênh inh ynh ung
    ap ăp ep at ăt ât et êt it yt ơt yêt ac ăc ôc ach êch ich ych
"""

_BEFORE_FRONT_VOWEL = {"gh", "k", "ngh"}
_BEFORE_BACK_VOWEL = {"c", "g", "ng"}
_FRONT_VOWELS = set("eêiy")
_LIPS = {"b", "m", "p", "ph", "v"}
_AFTER_LIPS = {"uy", "uyt", "uyp", "oan", "oa", "oe", "oay"}  # loans: phuy, buýt, voan, moay-ơ
_GLIDES = ("oa", "oă", "oe", "uâ", "uê", "uy", "uơ")
_MARKED = set("ăâêôơư")
_PLACES = ("kạn", "đắk", "đăk", "lắk", "kon", "krông")  # Bắc Kạn, Đắk Lắk, Kon Tum: in every list of addresses

LETTERS = r"[\p{L}\p{M}]+"
"""A run of letters, the token that is or is not a legal syllable."""


@cache
def legal_syllables() -> frozenset[str]:
    """Every legal syllable, in lower case and NFC; about 17,000, made on first use."""
    return frozenset(
        unicodedata.normalize("NFC", onset + toned)
        for onset, rhyme in _bare_syllables()
        for toned in _with_tones(onset, rhyme)
    ).union(_PLACES)


def is_legal(token: pl.Expr) -> pl.Expr:
    """Whether each token is a legal syllable, whatever its case and normal form; null stays null."""
    return token.str.normalize("NFC").str.to_lowercase().map_batches(_are_legal, return_dtype=pl.Boolean)


def _are_legal(tokens: pl.Series) -> pl.Series:
    """Asked of Python's set for each different one, since Polars would hash all syllables at every call."""
    legal = legal_syllables()
    found = [token for token in tokens.drop_nulls().unique() if token in legal]
    return tokens.is_in(pl.Series(found, dtype=pl.String).implode())


def legal_share(text: pl.Series) -> pl.Series:
    """The share (0 to 1) of each text's runs of letters that are legal syllables; null when it has no letters."""
    frame = pl.DataFrame({"text": text.cast(pl.String)}).with_row_index("row")
    tokens = frame.select("row", token=pl.col("text").str.extract_all(LETTERS)).explode("token").drop_nulls()
    # Looked up for the whole column: inside the aggregation it would be looked up group by group.
    shares = tokens.with_columns(is_legal(pl.col("token"))).group_by("row").agg(pl.col("token").mean().alias("share"))
    return frame.select("row").join(shares, on="row", how="left", maintain_order="left")["share"].alias(text.name)


def _bare_syllables() -> Iterator[tuple[str, str]]:
    """Onset and rhyme, as they are written next to each other."""
    for rhyme in _RHYMES.split():
        if not rhyme.startswith(("iê", "ya")):
            yield "", rhyme  # at the start yê is written: yên; ỉa is the only ia
        for initial in _INITIALS.split():
            if initial == "gi":
                # giêng is gi with iêng, one i for both; gì and gìn come with the initial g.
                if rhyme[0] not in "iy":
                    yield initial, rhyme
                elif rhyme.startswith("iê"):
                    yield initial, rhyme.removeprefix("i")
            elif initial != "q" and _may_follow(initial, rhyme):
                yield initial, rhyme
    for rhyme in ("i", "in", "it", "ich", "inh"):
        yield "g", rhyme
    yield from (("qu", rhyme) for rhyme in _RHYMES_AFTER_QU.split())
    yield from (("q", rhyme) for rhyme in ("uy", "ui"))  # qúy, qúi: often typed so, and no other word


def _may_follow(initial: str, rhyme: str) -> bool:
    if rhyme.startswith("yê"):
        return False
    if initial in _BEFORE_FRONT_VOWEL and rhyme[0] not in _FRONT_VOWELS:
        # ka, ko and the like are foreign; Kơ, Kon and Krông are names of the highlands, not of this orthography.
        return False
    if initial in _BEFORE_BACK_VOWEL and rhyme[0] in _FRONT_VOWELS:
        return False
    return not (initial in _LIPS and rhyme.startswith(_GLIDES) and rhyme not in _AFTER_LIPS)


def _with_tones(onset: str, rhyme: str) -> Iterator[str]:
    tones = _TONES_BEFORE_STOP if rhyme.endswith(("p", "t", "c", "ch")) else _TONES
    for place in _tone_places(onset, rhyme):
        for tone in tones:
            yield rhyme[: place + 1] + tone + rhyme[place + 1 :]


def _tone_places(onset: str, rhyme: str) -> tuple[int, ...]:
    """The positions in a rhyme where its tone may stand: two only for open oa, oe, uy."""
    marked = [place for place, letter in enumerate(rhyme) if letter in _MARKED]
    if marked:
        return (marked[-1],)
    if onset == "q":
        return (0,)
    if rhyme in {"oa", "oe", "uy"}:
        return (0, 1)
    vowels = len(rhyme.rstrip("bcdghklmnpqrstvx"))
    if vowels == 1:
        return (0,)
    if vowels == 3 or vowels < len(rhyme) or rhyme.startswith(("oa", "oe", "uy")):
        return (1,)
    return (0,)
