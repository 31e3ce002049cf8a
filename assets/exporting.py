"""`hopnhat export …`: files for others, from what is published."""

import argparse
from pathlib import Path

from assets.acting import on_record, tell, tell_version
from assets.options import add_commune, add_mode, published_warehouse
from pipelines.exports import KINDS, write_export

_DONE = 0
_WORDS = {
    "plan515": "thửa đất và người sử dụng theo Kế hoạch 515 / parcels and users in Plan 515's order",
    "masked": "công dân đã che một phần, để kiểm tra tại thôn / people, hidden in part, for a check in the hamlet",
    "sheet-map": "Bảng 01, số tờ bản đồ cũ và mới / old and new map sheets",
}


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `export` with one command for each kind of file."""
    export = commands.add_parser("export", help="xuất tệp cho nơi khác / files for others")
    kinds = export.add_subparsers(required=True, metavar="WHAT")
    for kind in KINDS:
        command = kinds.add_parser(kind, help=_WORDS[kind])
        add_commune(command)
        add_mode(command)
        command.add_argument("out", type=Path, metavar="OUT", help="tệp mới, .xlsx hoặc .csv / a new file")
        command.set_defaults(kind=kind)
        on_record(command, _export, "export", takes_away=True)


def _export(options: argparse.Namespace) -> int:
    warehouse = published_warehouse(options, options.mode)
    document = write_export(options.kind, warehouse, options.out)
    tell_version(options, warehouse)
    tell(options, kind=options.kind, rows=document.main.rows.height)
    print(f"Đã ghi {document.main.rows.height} dòng vào «{options.out}».")
    print(document.notice)
    return _DONE
