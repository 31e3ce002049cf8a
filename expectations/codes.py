"""Codes of the old communes: whether the files of each are all there and its own. All of these are warnings.

Every new code is a reused old one and many now stand for another name (new Hồng Vân is 10210, which was Vân Tảo), so
that a file put under a code may well be another commune's.
"""

from typing import Final

from expectations.folding import folded
from expectations.rule import Rule
from expectations.sources import MERGER
from expectations.warning import warning
from pipelines.warehouse.quoting import Sql, fill, name, text

_OF_A_COMMUNE: Final = ("code", "name", "kind", "part", "land_part")
_MANIFEST: Final = Sql("manifest")


def old_communes(manifest: Sql = _MANIFEST) -> Sql:
    """The table of old communes in a manifest: code, name, kind, and how much of its people (`part`) and land came."""
    columns = ", ".join(f'"{column}": "VARCHAR"' for column in _OF_A_COMMUNE)
    return fill(
        """(
            SELECT unnest(from_json(value, {columns}), recursive := true)
            FROM {manifest} WHERE key = 'old_communes'
        )""",
        columns=text(f"[{{{{{columns}}}}}]"),
        manifest=manifest,
    )


_WRONG_FOLDER: Final = f"{MERGER}; new Hồng Vân 10210 was Vân Tảo, old Hồng Vân was 10207"


def _words(words: Sql) -> Sql:
    """A text as its words without marks, each between spaces."""
    return fill("concat(' ', regexp_replace({words}, '[^a-z0-9]+', ' ', 'g'), ' ')", words=folded(words))


def _with_rows(rule: str, dataset: str, part: str, vi: str, en: str) -> Rule:
    """Each old commune of which something came has rows of `dataset`; all may have gone to another new commune."""
    return warning(
        f"codes.{rule}",
        "manifest",
        vi,
        en,
        "Data contract: exports of every old commune",
        fill(
            """
            SELECT 1 FROM {old_communes} AS old
            ANTI JOIN (SELECT old_commune_code FROM row_balance WHERE dataset = {dataset} AND loaded > 0) AS file
                ON file.old_commune_code = old.code
            WHERE old.{part} IS DISTINCT FROM 'none'""",
            old_communes=old_communes(Sql("{batch}")),
            dataset=text(dataset),
            part=name(part),
        ),
        fill(
            "SELECT count(*) FROM {old_communes} WHERE {part} IS DISTINCT FROM 'none'",
            old_communes=old_communes(),
            part=name(part),
        ),
    )


RULES: Final[tuple[Rule, ...]] = (
    _with_rows(
        "commune_without_citizens",
        "citizens",
        "part",
        "Xã cũ nào có dân về xã, phường mới cũng có dữ liệu công dân.",
        "Every old commune whose people came has citizen rows.",
    ),
    _with_rows(
        "commune_without_land",
        "parcels",
        "land_part",
        "Xã cũ nào có đất về xã, phường mới cũng có dữ liệu thửa đất.",
        "Every old commune whose land came has land rows.",
    ),
    warning(
        "codes.folder_of_another_name",
        "row_balance",
        "Không thư mục nào ghi mã của một xã cũ mà mang tên của xã khác.",
        "No folder has the code of one old commune and the name of another.",
        _WRONG_FOLDER,
        fill(
            """
            SELECT 1
            FROM (SELECT DISTINCT split_part(source_file, '/', 1) AS folder, old_commune_code FROM {batch}) AS file
            JOIN {old_communes} AS own ON own.code = file.old_commune_code
            JOIN (
                SELECT name FROM {old_communes}
                UNION SELECT value FROM manifest WHERE key = 'commune_name'
            ) AS other ON contains({folder}, {other_name})
            WHERE NOT contains({folder}, {own_name})""",
            old_communes=old_communes(),
            folder=_words(Sql("file.folder")),
            other_name=_words(Sql("other.name")),
            own_name=_words(Sql("own.name")),
        ),
        "SELECT count(DISTINCT split_part(source_file, '/', 1)) FROM {batch}",
    ),
    warning(
        "codes.addresses_of_another_name",
        "citizens",
        "Địa chỉ cũ của người thuộc một xã cũ chủ yếu ghi tên chính xã đó, không phải tên xã cũ khác cùng nhập vào.",
        "The old addresses of an old commune's people name that commune, rather than another one of the merger.",
        _WRONG_FOLDER,
        fill(
            """
            SELECT 1
            FROM (SELECT old_commune_code AS code, {address} AS address FROM {batch}) AS person
            JOIN (SELECT code, {place} AS place FROM {old_communes}) AS old
                ON contains(person.address, old.place)
            GROUP BY person.code
            HAVING count(*) FILTER (old.code <> person.code) > count(*) FILTER (old.code = person.code)""",
            address=_words(Sql("address_old")),
            place=_words(Sql("concat_ws(' ', kind, name)")),
            old_communes=old_communes(),
        ),
        "SELECT count(DISTINCT old_commune_code) FROM {batch}",
    ),
    warning(
        "codes.copy_of_another_commune",
        "row_balance",
        "Không tệp nào giống hệt tệp của một xã cũ khác.",
        "No file is the same as a file of another old commune.",
        "Data contract: a file with equal bytes is loaded once; land books of two communes are never equal (likely)",
        """
        SELECT 1 FROM {batch} AS copy JOIN row_balance AS original ON original.source_file = copy.duplicate_of
        WHERE original.old_commune_code <> copy.old_commune_code""",
    ),
)
