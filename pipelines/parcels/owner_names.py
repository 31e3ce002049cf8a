"""One cell of a land book names one owner or several, in the words of its office: taken apart, one row an owner.

"Hộ ông A và bà B", "Ông A (đã chết)", "Những người thừa kế của ông A", "Công ty TNHH thương mại và dịch vụ C". Forms
of address tell the sex and are no part of a name; yet Ông, Bà, Cụ, Hộ, Đồng and Hội are surnames too. A number and a
year of birth stand in cells of their own, where several are given to the owners in their order.

What does not belong here: who these owners are among the citizens (`owners`).
"""

from typing import Final

import polars as pl

from pipelines.distinct import dictionary, look_up
from pipelines.vietnamese.dates import paper_dates, parse_year
from pipelines.vietnamese.names import name_case
from pipelines.vietnamese.numbers import (
    agreeing_number,
    number_birth_year,
    number_sex,
    old_number,
    personal_number,
    with_numbers,
)
from pipelines.vietnamese.spelling import ascii_key, clean, has_marks
from pipelines.vietnamese.typed import retyped

_STATE: Final = (
    r"^(?:dat (?:do |cua )?)?(?:u\.? ?b\.? ?n\.? ?d\b|uy ban|ub (?:xa|phuong|thi tran|huyen)\b|h\.?d\.?n\.?d\b|"
    r"hoi dong nhan dan|nha nuoc|cong ich|cong dien|xa quan ly|thon quan ly|phuong quan ly|chinh quyen)"
    r"|^dat (?:cong|chua|hoang|bang|5|giao thong|thuy loi|nghia|du phong|quoc phong|kenh|muong|duong)\b|^quy dat\b"
)
"""How the names of the state's own land begin, without marks; read before `_BODIES`."""

_BODIES: Final = (
    r"^(?:(?:tong )?cong ty|c\.?ty|ct (?:tnhh|cp)|tnhh|doanh nghiep|dntn|hop tac|htx|xi nghiep|tap doan|nha may|"
    r"ngan hang|quy tin dung|buu dien|dien luc|benh vien|trung tam|chi nhanh|chi cuc|van phong|co quan|co so|cua hang|"
    r"kho bac|toa an|cong an|cong doan|quan doi|bo chi huy|bch|su doan|trung doan|lu doan|don vi|hat kiem lam|"
    r"lam truong|nong truong|lien doan|lien hiep|lien minh|mat tran|mttq|cong dong|tap the|ho kinh doanh|nghia trang|"
    r"nghia dia|giao xu|giao ho|giao phan|dong ho|tinh xa|thien vien|thanh that|tu duong|van chi|van mieu|"
    r"nha (?:tho|van hoa|tre|chua|tinh|truyen thong|sinh hoat|hop|tang)|"
    r"truong (?:tieu|mam|mau|trung|thcs|thpt|th|ptcs|ptth|pho thong|dai hoc|cao dang|day|hoc|cap|dao tao|chinh tri|"
    r"nang khieu|dan toc|noi tru|ban)\b|"
    r"tram (?:y|bom|bien|xa|dien|thu|cap|khuyen|thuy|vien)\b|"
    r"hoi (?:nguoi|phu nu|nong dan|cuu|chu thap|khuyen|lam vuon|sinh vat|dong huong|phat|quan|thanh|tin)\b|"
    r"ban (?:quan|chi|khanh|tri|ho tu|giam|dai dien|tu quan|chap|van dong|cong tac|dan van|qldd|ql)\b|"
    r"doan (?:thanh nien|tncs|the|dia chat|quan)\b|to (?:dan pho|hop tac|san xuat|tu quan|doi)\b|"
    r"phong (?:giao duc|tai nguyen|tai chinh|kinh te|van hoa)\b|vien (?:kiem|nghien|khoa|quy|y)\b|dinh (?:lang|thon)\b|"
    r"chua |den |mieu |thon |xom )"
)
"""How the names of what is no person begin, without marks; none is the beginning of a person's name (Trương, Bàn,
Đoàn, Đinh, Tô and the like need the word behind them)."""

