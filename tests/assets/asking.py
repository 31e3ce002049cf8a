"""Requests to the webserver's application as they come in, whose addresses no client has put in order first."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote


@dataclass
class Answer:
    """What was answered."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""

    @property
    def text(self) -> str:
        return self.content.decode()


def asked(app: Any, address: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
    """The answer of an application to one request."""
    told, bodies = Answer(), [body]

    async def receive() -> dict[str, Any]:
        if not bodies:
            await asyncio.Event().wait()  # a client that stays, and says no more
        return {"type": "http.request", "body": bodies.pop()}

    async def send(message: dict[str, Any]) -> None:
        told.status = message.get("status", told.status)
        told.headers |= {name.decode().lower(): value.decode() for name, value in message.get("headers", ())}
        told.content += message.get("body", b"")

    sent = {"host": "127.0.0.1:3000", **({"content_type": "application/json"} if body else {}), **headers}
    scope = {
        "type": "http",
        "method": method,
        "path": unquote(address),
        "raw_path": address.encode(),
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in sent.items()],
        "server": ("127.0.0.1", 3000),
    }
    done(app(scope, receive, send))
    return told


def done(work: Coroutine[Any, Any, object]) -> None:
    """Do asynchronous work in a thread of its own: in that of the tests a browser may have its own loop."""
    with ThreadPoolExecutor(1) as alone:
        alone.submit(asyncio.run, work).result()
