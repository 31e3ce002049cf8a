"""Areas and other quantities as offices write them: decimal commas, thousands dots, and what a file's habit is."""

import polars as pl


def parse_quantity(text: pl.Expr, file: pl.Expr) -> pl.Expr:
    """The number of a cleaned text such as `1.234,5`, `1,234.5`, `155,1 m2`; null when it is none.

    Of two different signs the last is the decimal one, and a sign that stands twice parts thousands. A single sign
    before exactly three digits is told by the habit of the `file` (an expression): where other cells have one or
    two decimals behind the same sign, `1.234` is one and a bit; otherwise the sign parts thousands.
    """
    number = text.str.replace_all(r"(?i)\s|m2|m²", "")
    comma_is_decimal = number.str.contains(r"^[0-9]+,[0-9]{1,2}$").any().over(file)
    dot_is_decimal = number.str.contains(r"^[0-9]+\.[0-9]{1,2}$").any().over(file)
    comma, dot = number.str.contains(",", literal=True), number.str.contains(".", literal=True)
    comma_last = number.str.contains(r"\.[0-9.]*,[0-9]+$")
    dots_part = number.str.contains(r"^[0-9]{1,3}(\.[0-9]{3}){2,}$") | (
        number.str.contains(r"^[1-9][0-9]{0,2}\.[0-9]{3}$") & ~dot_is_decimal
    )
    commas_part = number.str.contains(r"^[0-9]{1,3}(,[0-9]{3}){2,}$") | (
        number.str.contains(r"^[1-9][0-9]{0,2},[0-9]{3}$") & ~comma_is_decimal
    )
    without_dots = number.str.replace_all(".", "", literal=True)
    plain = (
        pl.when(comma & dot & comma_last)
        .then(without_dots.str.replace(",", ".", literal=True))
        .when(comma & dot)
        .then(number.str.replace_all(",", "", literal=True))
        .when(dots_part)
        .then(without_dots)
        .when(commas_part)
        .then(number.str.replace_all(",", "", literal=True))
        .otherwise(number.str.replace(",", ".", literal=True))
    )
    return pl.when(plain.str.contains(r"^[0-9]*\.?[0-9]+$")).then(plain).cast(pl.Float64, strict=False)