_MARKED_BODIES: Final = (
    r"(?i)^(?:đình|đền|chùa|miếu|nghè|phủ|lăng|làng|chợ|viện|đảng [uủ][yỷ]|đoàn thể|sở|trạm|họ đạo|họ giáo|tổ đình|"
    r"hội (?:đồng|liên|những)|(?:chi )?họ \p{L}+$|khu (?:dân cư|phố|di tích|tập thể|đô thị|công nghiệp)|đội sản xuất)\b"
)
"""The same of words that are told from surnames only by their marks (Đình and Đinh, Làng and Lang)."""

_NOBODY: Final = (
    r"^(?:khong (?:ro|xac|biet|co)|chua (?:ro|xac|biet|co|dang ky)|vang chu|chu vang|vo chu|nhieu (?:ho|chu|nguoi)|"
    r"cac ho|chu cu|chu su dung dat$|\W*$)"
)
"""What is written where the owner is not known, or where there are too many to be named; without marks."""

_SEP: Final = "\x1f"
_DEAD: Final = "†"
_FOR: Final = "‡"
"""Marks that the words about a piece leave in it: dead; a representative."""

_MAN: Final = r"ông|ong|ô"
_WOMAN: Final = r"bà|ba"
_ADDRESS: Final = rf"(?:cụ (?:ông|bà)|{_MAN}|{_WOMAN}|cụ|cu|anh|chị|cô|chú|bác)"
_FAMILY: Final = "hộ|ho"
_HEIRS: Final = (
    r"(?:(?:những|các|nhung|cac) )?(?:người |nguoi |ông bà |hàng |hang )?(?:được |duoc |đồng |dong )?"
    r"(?:thừa kế|thua ke)(?: (?:theo pháp luật|hợp pháp))?"
    r"(?: \(?(?:quyền sử dụng đất|quyen su dung dat|qsdđ|qsd đất|di sản)\)?)?"
    r"|(?:các|cac) (?:con|cháu)(?: của)? (?:ông|bà|cụ)"
)

_WORDS: Final = (
    (r"\b(?:(?:hộ|ho)[ :]*)?(?:gia đình|gia dinh|gđ|gd|hgđ)\b\s*[:\-]?\s*|\b(?:chủ|chu)? ?(?:hộ|ho)\s*[:\-]\s*"
     r"|\b(?:chủ hộ|chu ho)\b", "hộ ", r"gia đình|gia dinh|gđ|gd|(?:hộ|ho)\s*[:\-]|chủ hộ|chu ho"),
    # Ông (bà): a form that was never filled in, which tells no sex.
    (r"\b(?:ông|ong)\s*[/(]\s*(?:bà|ba)\b\)?|\bông bà\b", " ", None),
    (r"[(,\-]?\s*\b(?:(?:đã|da|đều) (?:chết|mất|chet|mat|qua đời|từ trần|khuất|hy sinh)|tử vong|quá cố)\b"
     r"(?:\s*(?:từ |ngày |tháng |năm )*[0-9/\-.]+)?\s*\)?", _DEAD,
     r"chết|mất|chet|mat|qua đời|từ trần|khuất|hy sinh|tử vong|quá cố"),
    (r"\(\s*(?:chết|mất|chet|mat|qua đời|từ trần|†)\b[^)]*\)", _DEAD, None),
    (r"[(,;\-]?\s*\b(?:do )?(?:người |nguoi |ng )?(?:được )?(?:đại diện|dai dien)\b"
     r"(?: (?:hộ|theo pháp luật|gia đình|(?:các )?(?:đồng )?thừa kế|đứng tên|cho \S+))*"
     r"(?:\s*(?:là|la|:|bởi))*\s*(\p{L})", f"{_SEP}{_FOR}$1", "đại diện|dai dien"),
    # Year of birth and paper, when they stand with the name.
    (r"\(\s*(?:sinh(?: năm)?|năm sinh|nam sinh|sn|s/n)?\s*[:.]?\s*((?:1[89]|20)[0-9]{2})\s*\)", " $1 ", None),
    # The spouse, behind the name or in brackets.
    (r"[(,;\-]?\s*(?:\b(?:và|va|cùng|cung|cùng với)\s+)?\b(?:vợ|chồng|vo|chong)\s*(?:là|la|tên|:)*"
     rf"\s*({_ADDRESS}\b)", f"{_SEP}$1", "vợ|chồng|vo|chong"),
    (r"[(,;\-]\s*(?:và |va )?(vợ|chồng)\s*(?:là|la|tên|:)*\s+", f"{_SEP}$1 ", None),
    (r"\s(?:và|va|cùng|cung)\s+(vợ|chồng|vo|chong)\s*(?:là|la|tên|:)*\s+", f"{_SEP}$1 ", None),
    # Whose child somebody is tells no owner.
    (rf"[(,\-]?\s*\b(?:là |la )?(?:con|cháu) (?:\p{{L}}+ )?(?:của |cua )?(?:{_MAN}|{_WOMAN}|cụ)\s[^;,()\x1f]*", " ",
     "con |cháu "),
    (r"\([^)]*\)?|\[[^\]]*\]?|\{[^}]*\}?", " ", None),
    (r"\s*[;|&+\n]\s*|\s+[-–—]\s+|\s*,\s*", _SEP, None),
    (rf"\s*[-–—/]\s*({_ADDRESS}\b)", f"{_SEP}$1", "[-–—/]"),
    (r"(\p{L}+\s+\p{L}+)[-–—/](\p{L}+\s+\p{L}+)", f"$1{_SEP}$2", None),
    (r"\s+và\s+", _SEP, None),
    (rf"\s+(?:va|cùng|cung|với|cùng với)\s+({_ADDRESS}|{_FAMILY})\b", f"{_SEP}$1",
     r"\s(?:va|cùng|cung|với)\s"),
    # A form of address behind a whole name begins another, when a whole name follows.
    (r"(\p{L}+\s+\p{L}+)\s+((?:ông|bà)\s+\p{L}+\s+\p{L}+)", f"$1{_SEP}$2", None),
)  # fmt: skip
"""What words of the whole cell mean, in this order; what stands in front is read before (`_IN_FRONT`). A pattern with
the boundary of a word is slow, so that it is asked only where the third one, which any such cell has, is found."""

