"""The command `verify`: a published file re-checked, beside its exports or another file when these are given."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path

from assets.acting import on_record, tell
from expectations import RULES
from expectations.queries import ruleset
from pipelines.communes import MergerMap
from pipelines.ingest.sources import find_sources
from pipelines.warehouse import manifest as entries
from pipelines.warehouse.comparison import compare
from pipelines.warehouse.origins import THEN_AND_NOW, by_document, differences, on_one_line
from pipelines.warehouse.program import code_sha256
from pipelines.warehouse.verification import Verification, verify

_DONE, _DIFFERS = 0, 1
_MODES = {"trial": "chạy thử", "official": "chính thức"}
_SHOWN = 12


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `verify` to the command line."""
    command = commands.add_parser("verify", help="kiểm tra lại một kho đã công bố / re-check a warehouse")
    command.add_argument("file", type=Path, metavar="FILE.duckdb")
    command.add_argument(
        "--exports", type=Path, metavar="DIR", help="so với dữ liệu xuất trong thư mục này / compare with these exports"
    )
    command.add_argument(
        "--against", type=Path, metavar="OTHER.duckdb", help="so với một tệp khác / what differs from another file"
    )
    on_record(command, _verify, "verify", data_of=_data_folder)


def _data_folder(options: argparse.Namespace) -> Path | None:
    """The data folder in which the file is a published warehouse or a kept version; none when it lies elsewhere."""
    modes = (folder for folder in options.file.absolute().parents if folder.name in _MODES)
    return next((mode.parent.parent for mode in modes if mode.parent.name == "published"), None)


def _verify(options: argparse.Namespace) -> int:
    """Each difference is one line on the error output; what the file is stands on the output, in either case."""
    rules = ruleset(RULES)
    found = verify(options.file, rules)
    told = list(found.differences)
    if options.exports and found.manifest:
        told += _against_exports(found.manifest, options.exports)
    if options.against:
        other = verify(options.against, rules)
        told += [f"Tệp thứ hai: {difference}" for difference in other.differences]
        told += compare(options.file, options.against) if found.rechecked and other.rechecked else []
    stated = found.manifest
    tell(options, commune=stated.get("commune_code", ""), mode=stated.get("mode", ""), differences=len(told))
    for difference in told:
        print(f"hopnhat: {difference}", file=sys.stderr)
    if not told:
        print(f"«{options.file}» đúng với bản kê khai của nó. (The file is what its manifest says.)")
        if options.exports:
            print(f"Dữ liệu xuất trong «{options.exports}» đúng như khi công bố.")
        if options.against:
            print(f"«{options.against}» cũng đúng, và nói như tệp thứ nhất.")
    for name, value in _facts(found, rules.sha256):
        print(f"{name:<16} {value}")
    return _DIFFERS if told else _DONE


def _against_exports(manifest: Mapping[str, str], exports: Path) -> list[str]:
    """Which inputs are no longer what the file was made from."""
    sources, _ = find_sources(exports, MergerMap.shipped().new_commune(manifest.get("commune_code", "")))
    now = {f"{entries.INPUT}{source.name}": source.sha256 for source in sources}
    return [f"Dữ liệu xuất: {clause}." for clause in differences(by_document(manifest, now), now, THEN_AND_NOW)]


def _facts(found: Verification, rules_sha256: str) -> list[tuple[str, str]]:
    """What the file says it is and by what it was judged, to be laid beside the signed hand-over statement."""
    stated = {key: on_one_line(value) for key, value in found.manifest.items()}
    if not stated:
        return [("SHA-256 của tệp:", found.sha256)]
    mode = _MODES.get(stated.get("mode", ""), "không rõ chế độ")
    packages = stated.get(entries.PACKAGES, "").count("==")
    by = "đúng chương trình này" if stated.get(entries.CODE) == code_sha256() else "khác chương trình đang kiểm tra"
    facts = [
        ("Kho dữ liệu:", f"{stated.get('commune_name', '')} ({stated.get('commune_code', '')}), {mode}"),
        ("Lần chạy:", f"{stated.get('run_id', '')}, {stated.get('started_at', '')}"),
        (
            "Chương trình:",
            f"hopnhat {stated.get('code_version', '')}, mã nguồn {stated.get(entries.CODE, '')[:_SHOWN]} ({by}), "
            f"{packages} gói",
        ),
    ]
    if found.rechecked:
        same = "như khi công bố" if stated.get(entries.RULES) == rules_sha256 else "khác bộ quy tắc khi công bố"
        facts.append(
            (
                "Quy tắc:",
                f"kiểm tra lại {found.rechecked.judged}, không kiểm tra lại được chỉ từ tệp {found.rechecked.left_out} "
                f"({same})",
            )
        )
    return [
        *facts,
        ("Mã băm nội dung:", _logical_hash(found.logical_hash, stated.get(entries.LOGICAL_HASH, ""))),
        ("SHA-256 của tệp:", found.sha256),
    ]


def _logical_hash(found: str, stated: str) -> str:
    """The hash of what is in the file: it, not what the manifest says, is to be laid beside the statement."""
    if not found:
        return "không tính được"
    return found if found == stated else f"{found} (bản kê khai ghi {stated})"
