"""The forms in which old offices saved their files: what each commune's files have of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from .draws import Rng
from .settings import ENCODINGS, OldCommune, SampleSettings

PLAIN = "utf_8"


@dataclass(frozen=True)
class Form:
    """How the files of one commune are written."""

    encoding: str = PLAIN
    delimiter: str = ","
    header_aliases: bool = False
    title_rows: bool = False
    total_row: bool = False
    household_on_first_row: bool = False
    years_by_sex: bool = False


def draw_forms(rng: Rng, communes: Sequence[OldCommune], settings: SampleSettings) -> list[Form]:
    """The form of each commune's files."""
    return [_draw(rng, settings) for _ in communes]


def _draw(rng: Rng, settings: SampleSettings) -> Form:
    def one_of(names: Sequence[str], else_: str) -> str:
        die = rng.random()
        for name in names:
            die -= getattr(settings, name)
            if die < 0:
                return name
        return else_

    def falls(name: str) -> bool:
        return bool(rng.random() < getattr(settings, name))

    return Form(
        one_of(ENCODINGS, PLAIN),
        {"semicolons": ";", "tabs": "\t"}.get(one_of(("semicolons", "tabs"), ""), ","),
        *(
            falls(name)
            for name in ("header_aliases", "title_rows", "total_row", "household_on_first_row", "years_by_sex")
        ),
    )
