"""What a warehouse says of itself on the first lines of an export, from its manifest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb
import polars as pl

from pipelines.reports.labels import MODES, word
from pipelines.review.blocks import old_communes_of

_SHOWN_OF_HASH = 12


@dataclass(frozen=True)
class About:
    """The new commune of a warehouse, its old communes, and which publication it is."""

    code: str
    name: str
    """With its kind: `xã Thượng Phúc`."""
    province: str
    mode: str
    logical_hash: str
    made: str
    """ISO 8601."""
    old_communes: Mapping[str, str]
    """Their names with their kinds, by code."""

    @classmethod
    def read(cls, connection: duckdb.DuckDBPyConnection) -> "About":
        """From the manifest of an open warehouse; what it does not tell is empty."""
        rows = connection.execute("SELECT key, value FROM manifest").fetchall()
        manifest = {key: value or "" for key, value in rows}
        kind, name = manifest.get("commune_kind", ""), manifest.get("commune_name", "")
        return cls(
            manifest.get("commune_code", ""),
            f"{kind} {name}".strip(),
            manifest.get("province", ""),
            manifest.get("mode", ""),
            manifest.get("logical_hash", ""),
            manifest.get("started_at", ""),
            old_communes_of(manifest),
        )

    @property
    def commune(self) -> str:
        """`Xã Thượng Phúc (mã 10231), Thành phố Hà Nội`."""
        place = f"{self.name} (mã {self.code})"
        return place[:1].upper() + place[1:] + (f", {self.province}" if self.province else "")

    @property
    def publication(self) -> str:
        """Which publication this is, so that a paper can be traced to its warehouse."""
        words = [f"Từ kho dữ liệu bản {word(MODES, self.mode)}"]
        words += ["chưa phải số liệu chính thức"] if self.mode == "trial" else []
        words += [f"lập ngày {datetime.fromisoformat(self.made):%d/%m/%Y}"] if self.made else []
        return f"{', '.join(words)}; mã kiểm {self.logical_hash[:_SHOWN_OF_HASH]}."

    def old_commune_name(self, code: str = "old_commune_code") -> pl.Expr:
        """The name of the old commune whose code stands in this column, null when it is not known."""
        codes, names = (pl.Series(list(part), dtype=pl.String) for part in zip(*self._pairs, strict=True))
        return pl.col(code).replace_strict(codes, names, default=None, return_dtype=pl.String)

    @property
    def _pairs(self) -> list[tuple[str, str]]:
        return list(self.old_communes.items()) or [("", "")]
