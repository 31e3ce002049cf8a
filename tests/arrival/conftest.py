"""A drop folder, hand-made files for it, and a clock that the tests move."""

import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipelines.arrival.look import Look, look
from pipelines.arrival.receipts import FileVerdict, Receipt
from pipelines.protection.locking import Held
from pipelines.warehouse.versions import VIETNAM

PEOPLE = "ho_ten,ngay_sinh\nNguyễn Văn An,01/02/1970\nTrần Thị Bình,03/04/1980\n"
LAND = "so_to,so_thua,dien_tich\n1,1,120\n1,2,80\n"


@dataclass
class Office:
    """A data folder into whose drop folder somebody drops files, and looks at it."""

    data: Path
    at: datetime = datetime(2026, 11, 30, 8, 0, tzinfo=VIETNAM)
    at_work: set[str] = field(default_factory=set)
    communes: set[str] | None = None

    @property
    def incoming(self) -> Path:
        return self.data / "incoming"

    @property
    def exports(self) -> Path:
        return self.data / "exports"

    def drop(self, name: str, content: str | bytes = PEOPLE) -> Path:
        path = self.incoming / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def look(self, seconds: float = 11) -> Look:
        self.at += timedelta(seconds=seconds)
        return look(self.data, self.exports, at=self.at, hold=self._hold, communes=self.communes)

    def receive(self) -> Receipt:
        """The receipt once everything has settled."""
        self.look()
        receipt = self.look().receipt
        assert receipt
        return receipt

    def receive_one(self, name: str, content: str | bytes = PEOPLE) -> FileVerdict:
        self.drop(name, content)
        (file,) = self.receive().files
        return file

    def files(self) -> dict[str, bytes]:
        """What lies in the data folder, but for what the looks themselves write."""
        return {
            path.relative_to(self.data).as_posix(): path.read_bytes()
            for path in sorted(self.data.rglob("*"))
            if path.is_file() and path.relative_to(self.data).parts[0] not in {"receipts", "reports"}
        }

    def _hold(self, code: str) -> AbstractContextManager[None]:
        return self._held(code) if code in self.at_work else nullcontext()

    @contextmanager
    def _held(self, code: str) -> Iterator[None]:
        raise Held(f"Một tiến trình khác đang làm việc với xã {code}.", "Another process works on it.")
        yield


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


@pytest.fixture
def zipped(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., bytes]:
    def pack(**members: str) -> bytes:
        path = tmp_path_factory.mktemp("zip") / "packed.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(f"{name}.csv", content)
        return path.read_bytes()

    return pack
