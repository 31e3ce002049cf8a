"""The page of what was found across communes: how many people stand in several, the cases, and the certificates.

It is made of the file with all that was found (`pipelines.across.publishing`), and shows the first of each list. How a
pair is judged does not belong here.
"""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import polars as pl

from pipelines.across.publishing import across_file
from pipelines.across.tables import TABLES
from pipelines.communes import MergerMap
from pipelines.reports import labels
from pipelines.reports.asking import Row
from pipelines.reports.evidence_words import CANDIDATE_RULES, FIELDS, LEVELS
from pipelines.reports.languages import LANGUAGES, Language, Text
from pipelines.reports.privacy import mask_birth, mask_identity_field, mask_name
from pipelines.reports.rendering import environment, policy, script
from pipelines.reports.settings import Names
from pipelines.warehouse.placing import place_text
from pipelines.warehouse.quoting import fill, name
from pipelines.warehouse.reading import open_warehouse
from pipelines.warehouse.schema import MANIFEST
from pipelines.warehouse.versions import MODES, Mode

MOST: Final = 500
"""Cases, and people with several residences, that the page shows."""
KINDS: Final = {
    "same_parcel": Text("một thửa ghi ở hai sổ", "one parcel in two books"),
    "same_owner": Text("các thửa của một giấy", "parcels of one certificate"),
    "other_owner": Text("khác chủ", "other owners"),
    "unknown_owner": Text("một bên không ghi chủ", "an owner is not known"),
    "too_many": Text("số ghi cho có", "no real serial"),
}
_TITLE: Final = Text("Người và giấy chứng nhận ở nhiều xã, phường", "People and certificates in several communes")
_SCRIPTS: Final = ("filter.js",)


def across_page(data: Path, mode: Mode) -> Path:
    """The page of a mode, in Vietnamese; the English one lies beside it."""
    return data / "reports" / mode / "across" / "index.html"


def write_across_pages(data: Path, mode: Mode, names: Names) -> None:
    """Write the page in both languages, of the file that there is. `names`: whether they stand there; numbers of people
    are masked in any case."""
    with open_warehouse(across_file(data, mode)) as connection:
        tables = {table.name: connection.execute(fill("FROM {table}", table=name(table.name))).pl() for table in TABLES}
    manifest = dict(tables[MANIFEST.name].iter_rows())
    told = _told(tables, hide=names == "masked")
    page = across_page(data, mode)
    page.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for language in LANGUAGES:
        place_text(page.parent / language.file("index"), _render(told, manifest, mode, names, language))


def hide_names_across(data: Path) -> None:
    """Pages are not encrypted: those that show names although nobody asked for it are made again with names masked."""
    for mode in MODES:
        path = across_file(data, mode)
        if path.is_file() and across_page(data, mode).is_file():
            with open_warehouse(path) as connection:
                asked = connection.execute("SELECT value FROM manifest WHERE key = 'names'").fetchall()
            if asked == [("shown",)]:
                write_across_pages(data, mode, "masked")


def _told(tables: Mapping[str, pl.DataFrame], *, hide: bool) -> dict[str, Any]:
    """What the page says, with nothing in it that it may not show."""
    people = {row["record_id"]: _person(row, hide=hide) for row in tables["people"].iter_rows(named=True)}
    by_id = {person["citizen_id"]: person for person in people.values()}
    certificates = tables["shared_certificates"]
    parcels = {row["record_id"]: _parcel(row, hide=hide) for row in certificates.iter_rows(named=True)}
    evidence = _evidence(tables["across_links"], by_id)
    cases = [
        case
        | {
            "people": [people[row] for row in case["record_ids"] if case["kind"] == "people"],
            "parcels": [parcels[row] for row in case["record_ids"] if case["kind"] == "certificate"],
            "links": [link for link in evidence if link["rows"] <= set(case["record_ids"])][:3],
        }
        for case in tables["cases"].head(MOST).iter_rows(named=True)
    ]
    lived = tables["residences"]
    groups = lived.group_by("group_id", maintain_order=True).agg(pl.struct(pl.exclude("group_id")).alias("places"))
    return {
        "people": lived.select(pl.col("group_id").n_unique()).item(),
        "unclear": lived.filter(pl.col("is_latest").is_null())["group_id"].n_unique(),
        "between": _between(lived),
        "residences": [
            [
                place | {"person": by_id[place["citizen_id"]], "updated_on": _day(place["updated_on"])}
                for place in places
            ]
            for places in groups["places"].head(MOST).to_list()
        ],
        "cases": cases,
        "reasons": tables["cases"].group_by("kind", "reason").len().sort("kind", "len", descending=True).rows(),
        "all_cases": tables["cases"].height,
        "certificates": certificates.group_by("kind")
        .agg(pl.col("certificate_no").n_unique().alias("serials"), pl.len().alias("parcels"))
        .sort("kind")
        .rows(named=True),
        "decisions": dict(tables["across_links"].group_by("decision").len().iter_rows()),
    }


