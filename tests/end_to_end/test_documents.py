"""The commands of the documents do what the documents say: those of the tutorial, then each how-to after it.

Every ```sh block is run, in order, unless the line above it says `<!-- not run: why -->`. A command that ends
otherwise than well says so in a comment (`# exit status 1`); what a person does by hand is named
(`<!-- by hand: … -->`) and done here. A ```text block is what the last block said, but for its numbers.
"""

import contextlib
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from tests.end_to_end.conftest import PROJECT, Outcome
from tests.review.conftest import Book

DOCS = PROJECT / "docs"
HOW_TO = sorted(path.stem for path in (DOCS / "how_to").glob("*.md"))
_LONG = {"new_commune", "split_rules", "keys"}
"""Whole runs, which other tests ask for by command."""
_STEP = re.compile(
    r"^(?:<!-- (not run|by hand): ([^\n]+) -->\n)?(?:```(sh|text)\n(.*?)^```$)?", re.MULTILINE | re.DOTALL
)


def answer_the_blocking_cases(folder: Path) -> None:
    """Different people, in each: as the tutorial asks."""
    with duckdb.connect(str(folder / "data" / "published" / "trial" / "10231.duckdb"), read_only=True) as warehouse:
        blocking = warehouse.execute("SELECT case_id FROM review_queue WHERE blocking").fetchall()
    book = Book.read(folder / "cases.xlsx").signed("Lê Thị Hòa")
    for (case,) in blocking:
        book.answer(case, "Khác người")
    book.save(folder / "cases.xlsx")


BY_HAND = {"answer the blocking cases in cases.xlsx": answer_the_blocking_cases}


@dataclass
class Reader:
    """Somebody who follows a page in a folder: what they have exported, and what was said last."""

    folder: Path
    hopnhat: Callable[..., Outcome]
    exported: dict[str, str] = field(default_factory=dict)
    said: str = ""

    def follow(self, page: Path) -> None:
        with contextlib.chdir(self.folder):
            for mark, told, language, text in _steps(page):
                if mark == "by hand":
                    BY_HAND[told](self.folder)
                elif language == "sh" and not mark:
                    self.said = "".join(map(self._type, _lines(text)))
                elif language == "text":
                    assert _without_numbers(text) in _without_numbers(self.said)

    def _type(self, line: str) -> str:
        """What a command says; it must end as the page says."""
        command, _, comment = line.partition("    #")
        words = shlex.split(command)
        if words[0] == "export":
            name, _, value = words[1].partition("=")
            self.exported[name] = value.replace("$PWD", str(self.folder))
            return ""
        words = _recipe(words[1]) if words[0] == "make" else words
        status, said = self._hopnhat(words[1:]) if words[0] == "hopnhat" else self._shell(command)
        told = re.search(r"exit status (\d)", comment)
        assert status == int(told[1] if told else 0), f"{line}\n{said}"
        return said

    def _hopnhat(self, words: list[str]) -> tuple[int, str]:
        """In this process, which spares the imports."""
        outcome = self.hopnhat(*words, data=None, **self.exported)
        return outcome.status, outcome.output

    def _shell(self, command: str) -> tuple[int, str]:
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout + done.stderr


def _steps(page: Path) -> Iterator[tuple[str, ...]]:
    """Every mark and block of a page: mark, what it says, the block's language, and its text."""
    return (step.groups("") for step in _STEP.finditer(page.read_text(encoding="utf-8")) if step[0])


def _lines(block: str) -> list[str]:
    """The commands of a block; what follows `<<'WORD'` belongs to its command."""
    return [found[0] for found in re.finditer(r"^[.\w][^\n]*<<'(\w+)'\n.*?^\1$|^[.\w][^\n]*$", block, re.M | re.S)]


def _recipe(target: str) -> list[str]:
    """What make does for a target that is one call of our command."""
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    (recipe,) = re.findall(rf"^{target}:.*\n\t@\$\(BIN\)/(hopnhat .*)$", makefile, re.MULTILINE)
    return shlex.split(recipe.replace("$(DATA)", "data"))


def _without_numbers(text: str) -> str:
    return re.sub(r"\d[\d.]*", "0", text).strip()


@pytest.fixture(scope="module")
def after_the_tutorial(in_process, shared_number, tmp_path_factory):
    """The folder of somebody who followed the tutorial, on a smaller sample. Copy it to go on."""
    folder = tmp_path_factory.mktemp("tutorial")
    shutil.copytree(shared_number, folder / "data" / "exports")
    divided = in_process(
        *"sample --new-commune 09988 --people 90 --parcels 60 --seed 4".split(), folder / "made", data=None
    )
    assert divided.status == 0, divided.output
    for part in ("exports", "reference"):
        shutil.copytree(folder / "made" / part, folder / "data" / part, dirs_exist_ok=True)
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    Reader(folder, in_process).follow(DOCS / "tutorial.md")
    return folder


def test_the_tutorial_ends_with_an_official_publication(after_the_tutorial):
    assert (after_the_tutorial / "data" / "published" / "official" / "10231.duckdb").is_file()


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=[pytest.mark.long] if page in _LONG else []) for page in HOW_TO]
)
def test_what_a_how_to_says_can_be_done(page, after_the_tutorial, in_process, tmp_path):
    folder = shutil.copytree(after_the_tutorial, tmp_path / "checkout", symlinks=True)
    Reader(folder, in_process).follow(DOCS / "how_to" / f"{page}.md")
