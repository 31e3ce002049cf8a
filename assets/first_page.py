"""Dagster's page as a browser first gets it, made fit for its readers: every Vietnamese letter, in the graph the
assets' Vietnamese names, and a way to the start page below Dagster's own.

Dagster's type for labels has no hook (ả, ổ, ử), and those that it names after it draw the hook behind its letter; a
long list opens at its end, where the button that closes it is; and a box of the graph does not show what the asset is
until somebody asks for that. What somebody chose stays as it was chosen.
"""

import json
import re
import unicodedata
from typing import Final

from assets.addresses import START

_HOOKED: Final = [
    f"U+{code:X}" for code in (0x309, *range(0x1EA0, 0x1EFA)) if "\u0309" in unicodedata.normalize("NFD", chr(code))
]
_LETTERS: Final = (
    f'@font-face{{font-family:"Geist Mono";font-weight:100 900;font-style:normal;unicode-range:{",".join(_HOOKED)};'
    'src:local("Consolas"),local("Menlo"),local("Noto Sans"),local("DejaVu Sans")}'
)
_LISTS: Final = '.dagster-dialog>[style*="overflow: auto"]{max-height:calc(100vh - 260px)}'
_WAY: Final = f'<a class="trang-dau" href="{START}" title="Tình hình các xã, phường"><b>⌂</b><span>Trang đầu</span></a>'
_WAY_LOOKS: Final = (
    ".trang-dau{position:fixed;z-index:1;left:20px;top:322px;padding:4px 9px;font-size:14px;color:inherit}"
    ".trang-dau b{display:inline-block;width:16px;font-size:18px;line-height:20px;text-align:center}"
    # Dagster's menu may be folded to its signs.
    ".trang-dau span{display:none;padding-left:8px}"
    "body:has([class*=MainNavigation_link] [class*=flexRow]) .trang-dau span{display:inline}"
)
_SHOWN: Final = "asset-node-facets"
"""Where a browser keeps what the boxes of the graph show."""
_BOXES: Final = ("unsynced-tag", "description", "latest-event", "checks", "partitions", "status", "kind-tag")
_NONCE: Final = re.compile(r'nonce="([0-9a-f]+)"')


def made_fit(page: str) -> str:
    """Dagster's page with our style, and what the boxes show where nobody chose yet."""
    nonce = _NONCE.search(page)
    chosen = f"localStorage.getItem('{_SHOWN}')||localStorage.setItem('{_SHOWN}',{json.dumps(json.dumps(_BOXES))})"
    script = f'<script nonce="{nonce[1]}">{chosen}</script>' if nonce else ""
    # At the end of the page, since of two types of one name the later one is taken.
    return page.replace("<head>", f"<head>{script}", 1).replace(
        "</body>", f"{_WAY}<style>{_LETTERS}{_LISTS}{_WAY_LOOKS}</style></body>", 1
    )
