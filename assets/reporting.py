"""Where a deployment's pages lie, and when they are made: by a run, and again when what is published changes."""

from pathlib import Path

import polars as pl

from assets.deployment import Deployment
from assets.partitions import codes_of_deployment
from expectations import described
from pipelines.ingest.header_aliases import Aliases
from pipelines.progress import Tell, silent
from pipelines.protection.keys import KeyRing
from pipelines.reports import (
    Publication,
    keep_version,
    kept_versions,
    names_unasked,
    render_page_set,
    render_publication,
    render_version,
    replace_version,
    write_page_set,
)
from pipelines.reports.rule_history import rule_history
from pipelines.reports.site_index import write_site_index
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.versions import entries, kept_files, version_name


def write_report(
    deployment: Deployment, code: str, warehouse: Path, validation: pl.DataFrame, tell: Tell = silent
) -> None:
    """Write the page set of a new commune, made of a warehouse that is not published (yet), or of the published one."""
    target = deployment.published(code)
    pages = render_page_set(
        warehouse,
        described(validation),
        versions=_versions(deployment, code),
        with_pages=kept_versions(deployment.report(code).parent),
        history=rule_history(target, of_published=warehouse == target),
        own_headers=Aliases.read(deployment.reference_dir / "header_aliases.csv").by_commune,
        tell=tell,
    )
    write_page_set(deployment.report(code).parent, pages)
    write_start_page(deployment.data_dir)


def keep_report(deployment: Deployment, code: str, validation: pl.DataFrame) -> str:
    """Let the page set tell of the publication, and keep it as that of its version; returns the version."""
    folder, target = deployment.report(code).parent, deployment.published(code)
    versions = _versions(deployment, code)
    current = versions[-1]
    with_pages = kept_versions(folder) | {current.version}
    newest, kept = render_publication(target, described(validation), current, versions, with_pages)
    write_page_set(folder, newest, whole=False)
    keep_version(folder, current.version, kept)
    hide_names(deployment, code)
    write_start_page(deployment.data_dir)
    return current.version


def write_start_page(data: Path) -> None:
    """Write the page over all communes, those of HOPNHAT_PROVINCE and others of which there is anything."""
    write_site_index(data / "reports", codes_of_deployment())


def hide_names(deployment: Deployment, code: str) -> None:
    """Where data are encrypted, let no page set that is kept of an earlier version show names that nobody asked for.

    A set is made again from the version's file; one whose file is no longer kept is taken away.
    """
    if not KeyRing.from_environment().encrypts:
        return
    folder, target = deployment.report(code).parent, deployment.published(code)
    files = {version_name(target, int(path.stem)): path for path in kept_files(target)}
    published = {one.version: one for one in _versions(deployment, code)}
    for version in sorted(kept_versions(folder)):
        if not names_unasked(folder / version):
            continue
        pages: dict[str, str | bytes] = {}
        if version in files and version in published:
            validation = described(_validation_of(files[version]))
            own_headers = Aliases.read(deployment.reference_dir / "header_aliases.csv").by_commune
            pages = render_version(files[version], validation, published[version], kept_versions(folder), own_headers)
        replace_version(folder, version, pages)


def _validation_of(warehouse: Path) -> pl.DataFrame:
    with open_warehouse(warehouse) as connection:
        return pl.DataFrame(connection.execute("FROM validation_results").to_arrow_table())


def _versions(deployment: Deployment, code: str) -> list[Publication]:
    target = deployment.published(code)
    return [Publication.of(target, entry) for entry in entries(target)]