_IN_FRONT: Final = (
    r"^(?:(?:đồng|dong|các đồng|những người|các) (?:sở hữu|so huu|sử dụng(?: đất)?|su dung(?: dat)?|chủ(?: sử dụng)?)"
    r"|chủ sử dụng(?: đất)?|chủ đất|người sử dụng(?: đất)?|tên chủ|(?:hai )?(?:vợ chồng|vo chong))\s*[:\-]?\s*"
)

_TITLE: Final = (
    rf"(?i)^((?:(?:vợ|chồng|vo|chong)(?: (?:{_ADDRESS}))?|{_ADDRESS}|ô|b)\s*[.:]+"
    rf"|(?:vợ|chồng|vo|chong)(?: {_ADDRESS})?|{_ADDRESS})(?:\s+|\b)"
)
_SURNAME: Final = r"(?i)^(?:ông|bà|cụ|hộ|ong|ba|cu|ho)\s+(?:(?:thị|thi)\s+\S|(?:văn|van|đình|hữu|đức|duy)\s+\S+$)"
"""What looks like a form of address, but is the surname: a middle name stands behind it, and at most one word more."""

_NUMBERS: Final = (
    (r"(?i)(?:số )?(?:cmnd|cmtnd|cccd|cmt|cc|đdcn|số định danh|giấy)\b[^0-9;,|\n]*", " "),
    (r"(?i)\s*(?:[;|&\n]|\bvà\b|\s-\s|\s/\s)\s*", _SEP),
    # Not the comma of decimals or of a power of ten.
    (r"(?:,\s*|\s+|/)([0-9]{8,12})\b", f"{_SEP}$1"),
)
"""What separates the numbers of several owners, and words in front of them."""

_YEAR: Final = r"\b(?:1[89]|20)[0-9]{2}\b"
_OWNER: Final = ["record_id", "owner_no"]

_NOT_A_NAME: Final = (
    r"^(?:thôn|thon|xóm|xom|tổ|khu|đội|ấp|xã|phường|thị trấn|huyện|huyen|quận|tỉnh|tinh|thành phố|tp|số|ngõ|trú|ở|tại|"
    r"hiện|địa chỉ|nay|đang|đã|chưa|không|cùng|các|những|và|con|cháu|đồng (?:sở|sử|chủ|thừa)|đất|mua|nhận|thuê|mượn|"
    r"thừa kế|ủy quyền|uỷ quyền|thế chấp|tặng cho|cmnd|cccd|cmt|sinh|vợ con|gia đình)\b"
)
_HOUSEHOLD: Final = rf"(?i)^(?:{_FAMILY})\b\s*[:\-]?\s*"
_BEHIND_A_NAME: Final = r"(?i)\s*(?:\b(?:sinh (?:năm|ngày|[0-9])|năm sinh|sn|cmnd|cccd|cmt|số cmnd|giấy tờ)\b|[0-9]).*$"
_TOLD_BEHIND: Final = "sinh|sn|cmnd|cccd|cmt|giấy tờ|[0-9]"
_UNTITLED: Final = r"(?i)^\p{L}[\p{L}\p{M}'’.]*(?:\s+[\p{L}\p{M}'’.]+)+$"
_TITLED: Final = r"(?i)^\p{L}[\p{L}\p{M}'’.]*(?:\s+[\p{L}\p{M}'’.]+)*$"


