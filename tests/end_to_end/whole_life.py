"""A commune's whole life: every command once, where it does its work and where it must refuse, in one process.

Run as a program of its own, as `python whole_life.py FOLDER`, so that all that it leaves behind lies below one folder
and all that it asks of a network is asked by it. Its umask is what careless machines have: everybody may do anything.
What each command said is kept in `said/`, and in `life.json` how it ended.
"""

import contextlib
import json
import os
import shutil
import socket
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CODE = "10231"
ASKS = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.connect", "socket.sendto")
"""What Python tells its audit hooks of a program that asks something of another machine."""


@dataclass
class Life:
    """The folder, and what has been done in it so far."""

    folder: Path
    ended: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """What was asked of a network by Python's own functions."""

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def work(self) -> Path:
        """Where officers keep their workbooks, and what is exported for others."""
        return self.folder / "work"

    def hopnhat(self, name: str, *words: str | Path, data: Path | None = None) -> None:
        """Call the command, and keep what it says."""
        from assets.command_line import main

        arguments = [str(word) for word in words]
        of_data = (
            []
            if arguments[0] in {"verify", "sample"} or arguments[:2] == ["key", "new"]
            else [
                "--data",
                str(data or self.data),
            ]
        )
        os.umask(0)
        with _caught(1, self.folder / "said" / f"{name}.out"), _caught(2, self.folder / "said" / f"{name}.err"):
            try:
                self.ended[name] = main([*arguments, *of_data])
            except SystemExit as usage:
                self.ended[name] = int(usage.code or 0)

    def of_commune(self, name: str, *words: str | Path) -> None:
        self.hopnhat(name, *words, "--new-commune", CODE)


@contextlib.contextmanager
def _caught(descriptor: int, path: Path) -> Iterator[None]:
    """Sends a descriptor, and Python's stream on it, to a file."""
    redirect = contextlib.redirect_stdout if descriptor == 1 else contextlib.redirect_stderr
    with path.open("w", encoding="utf-8", buffering=1) as stream, redirect(stream):
        kept = os.dup(descriptor)
        os.dup2(stream.fileno(), descriptor)
        try:
            yield
        finally:
            stream.flush()
            os.dup2(kept, descriptor)
            os.close(kept)


def published(life: Life) -> None:
    """A first run, and what is asked about it."""
    life.of_commune("run", "run", "--exports", life.folder / "in", "--quarantine-limit", "0.5")
    life.of_commune("history", "history")
    file = life.data / "published" / "trial" / f"{CODE}.duckdb"
    life.hopnhat("verify", "verify", file, "--exports", life.folder / "in", "--against", file)
    life.hopnhat("resolve", "resolve", _one(file, "SELECT min(citizen_id) FROM citizens"))
    life.hopnhat("resolve unknown", "resolve", f"{CODE}-9999999-K")


def decided(life: Life) -> None:
    """Cases are answered, a sample is looked at, and decisions are kept, taken back and handed on."""
    from pipelines.clerical.log import clerical_log
    from pipelines.review.decisions import decision_log
    from tests.clerical.conftest import SampleBook
    from tests.review.conftest import Book

    file = life.data / "published" / "trial" / f"{CODE}.duckdb"
    life.of_commune("review export", "review", "export", life.work / "cases.xlsx")
    life.of_commune("review export again", "review", "export", life.work / "cases.xlsx")
    life.of_commune("review sample", "review", "sample", life.work / "sample.xlsx", "--size", "30")
    case = _one(file, "SELECT min(case_id) FROM review_queue WHERE reason = 'number_shared'")
    person = _one(file, "SELECT min(full_name) FROM citizens")
    answered = Book.read(life.work / "cases.xlsx").signed("Phạm Thị Thu").answer(case, "Khác người", note=person)
    life.of_commune("review import", "review", "import", answered.save(life.work / "answered.xlsx"))
    book = Book.read(life.work / "cases.xlsx").signed(person).answer(case, f"hỏi {person}", note=person, who=person)
    book.decide("Các mã này là khác nhau", f"{person} 001085123456").decide(person, person)
    life.of_commune("review import unclear", "review", "import", book.save(life.work / "unclear.xlsx"))
    (draw,) = clerical_log(life.data, CODE).draws().values()
    looked_at = SampleBook.read(life.work / "sample.xlsx").signed("Lê Lan")
    for number, pair in enumerate(draw.pairs[:5], start=1):
        looked_at.say(number, "Là một" if pair.machine == "different" else "Khác nhau", note=person)
    life.of_commune("sample import", "review", "import", looked_at.save(life.work / "looked_at.xlsx"))
    looked_at.say(1, person)
    life.of_commune("sample import unclear", "review", "import", looked_at.save(life.work / "looked_at_again.xlsx"))
    life.of_commune("review list", "review", "list")
    life.of_commune("review save", "review", "save", life.work / "decisions.jsonl")
    life.of_commune("review replay", "review", "replay", life.work / "decisions.jsonl")
    # Not the one on the shared number: without it nothing may become official.
    decision = next(one.decision_id for one in decision_log(life.data, CODE).in_force() if one.by == "Lê Lan")
    life.of_commune("review revoke", "review", "revoke", decision, "--by", "Lê Lan", "--reason", "nhầm")
    life.of_commune("review revoke unknown", "review", "revoke", decision)


