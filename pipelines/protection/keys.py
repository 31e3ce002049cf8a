"""The keys by which what is kept is encrypted: one file, named by an environment variable.

A key comes by the environment alone, as credentials do: no setting, run history, manifest or log can carry it then.
What is encrypted, and how, does not belong here.
"""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipelines.problems import UnusableInput

KEY_FILE: Final = "HOPNHAT_KEY_FILE"
"""The environment variable that names the file of keys; nothing is encrypted when it is not set."""
_SHORTEST: Final = 16
"""Characters of a key: fewer could be tried out."""


class WrongKey(UnusableInput):
    """None of the keys opens this file."""


class NoKey(UnusableInput):
    """There is no key, and nobody has said that none is needed."""


@dataclass(frozen=True)
class KeyRing:
    """Keys, newest first: the first one writes, all of them read, so that an older one can be replaced step by step."""

    keys: tuple[str, ...] = ()

    @classmethod
    def from_environment(cls) -> "KeyRing":
        """The keys of the file that HOPNHAT_KEY_FILE names, none when it is not set. Raises UnusableInput when the file
        cannot be read or holds no usable key."""
        path = key_file()
        return cls() if path is None else cls(read_keys(path))

    @property
    def encrypts(self) -> bool:
        """Whether what is written is encrypted."""
        return bool(self.keys)

    @property
    def newest(self) -> str:
        """The key that writes."""
        return self.keys[0]

    @property
    def only_newest(self) -> "KeyRing":
        """The ring without its older keys."""
        return KeyRing(self.keys[:1])


def key_file() -> Path | None:
    """The file of keys, when there is one."""
    named = os.environ.get(KEY_FILE, "")
    return Path(named) if named else None


def read_keys(path: Path) -> tuple[str, ...]:
    """The keys in a file, one a line. Raises UnusableInput, which never tells one."""
    try:  # an editor may have put a byte-order mark in front
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").split("\n")]
    except (OSError, UnicodeDecodeError):
        raise UnusableInput(
            f"Không đọc được tệp khóa «{path}» (biến {KEY_FILE}). Hãy xem lại đường dẫn; chỉ tạo khóa mới "
            "(hopnhat key new) khi chưa có gì được mã hóa.",
            f"The key file {path} cannot be read; a new key opens nothing that an older one encrypted.",
        ) from None
    keys = tuple(line for line in lines if line)
    if not keys or min(map(len, keys)) < _SHORTEST:
        raise UnusableInput(
            f"Tệp khóa «{path}» (biến {KEY_FILE}) không có khóa, hoặc có khóa ngắn hơn {_SHORTEST} ký tự; "
            "tạo tệp mới bằng lệnh hopnhat key new.",
            f"The key file {path} holds no key, or one of fewer than {_SHORTEST} characters.",
        )
    return keys


def refuse_plaintext(mode: str, *, allowed: bool) -> None:
    """Raise NoKey when an official publication would be plain and nobody has said that it may."""
    if mode == "official" and not allowed and not KeyRing.from_environment().encrypts:
        raise NoKey(
            f"Chưa đặt khóa mã hóa (biến {KEY_FILE}) nên không công bố chính thức; hãy tạo khóa bằng lệnh "
            "hopnhat key new, hoặc nói rõ là chấp nhận tệp không mã hóa bằng --plaintext.",
            "No official publication without encryption: set a key, or say --plaintext.",
        )


def new_key() -> str:
    """A random key of 256 bits, as text."""
    return secrets.token_urlsafe(32)


def wrong_key(path: Path, keys: KeyRing) -> WrongKey:
    """What is said of a file that none of the keys opens."""
    if not keys.encrypts:
        return WrongKey(
            f"Tệp «{path}» được mã hóa; hãy đặt biến {KEY_FILE} là đường dẫn của tệp khóa.",
            f"{path} is encrypted: let {KEY_FILE} name the file of its key.",
        )
    return WrongKey(
        f"Không khóa nào trong tệp khóa (biến {KEY_FILE}) mở được «{path}»: sai khóa, hoặc tệp đã hỏng.",
        f"None of the keys opens {path}: it is the wrong key, or the file is damaged.",
    )