def split_owners(owners: pl.DataFrame) -> pl.DataFrame:
    """One row an owner of each cell that names any, in the order in which they are named.

    `owners`: `record_id` (any key, unique), `owner_name`, `owner_id_text`, `owner_birth_text`, `owner_address`, as
    the book has them. Gives `record_id`, `owner_no` (from 1 without gaps), `owner_name` (without form of address; as
    written where it is no person's), `owner_kind` (person, household, organisation, state, unknown), `owner_sex` (by
    the form of address: male, female or null), `owner_role` (`heirs_of`: the dead whose heirs own; `deceased`: told
    to be dead; `representative` of the others; null), `owner_id_no`, `owner_number` (well-formed 9 or 12 digits),
    `owner_number_restored` (its leading zeros were lost), `owner_number_lost` (a spreadsheet took its last digits),
    `owner_birth_year`, and `owner_address`.

    Numbers and years are given to the owners in order when there are as many, else the first goes to the first, but a
    single 12-digit number to the only one whose sex it tells. Rows without an owner's name give nothing.
    """
    cells = owners.select(
        "record_id",
        pl.col("owner_name", "owner_id_text", "owner_birth_text", "owner_address").cast(pl.String),
    ).filter(clean(pl.col("owner_name")).is_not_null())
    named = _named(cells.select("record_id", "owner_name"))
    return (
        named.join(_papers(cells, named), on=["record_id", "owner_no"], how="left", maintain_order="left")
        .join(cells.select("record_id", "owner_address"), on="record_id", how="left", maintain_order="left")
        .pipe(_with_numbers)
        .select(
            *("record_id", "owner_no", "owner_name", "owner_kind", "owner_sex", "owner_role"),
            *("owner_id_no", "owner_number", "owner_number_restored", "owner_number_lost"),
            *("owner_birth_year", "owner_address"),
        )
    )


def _named(cells: pl.DataFrame) -> pl.DataFrame:
    """`record_id`, `owner_no`, what the name tells (`owner_name`, `owner_kind`, `owner_sex`, `owner_role`), and the
    `told_number` and `told_year` that stand with it. Each distinct text is read once.
    """
    texts = cells.select(pl.col("owner_name").alias("cell")).unique(maintain_order=True).with_row_index("at")
    texts = texts.with_columns(clean(pl.col("cell")).alias("text"))
    # H'Bas: names of other peoples may look like what Telex leaves behind.
    foreign = texts["text"].str.contains(r"['’]")
    texts = texts.with_columns(texts["text"].zip_with(foreign, retyped(texts["text"])))
    folded = ascii_key(pl.col("text"))
    body = (
        pl.when(folded.str.contains(_STATE))
        .then(pl.lit("state"))
        .when(folded.str.contains(_BODIES) | pl.col("text").str.contains(_MARKED_BODIES))
        .then(pl.lit("organisation"))
        .when(folded.str.contains(_NOBODY))
        .then(pl.lit("unknown"))
    )
    texts = texts.with_columns(body.alias("owner_kind"))
    people = _people(texts.filter(pl.col("owner_kind").is_null()).select("at", "text"))
    # Whatever words a book has, its owner is not lost.
    others = texts.join(people.select("at"), on="at", how="anti").select(
        "at",
        pl.col("text").alias("owner_name"),
        pl.col("owner_kind").fill_null("unknown"),
        pl.lit(1, pl.Int64).alias("owner_no"),
    )
    read = pl.concat([others, people], how="diagonal_relaxed")
    return (
        cells.join(texts.select("at", pl.col("cell").alias("owner_name")), on="owner_name", maintain_order="left")
        .select("record_id", "at")
        .join(read, on="at", maintain_order="left")
        .drop("at")
        .sort("record_id", "owner_no")
    )


