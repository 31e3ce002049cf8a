"""The key ring: from one file that the environment names, newest first, and never told in a sentence."""

from pathlib import Path

import pytest

from pipelines.problems import UnusableInput
from pipelines.protection.keys import KEY_FILE, KeyRing, new_key, refuse_plaintext


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "key"
    monkeypatch.setenv(KEY_FILE, str(path))
    return path


def test_nothing_is_encrypted_without_a_key_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_FILE, raising=False)
    assert not KeyRing.from_environment().encrypts


def test_the_first_key_writes_and_all_of_them_read(key_file: Path) -> None:
    newer, older = new_key(), new_key()
    key_file.write_text(f"\ufeff{newer}\r\n\n  {older}  \n", encoding="utf-8")
    ring = KeyRing.from_environment()
    assert (ring.newest, ring.keys, ring.only_newest.keys) == (newer, (newer, older), (newer,))


def test_new_keys_differ() -> None:
    assert len({new_key() for _ in range(50)}) == 50


@pytest.mark.parametrize("content", [b"", b"\n \n", b"too short\n", b"\xff\xfe\x00" * 20, None])
def test_an_unusable_key_file_is_one_sentence_and_never_means_no_key(key_file: Path, content: bytes | None) -> None:
    if content is not None:
        key_file.write_bytes(content)
    with pytest.raises(UnusableInput, match=KEY_FILE) as refused:
        KeyRing.from_environment()
    assert "too short" not in str(refused.value)


def test_official_publications_want_a_key_or_an_explicit_word(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key_file.write_text(new_key())
    refuse_plaintext("official", allowed=False)
    monkeypatch.delenv(KEY_FILE)
    refuse_plaintext("official", allowed=True)
    refuse_plaintext("trial", allowed=False)
    with pytest.raises(UnusableInput, match="--plaintext"):
        refuse_plaintext("official", allowed=False)
