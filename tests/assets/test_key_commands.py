"""`hopnhat key new` and `key rotate`: keys are for their owner alone, and none that was ever in use is thrown away."""

from pathlib import Path

import pytest

from assets.command_line import main
from pipelines.protection.keys import KEY_FILE, new_key, read_keys
from pipelines.review.decisions import Decision, decision_log

CODE = "10231"
UNUSABLE = 2


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder in which something is kept of one commune."""
    folder = tmp_path / "data"
    decision = Decision(
        dataset="citizens", kind="keep_out", record_ids=("a",), parts=(1,), by="An", at="2025-07-01", reason="thử"
    )
    decision_log(folder, CODE).append([decision])
    return folder


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "secure" / "key"
    path.parent.mkdir()
    monkeypatch.setenv(KEY_FILE, str(path))
    assert main(["key", "new", str(path)]) == 0
    return path


def rotate(data: Path) -> int:
    return main(["key", "rotate", "--data", str(data)])


def test_a_new_key_is_for_its_owner_alone_and_replaces_none(key: Path) -> None:
    before = key.read_text()
    assert key.stat().st_mode & 0o777 == 0o600
    assert main(["key", "new", str(key)]) == UNUSABLE
    assert key.read_text() == before


def test_a_key_in_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["key", "new", str(tmp_path / "nowhere" / "key")]) == UNUSABLE
    assert "nowhere" in capfd.readouterr().err


def test_older_keys_are_put_aside_newest_first(key: Path, data: Path) -> None:
    used = [*read_keys(key)]
    for _ in range(2):
        assert rotate(data) == 0
        used = [*read_keys(key), *used]
    retired = key.with_name("key.retired")
    assert (read_keys(key), read_keys(retired)) == ((used[0],), tuple(used[1:]))
    assert retired.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["empty", "not there"])
def test_a_folder_in_which_nothing_is_kept_costs_no_key(
    key: Path, data: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    (data.parent / "empty").mkdir()
    before = key.read_text()
    assert rotate(data.parent / name) == UNUSABLE
    assert "--data" in capfd.readouterr().err
    assert key.read_text() == before


def test_a_commune_that_cannot_be_done_keeps_the_older_key(key: Path, data: Path) -> None:
    older = read_keys(key)
    assert rotate(data) == 0
    kept = key.with_name("key.retired").read_text()
    (log,) = (data / "decisions" / CODE).glob("*.jsonl")
    log.write_bytes(log.read_bytes()[:-1])
    now = read_keys(key)
    assert rotate(data) == UNUSABLE
    assert read_keys(key)[1:] == now != older
    assert key.with_name("key.retired").read_text() == kept


def test_a_link_to_the_key_file_stays_one(key: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = read_keys(key)
    link = key.parent.parent / "link"
    link.symlink_to(key)
    monkeypatch.setenv(KEY_FILE, str(link))
    assert rotate(data) == 0
    assert link.is_symlink()
    assert read_keys(link) == read_keys(key) != older


def test_a_key_that_was_put_in_front_by_hand_is_the_one_that_stays(key: Path, data: Path) -> None:
    mine, older = new_key(), read_keys(key)
    key.write_text(f"{mine}\n{older[0]}\n")
    assert rotate(data) == 0
    assert read_keys(key) == (mine,)
    assert read_keys(key.with_name("key.retired")) == older
