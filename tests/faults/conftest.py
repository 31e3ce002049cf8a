"""A small commune in several states of its life, from each of which something can be killed."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.deeds import Deed, command, selected
from tests.faults.faults import CODE, COMMAND, Ended, Tally, Zygote, exports_with
from tests.review.conftest import Book

PUBLISHING = ".10231.duckdb.part"
"""In the line of the first disk operation of a publication."""


@pytest.fixture(scope="session")
def bare_zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    """Starts children in no time."""
    zygote = Zygote(tmp_path_factory.mktemp("zygote"))
    yield zygote
    zygote.close()


@pytest.fixture(scope="session", params=[pytest.param("plain", marks=pytest.mark.long), "key"])
def zygote(request: pytest.FixtureRequest, bare_zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> Zygote:
    """Starts children with a key and without."""
    if request.param == "plain":
        return bare_zygote.with_key(None)
    key = tmp_path_factory.mktemp("key") / "keys.txt"
    made = bare_zygote.start(COMMAND, ["key", "new", str(key)]).wait()
    assert made.status == 0, made.output
    return bare_zygote.with_key(key)


@pytest.fixture(scope="session")
def exports(bare_zygote: Zygote, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Exports of some sixty people and forty parcels, each with one more person who is in no other."""
    folder = tmp_path_factory.mktemp("exports")
    words = f"sample --new-commune {CODE} --people 60 --parcels 40 --seed 5 {folder / 'made'}".split()
    made = bare_zygote.start(COMMAND, words).wait()
    assert made.status == 0, made.output
    return [exports_with(folder / "made" / "exports", folder / str(number), number) for number in range(6)]


@dataclass(frozen=True)
class States:
    """Data folders to begin from; never changed, only copied."""

    zygote: Zygote
    exports: list[Path]
    one: Path
    """The first exports are published."""
    cut: Path
    """… and a run of the second was killed when its publication began."""
    cut_short: Ended
    two: Path
    """… and its publication was made good."""

    @property
    def publication(self) -> Deed:
        """The second exports are published."""
        step = selected(self.zygote, "publication", self.exports[1])
        # Once all is done, what the steps handed on is deleted, and they say that they cannot begin again.
        return Deed("publication", self.cut, step, already=2)

    @property
    def naming(self) -> Deed:
        """Drafts of the ledgers are written again."""
        rest = selected(self.zygote, "from_naming", self.exports[1])
        return Deed(
            "ledger", self.cut, selected(self.zygote, "naming", self.exports[1]), lambda data: rest(data, {}).wait()
        )

    @property
    def rollback(self) -> Deed:
        """The first version is put back."""
        return Deed("rollback", self.two, command(self.zygote, "rollback", "--to", "trial-1"))

    @property
    def promotion(self) -> Deed:
        """The second version becomes official."""
        plain = () if self.zygote.key else ("--plaintext",)
        return Deed("promote", self.two, command(self.zygote, "promote", "--exports", self.exports[1], *plain))

    @property
    def purge(self) -> Deed:
        """The first version, which is published no longer, is taken away."""
        return Deed("purge", self.two, command(self.zygote, "purge", "--older-than", 0, "--only", "versions"))

    def importing(self, folder: Path) -> Deed:
        """Three decisions of an officer are taken in."""
        asked, answered = folder / "asked.xlsx", folder / "answered.xlsx"
        done = self.zygote.hopnhat(self.two, "review", "export", asked, "--new-commune", CODE)
        assert done.status == 0, done.output
        ids = self.zygote.judge(self.two)["published"]["trial"]["ids"].values()
        people = sorted({entity_id for entity_id in ids if "-T" not in entity_id})
        book = Book.read(asked).signed("Phạm Thị Thu")
        for at in (0, 2, 4):
            book.decide("Các mã này là khác nhau", " ".join(people[at : at + 2]))
        return Deed("review import", self.two, command(self.zygote, "review", "import", book.save(answered)))

    def revoking(self, folder: Path, imported: Path) -> Deed:
        """Two of the three are revoked; `imported` is the data folder in which they are in force."""
        start = shutil.copytree(imported, folder / "decided")
        listed = self.zygote.hopnhat(start, "review", "list", "--new-commune", CODE).output
        first, second, *_ = [line.split("\t")[0] for line in listed.splitlines() if line.startswith("QD-")]
        return Deed("review revoke", start, command(self.zygote, "review", "revoke", first, second), already=2)


@pytest.fixture(scope="session")
def states(zygote: Zygote, exports: list[Path], tmp_path_factory: pytest.TempPathFactory) -> States:
    """The states, made by the command, one out of the other."""
    folder = tmp_path_factory.mktemp("states")
    one, cut, two = (folder / name for name in ("one", "cut", "two"))
    one.mkdir()
    first = zygote.hopnhat(one, "run", "--new-commune", CODE, "--exports", exports[0])
    assert first.status == 0, first.output
    shutil.copytree(one, cut)
    killed = zygote.hopnhat(cut, "run", "--new-commune", CODE, "--exports", exports[1], at=PUBLISHING)
    assert killed.killed, killed.output
    shutil.copytree(cut, two)
    done = selected(zygote, "publication", exports[1])(two, {}).wait()
    assert done.status == 0, done.output
    return States(zygote, exports, one, cut, killed, two)


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Callable[[Tally], None]:
    """Prints the figures of a kill loop, and fails when a bad state was found."""

    def tell(tally: Tally) -> None:
        with capsys.disabled():
            print(f"\n{tally.line}")
        assert tally.bad == [], "\n".join(tally.bad)

    return tell
