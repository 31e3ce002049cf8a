"""For what a run is refused before it does any work, in one sentence.

Its settings cannot be used, its job does not publish in this mode, there is no key, or nothing was decided since the
last publication. What stops a run at work, or keeps it from being published, does not belong here.
"""

from typing import TYPE_CHECKING

from assets.inputs import inputs_now
from assets.jobs import LINK_AGAIN, PUBLISHING
from assets.run_settings import STAGES, WrongSetting
from pipelines.communes import MergerMap
from pipelines.linkage import LinkageSettings
from pipelines.linkage.runners import runner_of
from pipelines.problems import UnusableInput
from pipelines.protection.keys import KEY_FILE, KeyRing, NoKey
from pipelines.warehouse.manifest import DECISIONS, SETTINGS
from pipelines.warehouse.promotion import differing
from pipelines.warehouse.versions import manifest_of, newest_file

if TYPE_CHECKING:
    from assets.deployment import Deployment


def refuse_settings(deployment: "Deployment", job: str) -> None:
    """Raise UnusableInput when a run of this job cannot be made with these settings."""
    for stage in STAGES:
        deployment.settings.of(stage)
    runner_of(deployment.settings.technical.engine)
    mode = deployment.mode
    trial, official = PUBLISHING["trial"], PUBLISHING["official"]
    if job == official and mode != "official":
        raise WrongSetting(
            f"Công việc {official} luôn công bố chính thức (mode: official); muốn chạy thử, hãy dùng {trial}.",
            f"This job publishes officially; for a trial, launch {trial}.",
        )
    if job != official and mode == "official":
        raise WrongSetting(
            f"Lần chạy này chỉ được chạy thử (mode: trial); muốn công bố chính thức, hãy dùng công việc {official}.",
            f"Only a trial may be run here; to publish officially, launch {official}.",
        )
    if mode == "official" and not deployment.plaintext and not KeyRing.from_environment().encrypts:
        raise NoKey(
            f"Máy chủ chưa đặt khóa mã hóa (biến {KEY_FILE}) nên không công bố chính thức được; người phụ trách máy "
            "chủ hãy tạo khóa bằng lệnh hopnhat key new, hoặc đặt HOPNHAT_PLAINTEXT=1 nếu chấp nhận tệp không mã hóa.",
            "No official publication without encryption: set a key, or HOPNHAT_PLAINTEXT=1.",
        )


def refuse_without_new_decisions(deployment: "Deployment", job: str, code: str) -> None:
    """Raise UnusableInput when a run that goes by new decisions alone would find none, or anything else new."""
    if job != LINK_AGAIN:
        return
    trial = PUBLISHING["trial"]
    last = newest_file(deployment.data_dir, code)
    if last is None:
        raise UnusableInput(
            f"Xã {code} chưa có bản công bố nào để đối sánh lại; hãy dùng công việc {trial}.",
            f"Nothing has been published for {code} yet: launch {trial}.",
        )
    then, now = manifest_of(last), inputs_now(deployment, MergerMap.shipped().new_commune(code))
    linkage = deployment.settings.of(LinkageSettings).model_dump_json()
    changed = differing(
        then, {**now, DECISIONS: then[DECISIONS], **{f"{SETTINGS}{name}": linkage for name in ("citizens", "parcels")}}
    )
    if changed:
        raise UnusableInput(
            f"Từ lần công bố trước không chỉ có quyết định thay đổi: {changed}; hãy dùng công việc {trial}.",
            f"More than decisions has changed since the last publication: launch {trial}.",
        )
    if then[DECISIONS] == now[DECISIONS]:
        raise UnusableInput(
            f"Xã {code} chưa có quyết định nào mới từ lần công bố trước, nên đối sánh lại cũng cho kết quả như cũ; hãy "
            "trả lời sổ xem xét rồi thả vào thư mục nhận (hoặc hopnhat review import) trước.",
            "No decision is new since the last publication: import the answers first.",
        )


class Refused:
    """Stands in a deployment's place when the run was refused: whichever step asks for anything says why, and ends."""

    def __init__(self, problem: Exception) -> None:
        self._problem = problem

    def __getattr__(self, name: str) -> object:
        """Raise what the run was refused for; Dagster looks for marks of its own, and is let."""
        if name.startswith("_"):
            raise AttributeError(name)
        raise self._problem