def run_from_pages(life: Life) -> None:
    """A run as Dagster's pages start one: not by our command."""
    import dagster as dg

    from assets.definitions import defs
    from assets.jobs import PUBLISHING
    from pipelines.communes import MergerMap

    os.umask(0)
    config = {"data": str(life.data), "exports": str(life.folder / "in")}
    with (
        _caught(1, life.folder / "said" / "pages.out"),
        _caught(2, life.folder / "said" / "pages.err"),
        dg.DagsterInstance.get() as instance,
    ):
        result = defs.resolve_job_def(PUBLISHING["trial"]).execute_in_process(
            partition_key=MergerMap.shipped().new_commune(CODE).partition_key,
            instance=instance,
            raise_on_error=False,
            run_config={
                "resources": {"deployment": {"config": config}, "settings": {"config": {"quarantine_limit": 0.5}}},
            },
        )
    life.ended["pages"] = 0 if result.success else 3


def handed_on(life: Life) -> None:
    """Versions come and go, and files are made for others."""
    plain = [] if "HOPNHAT_KEY_FILE" in os.environ else ["--plaintext"]
    life.of_commune("promote", "promote", "--exports", life.folder / "in", *plain)
    life.of_commune("rollback", "rollback", "--to", "trial-1")
    life.of_commune("rollback unknown", "rollback", "--to", "trial-77")
    for kind in ("plan515", "sheet-map", "masked"):
        for ending in ("xlsx", "csv"):
            life.of_commune(f"{kind} {ending}", "export", kind, life.work / f"{kind}.{ending}")
        life.of_commune(f"{kind} again", "export", kind, life.work / f"{kind}.csv")
    life.hopnhat("sample", "sample", "--new-commune", CODE, "--people", "9", "--parcels", "5", life.work / "invented")


def ended(life: Life) -> None:
    """What was kept is put under a new key, and what is no longer needed is removed."""
    if "HOPNHAT_KEY_FILE" in os.environ:
        life.hopnhat("key new", "key", "new", life.folder / "work" / "another_key")
        keys = Path(os.environ["HOPNHAT_KEY_FILE"])
        keys.write_text((life.folder / "work" / "another_key").read_text() + keys.read_text())
        life.hopnhat("key rotate", "key", "rotate")
    life.hopnhat("purge dry", "purge", "--older-than", "0", "--dry-run")
    life.hopnhat("purge", "purge", "--older-than", "0", "--only", "versions")
    life.hopnhat("across", "across")  # refused: nothing else is published
    life.hopnhat("activity", "activity")


