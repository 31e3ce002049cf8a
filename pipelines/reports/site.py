"""The page set of one commune: every page in two languages, written into a folder that can be carried away.

No page loads anything, from the folder or from anywhere. What stands on a page belongs to `pages`, the page over all
communes to `site_index`.
"""

import json
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from operator import attrgetter
from pathlib import Path
from types import MappingProxyType
from typing import Final

import polars as pl

from pipelines.progress import Tell, silent
from pipelines.protection.keys import KeyRing
from pipelines.reports import labels
from pipelines.reports.asking import mapping
from pipelines.reports.facts import opened, read_facts
from pipelines.reports.hiding import without_rare_words
from pipelines.reports.languages import LANGUAGES, Language
from pipelines.reports.pages import PAGES, Material, Page, handover_pages
from pipelines.reports.publications import Publication
from pipelines.reports.rendering import environment, policy, script
from pipelines.reports.rule_history import NO_HISTORY, RuleHistory
from pipelines.reports.settings import ReportSettings
from pipelines.reports.shown_fields import OwnHeaders
from pipelines.reports.verdict import verdict_of
from pipelines.warehouse.placing import place_bytes

SUMMARY: Final = "summary.json"
"""What the page over all communes needs of a page set, beside its pages."""


def render_page_set(
    warehouse: Path,
    validation: pl.DataFrame,
    *,
    publication: Publication | None = None,
    versions: Sequence[Publication] = (),
    with_pages: Collection[str] = (),
    history: RuleHistory = NO_HISTORY,
    own_headers: OwnHeaders = MappingProxyType({}),
    only: Callable[[Page], bool] = lambda page: True,
    tell: Tell = silent,
) -> dict[str, str | bytes]:
    """The pages of the warehouse file, each a self-contained HTML text, the workbooks that lie beside some of them, and
    their summary, by file name.

    `validation` holds the results of the checks (table `validation_results`, with `sentence_vi`, `sentence_en` and
    `source` where there are); the verdict is what its gates say. `publication` is what the file was published as, if
    it was, and `versions` all that ever were, oldest first, of which those `with_pages` have page sets in folders of
    their names; `history` is what the rules found in them; `own_headers` the deployment's mapping of headers by old
    commune. `only` chooses the pages to be made. The file is opened read-only and closed again. `tell` is told how far
    it is.
    """
    with _material(warehouse, validation, publication, versions, with_pages, history, own_headers) as material:
        return _made(material, only, tell)


def render_publication(
    warehouse: Path,
    validation: pl.DataFrame,
    publication: Publication,
    versions: Sequence[Publication],
    with_pages: Collection[str],
) -> tuple[dict[str, str | bytes], dict[str, str | bytes]]:
    """Only the pages that tell of a publication itself: as they stand in the commune's folder, and as they are kept in
    the version's own, from where the ways lead elsewhere. See `render_page_set`."""
    told = attrgetter("of_publication")
    with _material(warehouse, validation, publication, versions, with_pages) as material:
        return _made(material, told), _made(replace(material, kept=True), told)


def render_version(
    warehouse: Path,
    validation: pl.DataFrame,
    publication: Publication,
    with_pages: Collection[str],
    own_headers: OwnHeaders,
) -> dict[str, str | bytes]:
    """The page set of a version as it is kept in its own folder, made again from the version's file."""
    with _material(warehouse, validation, publication, [publication], with_pages, NO_HISTORY, own_headers) as material:
        return _made(replace(material, kept=True), lambda page: True)


@contextmanager
def _material(
    warehouse: Path,
    validation: pl.DataFrame,
    publication: Publication | None,
    versions: Sequence[Publication],
    with_pages: Collection[str],
    history: RuleHistory = NO_HISTORY,
    own_headers: OwnHeaders = MappingProxyType({}),
) -> Iterator[Material]:
    with opened(warehouse) as connection:
        facts = read_facts(connection, validation)
        settings = ReportSettings.model_validate(mapping(facts.manifest.get("settings.report")))
        names = settings.names(encrypted=KeyRing.from_environment().encrypts)
        yield Material(
            without_rare_words(facts) if names == "masked" else facts,
            connection,
            names,
            publication,
            tuple(versions),
            frozenset(with_pages),
            history,
            own_headers,
        )


