"""What the documents name is there: pages, headings, pictures, commands, options, targets of make, jobs."""

import argparse
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

import pytest

from assets.command_line import command_parser
from assets.definitions import defs
from pipelines.reports.commune_states import State
from pipelines.reports.receipt_page import OUTCOMES

PROJECT = Path(__file__).parents[2]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md"), PROJECT / "data" / "reference" / "README.md"])
_OF_OTHER_PROGRAMS = {"--read-only", "--require-hashes", "--user", "--global"}
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _name(page: Path) -> str:
    return page.relative_to(PROJECT).as_posix()


@pytest.fixture(scope="module")
def parser():
    return command_parser()


def _text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _prose(page: Path) -> str:
    return _FENCE.sub("", _text(page))


def _slugs(page: Path) -> set[str]:
    """The anchors that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", _prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_and_picture_is_there(page):
    missing = []
    for link in re.findall(r"\]\(([^)\s]+)\)", _prose(page)):
        target, _, anchor = unquote(link).partition("#")
        if "://" in link:
            continue
        found = (page.parent / target).resolve() if target else page
        if not found.exists() or (anchor and anchor not in _slugs(found)):
            missing.append(link)
    assert missing == []


def _codes(page: Path) -> Iterator[str]:
    """Every command line and every piece of code in the text."""
    text = _text(page)
    for language, block in _FENCE.findall(text):
        if language == "sh":
            yield from re.sub(r"\\\n\s*", "", block).splitlines()
    yield from re.findall(r"`([^`\n]+)`", _FENCE.sub("", text))


def _commands(page: Path) -> Iterator[list[str]]:
    for code in _codes(page):
        command = re.sub(r"^(\w+=\S+ )+|^\.venv/bin/|\s#.*$", "", code.strip())
        if command.split(" ")[0] in {"hopnhat", "make"}:
            yield command.replace("\\|", "|").split()


def _subparser(parser: argparse.ArgumentParser, words: list[str]) -> Iterator[argparse.ArgumentParser]:
    """The parsers of every command that the words name, of which `export|import` are two."""
    choices = next((one.choices for one in parser._actions if isinstance(one, argparse._SubParsersAction)), None)
    if choices is None or not words or words[0] in {"…", "COMMAND"}:
        yield parser
        return
    for word in words[0].rstrip(",").split("|"):
        assert word in choices, f"no command {words}"
        yield from _subparser(choices[word], words[1:])


def _options(parser: argparse.ArgumentParser) -> set[str]:
    """The options of a command and of those below it."""
    below = [one.choices.values() for one in parser._actions if isinstance(one, argparse._SubParsersAction)]
    return set(parser._option_string_actions).union(*(_options(inner) for group in below for inner in group))


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_command_and_option_exists(page, parser):
    targets = set(re.findall(r"^([\w-]+):", _text(PROJECT / "Makefile"), re.MULTILINE))
    for command, *words in _commands(page):
        if command == "make":
            assert [word for word in words[:1] if "=" not in word and word not in targets and word != "…"] == []
            continue
        known = set.intersection(*map(_options, _subparser(parser, words)))
        named = {option for word in words for option in re.findall(r"^\[?(--[\w-]+)", word)}
        assert named <= known, words


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_option_and_module_named_by_itself_exists(page, parser):
    for code in _codes(page):
        if option := re.match(r"--[\w-]+", code):
            assert option[0] in _options(parser) | _OF_OTHER_PROGRAMS
        for module in re.findall(r"python -m ([\w.]+)", code):
            assert find_spec(module)


def test_the_handbook_says_what_stands_on_the_screen():
    started = {one.name for one in (*defs.jobs, *defs.sensors, *defs.schedules)} - {"dead_runs"}
    states = {f"| {state.sign} | {state.word} |" for state in State}
    verdicts = {f"| {words} |" for _, _, words in OUTCOMES.values()}
    handbook = _text(PROJECT / "docs" / "so_tay_can_bo.md")
    assert [name for name in started if f"`{name}`" not in handbook] == []
    assert [words for words in states | verdicts if words not in handbook] == []
