"""Places: why rows of split communes stay unplaced, and hamlets.

That nobody comes from a commune which gave land alone is a gate: nobody may be counted where he does not live. All
others are warnings. How many rows may be left unplaced is not told here.
"""

from typing import Final

from expectations.codes import old_communes
from expectations.folding import hamlet_name
from expectations.rule import Rule
from expectations.sources import EQUAL_NAMES, MERGER
from expectations.warning import warning
from pipelines.communes.placement import UNPLACED_REASONS
from pipelines.warehouse.quoting import Sql, fill, text

_LOADED: Final = "SELECT coalesce(sum(loaded), 0) FROM row_balance"
_HAMLETS: Final = fill("SELECT count(DISTINCT {hamlet}) FROM {batch}", hamlet=hamlet_name(Sql("hamlet")))


def _none_unplaced(name: str, reason: str, vi: str, en: str) -> Rule:
    return warning(
        f"places.{name}",
        "unplaced",
        vi,
        en,
        f"Data contract: unplaced; {MERGER}",
        fill("SELECT 1 FROM {batch} WHERE reason = {reason}", reason=text(UNPLACED_REASONS[reason])),
        _LOADED,
    )


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        id="places.no_people_with_land_alone",
        suite="places",
        severity="gate",
        vi="Xã cũ chỉ chuyển đất, không chuyển dân, thì không có người nào được xếp về xã, phường mới.",
        en="Nobody comes from an old commune of which only land came.",
        source=f"{MERGER}: pairs of land alone",
        table="row_balance",
        expectation=fill(
            """
            SELECT 1 FROM {batch} AS file JOIN {old_communes} AS old ON old.code = file.old_commune_code
            WHERE file.dataset = 'citizens' AND old.part = 'none' AND file.placed + file.unplaced > 0""",
            old_communes=old_communes(),
        ),
        checked="SELECT count(*) FROM {batch} WHERE dataset = 'citizens'",
    ),
    _none_unplaced(
        "ruled",
        "split_without_rule",
        "Dòng nào của xã cũ bị chia cũng có quy tắc để xếp.",
        "For every row of a split commune there is a rule.",
    ),
    _none_unplaced(
        "hamlet_told",
        "no_hamlet",
        "Dòng công dân nào của xã cũ bị chia cũng ghi thôn, hoặc theo được hộ đã xếp.",
        "Every citizen row of a split commune tells its hamlet, or follows its household.",
    ),
    _none_unplaced(
        "hamlet_unambiguous",
        "hamlet_ambiguous",
        "Tên thôn ghi ở xã cũ bị chia chỉ có thể là một thôn.",
        "A hamlet written in a split commune can be one hamlet only.",
    ),
    _none_unplaced(
        "sheet_told",
        "no_sheet",
        "Dòng thửa đất nào của xã cũ bị chia cũng ghi thôn, hoặc số tờ bản đồ đọc được.",
        "Every land row of a split commune tells its hamlet, or a sheet that can be read.",
    ),
    _none_unplaced(
        "household_in_one_commune",
        "household_divided",
        "Không hộ nào có các dòng được xếp vào nhiều xã, phường mới.",
        "No household has rows that go to several new communes.",
    ),
    warning(
        "places.household_in_one_hamlet",
        "citizens",
        "Những người đang cư trú trong một hộ đều ở cùng một thôn, tổ dân phố.",
        "The residents of a household live in one hamlet.",
        "The same household number in several hamlets (likely)",
        fill(
            """
            SELECT 1 FROM {batch} WHERE household_id IS NOT NULL AND status NOT IN ('dead', 'moved')
            GROUP BY household_id HAVING count(DISTINCT {hamlet}) > 1""",
            hamlet=hamlet_name(Sql("hamlet")),
        ),
        "SELECT count(DISTINCT household_id) FROM {batch}",
    ),
    warning(
        "places.hamlet",
        "citizens",
        "Người đang cư trú nào cũng biết ở thôn, tổ dân phố nào.",
        "Of every resident the hamlet is known.",
        "People of a split commune are placed by hamlet: no published table says which goes where (unknown)",
        "SELECT 1 FROM {batch} WHERE hamlet IS NULL AND status NOT IN ('dead', 'moved')",
    ),
    warning(
        "places.hamlets_of_equal_name",
        "citizens",
        "Không hai xã cũ nào có thôn trùng tên; thôn trùng tên chỉ phân biệt được khi kèm tên xã cũ.",
        "No two old communes have hamlets of one name, which are told apart only by their old commune.",
        EQUAL_NAMES,
        fill(
            """
            SELECT 1 FROM {batch} WHERE hamlet IS NOT NULL
            GROUP BY {hamlet} HAVING count(DISTINCT old_commune_code) > 1""",
            hamlet=hamlet_name(Sql("hamlet")),
        ),
        _HAMLETS,
    ),
)