def _made(material: Material, only: Callable[[Page], bool], tell: Tell = silent) -> dict[str, str | bytes]:
    wanted = [page for page in (*PAGES, *handover_pages(material.handovers)) if only(page)]
    pages: dict[str, str | bytes] = {}
    for number, page in enumerate(wanted, 1):
        tell(f"Đang lập trang {number}/{len(wanted)} của báo cáo: {page.title}.")
        pages |= {page.file(language): _render(page, material, language) for language in LANGUAGES}
    workbooks = {page.workbook_file: page.workbook(material) for page in wanted if page.workbook}
    return {**pages, **workbooks, SUMMARY: _summary(material)}


def write_page_set(folder: Path, pages: Mapping[str, str | bytes], *, whole: bool = True) -> None:
    """Put pages in their places, each whole, the first page last. A `whole` set takes away what lay there and is not
    of it; else pages are only added to the set that is there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in sorted(pages, key=lambda name: (name == "index.html", name)):
        made = pages[name]
        place_bytes(folder / name, made if isinstance(made, bytes) else made.encode())
    for path in folder.iterdir() if whole else ():
        if path.is_file() and path.name not in pages:
            path.unlink()


def keep_version(folder: Path, version: str, pages: Mapping[str, str | bytes]) -> None:
    """Keep the page set of `folder` as that of a version, with these pages in place of its own; once kept it never
    changes."""
    kept = folder / version
    if kept.exists():
        return
    part = folder / f".{version}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    for path in folder.iterdir():
        if path.is_file() and not path.name.startswith("."):
            shutil.copyfile(path, part / path.name)
    write_page_set(part, pages, whole=False)
    part.rename(kept)


def replace_version(folder: Path, version: str, pages: Mapping[str, str | bytes]) -> None:
    """Put another page set in place of the one that is kept of a version, or none when there are no `pages`."""
    part, old = folder / f".{version}.part", folder / f".{version}.old.part"
    for path in (part, old):
        shutil.rmtree(path, ignore_errors=True)
    if pages:
        write_page_set(part, pages)
    (folder / version).rename(old)
    if pages:
        part.rename(folder / version)
    shutil.rmtree(old)


def names_unasked(folder: Path) -> bool:
    """Whether the page set in a folder shows names although nobody asked for it."""
    try:
        return bool(json.loads((folder / SUMMARY).read_text(encoding="utf-8")).get("names", "shown") == "shown")
    except (OSError, ValueError, AttributeError):
        return False


def kept_versions(folder: Path) -> set[str]:
    """The versions of which a page set is kept in `folder`."""
    return {path.parent.name for path in folder.glob(f"*/{SUMMARY}") if not path.parent.name.startswith(".")}


def _render(page: Page, material: Material, language: Language) -> str:
    scripts = [script(name) for name in page.scripts]
    return (
        environment(language)
        .get_template(page.template)
        .render(
            page=page,
            pages=PAGES,
            other=next(one for one in LANGUAGES if one is not language),
            scripts=scripts,
            policy=policy(*scripts),
            material=material,
            facts=material.facts,
            commune=material.facts.commune,
            publication=material.publication,
            verdict=verdict_of(material.facts),
            labels=labels,
            **page.context(material, language),
        )
    )


def _summary(material: Material) -> str:
    """`version` is what these pages tell of, `in_place` what is published when they are made."""
    facts, publication = material.facts, material.publication
    commune, verdict = facts.commune, verdict_of(facts)
    in_place = material.versions[-1] if material.versions else None
    told = {
        "code": commune.code,
        "name": commune.name,
        "kind": commune.kind,
        "province": commune.province,
        "mode": commune.mode,
        "started_at": commune.started_at,
        "run_id": commune.run_id,
        "status": verdict.status,
        "warnings": verdict.warnings_failed,
        "balanced": facts.balanced,
        "figures": facts.figures,
        "version": publication.version if publication else "",
        "published_at": publication.at if publication else "",
        "in_place": in_place.version if in_place else "",
        "in_place_since": in_place.at if in_place else "",
        "names": material.names,
    }
    return json.dumps(told, ensure_ascii=False, indent=1)