def _people(texts: pl.DataFrame) -> pl.DataFrame:
    """The people whom each text names, one row a person; texts that name none give nothing."""
    text = texts["text"].str.replace(rf"(?i){_IN_FRONT}", "")
    heirs = text.str.contains(rf"(?i)^(?:{_HEIRS})")
    text = text.str.replace(rf"(?i)^(?:{_HEIRS})\s*(?:của|cua)?\s*[:\-]?\s*", "")
    for pattern, meaning, told_by in _WORDS:
        text = _replaced(text, f"(?i){pattern}", meaning, told_by)
    pieces = (
        texts.select("at", ~has_marks(pl.col("text")).alias("unmarked"), heirs.alias("heirs"), text)
        .with_columns(pl.when("unmarked").then(_split_unmarked(pl.col("text"))).otherwise("text").alias("text"))
        .with_columns(pl.col("text").str.split(_SEP))
        .explode("text")
    )
    pieces = pieces.with_columns(
        clean(pl.col("text").str.replace_all(rf"[{_DEAD}{_FOR}()\[\]{{}}]", " ")).fill_null("").alias("bare"),
        pl.col("text").str.contains(_DEAD).alias("dead"),
        pl.col("text").str.contains(_FOR).alias("for_others"),
    ).with_columns(
        pl.col("bare").str.extract(r"\b([0-9]{12}|[0-9]{9})\b").alias("told_number"),
        pl.col("bare").str.extract(rf"({_YEAR})").cast(pl.Int64).alias("told_year"),
    )
    # Behind the name come the year, the paper and what else a clerk noted.
    bare = _replaced(pieces["bare"], _BEHIND_A_NAME, "", _TOLD_BEHIND)
    pieces = pieces.with_columns(clean(pl.lit(bare)).fill_null("").alias("bare"))
    household = pl.col("bare").str.contains(_HOUSEHOLD) & ~pl.col("bare").str.contains(_SURNAME)
    pieces = pieces.with_columns(household.alias("household")).with_columns(
        pl.when("household").then(pl.col("bare").str.replace(_HOUSEHOLD, "")).otherwise("bare").alias("bare")
    )
    titled = ~pl.col("bare").str.contains(_SURNAME) & pl.col("bare").str.contains(_TITLE)
    pieces = (
        pieces.with_columns(titled.alias("titled"))
        .with_columns(
            pl.when("titled").then(ascii_key(pl.col("bare").str.extract(_TITLE))).alias("title"),
            pl.when("titled").then(pl.col("bare").str.replace(_TITLE, "")).otherwise("bare").alias("name"),
        )
        .with_columns(clean(pl.col("name").str.replace_all(r"[.~:*?\"]+", " ")).fill_null("").alias("name"))
    )
    is_name = ~pl.col("name").str.contains(rf"(?i){_NOT_A_NAME}") & pl.when(
        pl.col("title").is_not_null() | pl.col("household")
    ).then(pl.col("name").str.contains(_TITLED)).otherwise(pl.col("name").str.contains(_UNTITLED))
    # Remarks go with the name in front of them.
    pieces = pieces.with_columns(is_name.alias("is_name")).with_columns(pl.col("is_name").cum_sum().alias("nth"))
    named = (
        pieces.group_by("at", "nth", maintain_order=True)
        .agg(
            pl.col("name", "title", "household", "heirs", "for_others", "is_name").first(),
            pl.col("dead").any(),
            pl.col("told_number", "told_year").drop_nulls().first(),
        )
        .filter("is_name")
        .with_columns(name_case(pl.col("name")).alias("owner_name"))
        .unique(["at", "owner_name"], keep="first", maintain_order=True)
        .pipe(_numbered, "at", "owner_no")
    )
    # Behind a household all that are named are of it.
    of_household = pl.col("owner_no") >= pl.col("owner_no").filter("household").min().over("at")
    return named.select(
        *("at", "owner_no", "owner_name", "told_number", "told_year"),
        pl.when(of_household).then(pl.lit("household")).otherwise(pl.lit("person")).alias("owner_kind"),
        pl.when(pl.col("title").str.contains(r"^(?:ong|o|cu ong|anh|chu|chong)\b"))
        .then(pl.lit("male"))
        .when(pl.col("title").str.contains(r"^(?:ba|b|cu ba|chi|co|vo)\b"))
        .then(pl.lit("female"))
        .alias("owner_sex"),
        pl.when("for_others")
        .then(pl.lit("representative"))
        .when("heirs")
        .then(pl.lit("heirs_of"))
        .when("dead")
        .then(pl.lit("deceased"))
        .alias("owner_role"),
    )