def _between(lived: pl.DataFrame) -> list[tuple[str, str, int]]:
    """How many people stand in both communes of a pair, the most first."""
    places = lived.select("group_id", "new_commune_code").unique()
    pairs = places.join(places, on="group_id", suffix="_b").filter(
        pl.col("new_commune_code") < pl.col("new_commune_code_b")
    )
    counted = pairs.group_by("new_commune_code", "new_commune_code_b").len()
    return counted.sort("len", "new_commune_code", "new_commune_code_b", descending=[True, False, False]).rows()


def _person(row: Row, *, hide: bool) -> Row:
    called = mask_name if hide else str
    birth = _day(row["birth_date"]) or str(row["birth_year"] or "")
    return {
        "record_id": row["record_id"],
        "citizen_id": row["citizen_id"],
        "commune": row["new_commune_code"],
        "birth": mask_birth(birth) if hide else birth,
        "sex": row["sex"],
        "status": row["status"],
        "updated_on": _day(row["updated_on"]),
        **{who: called(row[who] or "") for who in ("full_name", "father_name", "mother_name", "spouse_name")},
        **{number: mask_identity_field(row[number] or "") for number in ("personal_id", "old_id_no", "phone")},
    }


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else ""


def _parcel(row: Row, *, hide: bool) -> Row:
    owners = row["owner_names"] or []
    return {
        "parcel_id": row["parcel_id"],
        "commune": row["new_commune_code"],
        "certificate_no": mask_identity_field(row["certificate_no"]) if hide else row["certificate_no"],
        "number": f"{row['old_sheet_no'] or '?'} / {row['parcel_no'] or '?'}",
        "area_m2": row["area_m2"],
        "owners": "; ".join(mask_name(owner) if hide else owner for owner in owners),
    }


def _evidence(links: pl.DataFrame, by_id: Mapping[str, Row]) -> list[Row]:
    """The open links, strongest first, with what speaks for and against."""
    found = links.filter(pl.col("decision") != "same_person").sort("weight", "citizen_id_a", descending=True)
    return [
        link | {"rows": {by_id[link[f"citizen_id_{side}"]]["record_id"] for side in ("a", "b")}}
        for link in found.iter_rows(named=True)
    ]


def _render(told: Row, manifest: Mapping[str, str], mode: Mode, names: Names, language: Language) -> str:
    other = next(one for one in LANGUAGES if one is not language)
    scripts = [script(name) for name in _SCRIPTS]
    return (
        environment(language)
        .get_template("across.html")
        .render(
            title=_TITLE,
            mode=mode,
            told=told,
            most=MOST,
            candidates=json.loads(manifest["candidates"]),
            manifest=manifest,
            masked=names == "masked",
            kinds=KINDS,
            rules=CANDIDATE_RULES,
            fields=FIELDS,
            levels=LEVELS,
            commune_names=dict(MergerMap.shipped().new_communes()),
            labels=labels,
            file=language.file("index"),
            other=other,
            other_file=other.file("index"),
            scripts=scripts,
            policy=policy(*scripts),
        )
    )