def refused(life: Life, every: bool) -> None:
    """Files that are not what they should be, each with a person in it, in a data folder of their own.

    Not `every` one of those that a run refuses: each takes seconds, and most are read alike.
    """
    (row,) = _rows(life.folder / "in", 1)
    words = row.split(",")
    other = shutil.copytree(life.data, life.folder / "broken", ignore=shutil.ignore_patterns("dagster", "scratch"))

    def attempt(name: str, path: Path, content: str | bytes, *command: str | Path) -> None:
        before = path.read_bytes() if path.exists() else None
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        life.hopnhat(name, *command, data=other)
        path.unlink() if before is None else path.write_bytes(before)

    commune = ("--new-commune", CODE)
    run = ("run", *commune, "--exports", life.folder / "in")
    attempt("no workbook", life.work / "no.xlsx", row, "review", "import", life.work / "no.xlsx", *commune)
    attempt(
        "no zip",
        life.work / "no.xlsx",
        b"PK\x03\x04" + row.encode(),
        *("review", "import"),
        life.work / "no.xlsx",
        *commune,
    )
    attempt(
        "torn workbook",
        life.work / "no.xlsx",
        _torn(life.work / "cases.xlsx", row),
        *("review", "import"),
        life.work / "no.xlsx",
        *commune,
    )
    attempt("no decisions", life.work / "no.jsonl", f"{row}\n", *("review", "replay"), life.work / "no.jsonl", *commune)
    wrong = json.dumps({"event": "decision", "kind": words[0], "record_ids": words})
    attempt(
        "wrong decisions", life.work / "no.jsonl", f"{wrong}\n", *("review", "replay"), life.work / "no.jsonl", *commune
    )
    reference = other / "reference"
    attempt(
        "aliases",
        reference / "header_aliases.csv",
        f"old_code,header,column\n10231,{words[0]},{words[0]}\n{row}\n",
        *run,
    )
    attempt(
        "rules", reference / "split_rules.csv", f"old_code,dataset,new_code\n{words[0]},{words[1]},{words[2]}\n", *run
    )
    (model,) = (other / "models").glob("citizens-*.json")
    attempt("model", model, json.dumps({"dataset": words[0], "classes": words, "priors": row}), *run)
    if every:
        attempt("uses", reference / "land_use_codes.csv", f"code,name_vi\n{row}\n", *run)
        attempt(
            "sheets",
            reference / "sheet_map.csv",
            f"old_commune_code,map_system,old_sheet_no,new_sheet_no\n{row}\n",
            *run,
        )
        attempt("limits", reference / "publication_limits.csv", f"new_code,limit,value\n{row}\n", *run)
    for log in sorted((other / "decisions").glob("*/*1.jsonl")):
        before = log.read_bytes()
        attempt(f"journal {log.parent.name}", log, before + row.encode() + b"\n{}\n", *("review", "list"), *commune)
    file = other / "published" / "trial" / f"{CODE}.duckdb"
    person = _one(file, "SELECT min(citizen_id) FROM citizens")
    for table in sorted((other / "ledger" / "citizens" / CODE).iterdir()):
        attempt(f"ledger {table.stem}", table, row, "resolve", person)
    damaged = bytearray(file.read_bytes())
    damaged[5000:] = row.encode() * 1000
    attempt("damaged", file, bytes(damaged), "verify", file)
    attempt(
        "damaged export",
        file,
        bytes(damaged),
        "export",
        "plan515",
        life.work / "none.xlsx",
        *commune,
        "--mode",
        "trial",
    )
    attempt("damaged history", file, bytes(damaged), "history", *commune)
    life.hopnhat("changed", "verify", _changed(file, other / "changed.duckdb"))
    life.hopnhat("nowhere", "run", "--new-commune", CODE, "--exports", life.folder / "none", data=other)


def _changed(file: Path, changed: Path) -> Path:
    """A copy of a warehouse in which every note says a name."""
    from pipelines.protection.keys import KeyRing
    from pipelines.warehouse.reading import attach, create, new_connection

    keys = KeyRing.from_environment()
    with new_connection(changed) as connection:
        attach(connection, file, "warehouse", keys)
        create(connection, changed, "changed", keys)
        connection.execute("COPY FROM DATABASE warehouse TO changed")
        connection.execute("UPDATE changed.citizens SET note = full_name")
    return changed


def _torn(workbook: Path, text: str) -> bytes:
    """The workbook with a sheet that is no XML."""
    torn = workbook.with_name("torn.xlsx")
    with zipfile.ZipFile(workbook) as whole, zipfile.ZipFile(torn, "w") as made:
        for name in whole.namelist():
            made.writestr(name, f"<row>{text}" if name == "xl/worksheets/sheet2.xml" else whole.read(name))
    content = torn.read_bytes()
    torn.unlink()
    return content


def _rows(exports: Path, most: int) -> list[str]:
    (path,) = exports.glob("10231-*/dan.csv")
    return path.read_bytes().decode("utf-8", "replace").splitlines()[1 : 1 + most]


def _one(file: Path, query: str) -> str:
    from pipelines.warehouse.reading import open_warehouse

    with open_warehouse(file) as connection:
        return connection.execute(query).fetchall()[0][0]


def main(folder: Path, *, every: bool) -> None:
    """Live, and write down how it went."""
    life = Life(folder)

    def note(event: str, arguments: tuple) -> None:
        if event in ASKS and not (
            event == "socket.connect" and getattr(arguments[0], "family", None) == socket.AF_UNIX
        ):
            life.asked.append(event)

    sys.addaudithook(note)
    published(life)
    decided(life)
    run_from_pages(life)
    handed_on(life)
    refused(life, every)
    ended(life)
    (folder / "life.json").write_text(json.dumps({"ended": life.ended, "asked": life.asked}, ensure_ascii=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]), every=len(sys.argv) > 2)
