"""Bytes that only the keys open: AES-256-GCM, in chunks, each of which knows its place.

A sealed file is `HNSEAL1` and a line feed, a salt, then the chunks. Its own key comes from the key and the salt (HKDF,
RFC 5869), so that no nonce is ever used twice; a chunk's nonce is its number, and its authenticated data tell whether
it is the last, so that no chunk can be left out, doubled or moved (the STREAM construction, Hoang and others 2015).

What is sealed does not belong here; warehouses are encrypted by DuckDB itself.
"""

import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pipelines.protection.keys import KeyRing, wrong_key

_MAGIC: Final = b"HNSEAL1\n"
_SALT: Final = 32
_TAG: Final = 16
_CHUNK: Final = 1 << 26
"""Bytes a chunk: a frame of a large commune is more than one call of AES-GCM may encrypt."""


def sealed(content: bytes, keys: KeyRing) -> bytes:
    """`content` as it is to be kept: sealed by the newest key, or as it is when there is none."""
    if not keys.encrypts:
        return content
    salt = secrets.token_bytes(_SALT)
    cipher = _cipher(keys.newest, salt)
    parts = [content[start : start + _CHUNK] for start in range(0, max(len(content), 1), _CHUNK)]
    chunks = (
        cipher.encrypt(_nonce(number), part, _place(number == len(parts) - 1)) for number, part in enumerate(parts)
    )
    return b"".join([_MAGIC, salt, *chunks])


def unsealed(content: bytes, keys: KeyRing, path: Path) -> bytes:
    """What was sealed, by whichever of the keys; `content` itself when it is not sealed.

    `path` is where it lies, for the sentence. Raises WrongKey when no key opens it, which a damaged file does too.
    """
    if not is_sealed(content):
        return content
    for key in keys.keys:
        try:
            return b"".join(_opened(content, key))
        except InvalidTag:
            continue
    raise wrong_key(path, keys)


def is_sealed(content: bytes) -> bool:
    """Whether these bytes, or the file that begins with them, are sealed."""
    return content.startswith(_MAGIC)


def _opened(content: bytes, key: str) -> Iterator[bytes]:
    start = len(_MAGIC) + _SALT
    cipher = _cipher(key, content[len(_MAGIC) : start])
    number = 0
    while True:
        end = start + _CHUNK + _TAG
        yield cipher.decrypt(_nonce(number), content[start:end], _place(end >= len(content)))
        if end >= len(content):
            return
        start, number = end, number + 1


def _cipher(key: str, salt: bytes) -> AESGCM:
    derive = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"hopnhat sealed file")
    return AESGCM(derive.derive(key.encode()))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _place(last: bool) -> bytes:
    return b"last" if last else b"more"