def _replaced(text: pl.Series, pattern: str, meaning: str, told_by: str | None) -> pl.Series:
    """The texts with all that fits the pattern replaced; where `told_by` is given, those alone that it is found in."""
    if told_by is None:
        return text.str.replace_all(pattern, meaning)
    some = text.str.contains(f"(?i){told_by}").arg_true()
    return text.scatter(some, text.gather(some).str.replace_all(pattern, meaning))


def _numbered(frame: pl.DataFrame, group: str, name: str) -> pl.DataFrame:
    """The frame, whose groups lie together, with the position of each row in its group, from 1."""
    row = pl.col("row").cast(pl.Int64)
    return frame.with_row_index("row").with_columns((row - row.first().over(group) + 1).alias(name)).drop("row")


def _split_unmarked(text: pl.Expr) -> pl.Expr:
    """Names without marks parted at a "va" between two whole names: in others Va may be a name (Vả, Vạ)."""
    between = r"(?i)(\p{L}+\s+\p{L}+)\s+va\s+(\p{L}+\s+\p{L}+)"
    return text.str.replace_all(between, f"$1{_SEP}$2")


def _papers(cells: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """`record_id`, `owner_no`, `number_text`, `year`: what the cells for number and year of birth give to whom."""
    owners = named.select("record_id", "owner_no", "owner_sex").join(_years(cells, named), _OWNER, "left")
    owners = owners.with_columns(pl.len().over("record_id").alias("owners"))
    numbers = _in_order(_number_parts(cells), owners, personal_number(pl.col("part")).is_not_null())
    return owners.join(_to_whom_they_fit(numbers, owners), _OWNER, "left").select(
        *_OWNER, pl.col("part").alias("number_text"), pl.col("year")
    )


def _years(cells: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """`record_id`, `owner_no`, `year`; a year with two digits, or a serial number, where the cell is one date."""
    texts = cells.select("record_id", clean(pl.col("owner_birth_text")).alias("text")).drop_nulls()
    several = pl.col("text").str.count_matches(_YEAR) > 1
    whole = texts.filter(~several)
    dates = paper_dates(whole["text"], pl.repeat("", whole.height, dtype=pl.String, eager=True))
    one = whole.select("record_id", dates.alias("part")).with_columns(
        parse_year(pl.col("part")).alias("year"), pl.lit(1, pl.Int64).alias("owner_no")
    )
    # "; 1963" is the second one's.
    listed = texts.filter(several | pl.col("text").str.contains(r"[;,&]|\s-\s")).select(
        "record_id", pl.col("text").str.replace_all(r"\s*(?:[;,&\n]|\bvà\b|\s-\s|-(?:\b))\s*", _SEP).alias("part")
    )
    parts = (
        _parted(listed)
        .with_columns(pl.col("part").str.extract_all(_YEAR).list.last().alias("part"))
        .pipe(_in_order, named.select(*_OWNER, pl.len().over("record_id").alias("owners")), pl.lit(True))
        .select(*_OWNER, pl.col("part").cast(pl.Int64).alias("year"))
    )
    one = one.join(parts, on="record_id", how="anti").select(*_OWNER, "year").drop_nulls()
    return pl.concat([one, parts])


def _number_parts(cells: pl.DataFrame) -> pl.DataFrame:
    """`record_id`, `part_no` and `part` of the cell for numbers: each number, or null between two separators."""
    text = clean(pl.col("owner_id_text"))
    for pattern, meaning in _NUMBERS:
        text = text.str.replace_all(pattern, meaning)
    return _parted(cells.select("record_id", text.alias("part")).drop_nulls())


def _parted(texts: pl.DataFrame) -> pl.DataFrame:
    parts = texts.with_columns(pl.col("part").str.split(_SEP)).explode("part")
    return parts.with_columns(clean(pl.col("part")).alias("part")).pipe(_numbered, "record_id", "part_no")


def _in_order(parts: pl.DataFrame, owners: pl.DataFrame, better: pl.Expr) -> pl.DataFrame:
    """`record_id`, `owner_no`, `part`: in order where there are as many as owners, else the first to the first.

    Of several that one owner has, the first that is `better` is taken, else the first.
    """
    counts = owners.select("record_id", "owners").unique("record_id")
    filled = pl.col("part").is_not_null()
    counted = parts.join(counts, on="record_id").with_columns(
        pl.len().over("record_id").alias("places"),
        filled.sum().over("record_id").alias("filled"),
        better.fill_null(False).alias("better"),
    )
    return (
        counted.filter(filled)
        .pipe(_numbered, "record_id", "nth")
        .with_columns(
            pl.when(pl.col("places") == pl.col("owners"))
            .then("part_no")
            .when(pl.col("filled") == pl.col("owners"))
            .then("nth")
            .when((pl.col("nth") == 1) | (pl.col("owners") == 1))
            .then(pl.lit(1, pl.Int64))
            .alias("owner_no")
        )
        .drop_nulls("owner_no")
        .sort("record_id", "owner_no", "better", "part_no", descending=[False, False, True, False])
        .unique(_OWNER, keep="first", maintain_order=True)
        .select(*_OWNER, "part")
    )


def _to_whom_they_fit(numbers: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """The numbers of a cell given to others of its owners where what the 12 digits tell fits these better.

    A single number may be anybody's of them; two may stand in the other order. Equally good is as good as in order.
    """
    several = owners.filter(pl.col("owners") > 1)
    ours = numbers.with_columns(pl.len().over("record_id").alias("numbers")).join(
        several.select(*_OWNER, "owners"), on=_OWNER
    )
    free = ours.filter((pl.col("numbers") == 1) | ((pl.col("numbers") == 2) & (pl.col("owners") == 2))).with_columns(
        _well_formed(pl.col("part")).alias("number")
    )
    sex = number_sex(pl.col("number")) == pl.col("owner_sex")
    year = number_birth_year(pl.col("number")) == pl.col("year")
    fit = pl.sum_horizontal(
        2 * one.cast(pl.Int64).fill_null(0) - one.is_not_null().cast(pl.Int64) for one in (sex, year)
    )
    fits = free.rename({"owner_no": "at"}).join(several.drop("owners"), on="record_id").with_columns(fit.alias("fit"))
    alone = (
        fits.filter(pl.col("numbers") == 1)
        .sort(
            "record_id", "fit", pl.col("owner_no") != pl.col("at"), "owner_no", descending=[False, True, False, False]
        )
        .unique("record_id", keep="first", maintain_order=True)
        .select(*_OWNER, "part")
    )
    swapped = (
        fits.filter(pl.col("numbers") == 2)
        .with_columns((pl.col("owner_no") != pl.col("at")).alias("swapped"))
        .filter(
            pl.col("fit").filter("swapped").sum().over("record_id")
            > pl.col("fit").filter(~pl.col("swapped")).sum().over("record_id")
        )
        .filter("swapped")
        .select(*_OWNER, "part")
    )
    moved = pl.concat([alone, swapped])
    return pl.concat([numbers.join(moved, on="record_id", how="anti"), moved])


def _well_formed(text: pl.Expr) -> pl.Expr:
    return pl.coalesce(personal_number(text), old_number(text))


def _with_numbers(owners: pl.DataFrame) -> pl.DataFrame:
    """The owners' numbers in standard form, with what a spreadsheet did to them."""
    owners = owners.with_columns(
        pl.coalesce("number_text", "told_number").alias("number_text"),
        pl.coalesce("year", "told_year").alias("owner_birth_year"),
    )
    numbers = with_numbers(dictionary(owners["number_text"])).select(
        *("text", "digits", "padded", "padded_old"),
        pl.coalesce("personal", "old").alias("formed"),
        pl.col("lost").fill_null(False).alias("owner_number_lost"),
    )
    agreeing = agreeing_number(pl.col("padded"), pl.col("owner_sex"), pl.col("owner_birth_year"))
    return (
        owners.with_columns(look_up(owners["number_text"], numbers))
        .with_columns(pl.coalesce(agreeing, "padded_old").alias("restored"))
        .with_columns(
            pl.coalesce("formed", "restored").alias("owner_number"),
            (pl.col("formed").is_null() & pl.col("restored").is_not_null()).alias("owner_number_restored"),
            pl.coalesce(
                "formed",
                "restored",
                pl.when("owner_number_lost").then("number_text").otherwise("digits"),
            ).alias("owner_id_no"),
        )
    )
