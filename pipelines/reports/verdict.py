"""Whether publication is allowed, in words: what the gates decide, and for the official edition the cases that wait."""

from dataclasses import dataclass
from typing import Literal

from pipelines.reports.facts import Facts
from pipelines.reports.languages import Text

Status = Literal["allowed", "refused", "unknown"]


@dataclass(frozen=True)
class Verdict:
    """What the gates say, and how many of them and of the warnings did not hold."""

    status: Status
    heading: Text
    sentence: Text
    gates: int
    gates_failed: int
    warnings: int
    warnings_failed: int


def verdict_of(facts: Facts) -> Verdict:
    """Allowed only when there are gates and every one passed; no result at all is no permission.

    The official edition waits for open blocking cases as well, as the publication gate does.
    """
    gates = [rule for rule in facts.rules if rule["severity"] == "gate"]
    others = [rule for rule in facts.rules if rule["severity"] != "gate"]
    failed = sum(rule["passed"] is not True for rule in gates)
    status, heading, sentence = _said(facts, len(gates), failed)
    warned = sum(rule["passed"] is not True for rule in others)
    return Verdict(status, heading, sentence, len(gates), failed, len(others), warned)


def _said(facts: Facts, gates: int, failed: int) -> tuple[Status, Text, Text]:
    official = facts.commune.mode == "official"
    vi, en = ("bản chính thức", "the official edition") if official else ("bản chạy thử", "the trial")
    blocking = sum(row["blocking"] for row in facts.cases)
    if not gates:
        return (
            "unknown",
            Text("Chưa đủ căn cứ để kết luận", "Not enough to conclude from"),
            Text(
                "Không có kết quả của điều kiện bắt buộc nào, vì vậy không được coi là đạt và không được công bố.",
                "No gate has a result; that is not taken for a pass, and nothing may be published.",
            ),
        )
    if failed:
        return (
            "refused",
            Text(f"Từ chối công bố {vi}", f"Publication of {en} is refused"),
            Text(
                f"{failed} trên {gates} điều kiện bắt buộc không đạt. Dữ liệu của lần chạy này không được đưa ra sử "
                "dụng; bản đã công bố trước đó (nếu có) được giữ nguyên.",
                f"{failed} of {gates} gates failed. The data of this run are not put to use; what was published before "
                "(if anything) stays as it is.",
            ),
        )
    if official and blocking:
        return (
            "refused",
            Text(f"Chưa được công bố {vi}", f"{en.capitalize()} may not be published yet"),
            Text(
                f"Tất cả {gates} điều kiện bắt buộc đều đạt, nhưng còn {blocking} trường hợp phải có người giải quyết "
                "trước. Bản đã công bố trước đó (nếu có) được giữ nguyên.",
                f"All {gates} gates passed, but {blocking} cases must be decided by people first. What was published "
                "before (if anything) stays as it is.",
            ),
        )
    return (
        "allowed",
        Text(f"Được phép công bố {vi}", f"{en.capitalize()} may be published"),
        Text(
            f"Tất cả {gates} điều kiện bắt buộc đều đạt."
            + ("" if official else " Đây là bản chạy thử: chưa thay thế số liệu chính thức."),
            f"All {gates} gates passed." + ("" if official else " This is a trial: it does not replace official data."),
        ),
    )
