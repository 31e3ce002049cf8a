"""Options that several commands have in common."""

import argparse
import os
from pathlib import Path

from pipelines.communes import MergerMap
from pipelines.problems import UnusableInput
from pipelines.reports import labels
from pipelines.warehouse.versions import MODES, Mode, newest_file


def add_data(parser: argparse.ArgumentParser) -> None:
    """`--data DIR`; by default HOPNHAT_DATA, else `data`."""
    default = Path(os.environ.get("HOPNHAT_DATA", "data"))
    parser.add_argument("--data", type=Path, default=default, metavar="DIR", help="thư mục dữ liệu / the data folder")


def add_commune(parser: argparse.ArgumentParser) -> None:
    """`--new-commune CODE` and `--data DIR`."""
    parser.add_argument("--new-commune", required=True, metavar="CODE", help="mã xã mới")
    add_data(parser)


def add_mode(parser: argparse.ArgumentParser) -> None:
    """`--mode`, for commands that read what is published."""
    parser.add_argument("--mode", choices=MODES, help="mặc định: bản công bố mới nhất / the newest by default")


def add_plaintext(parser: argparse.ArgumentParser) -> None:
    """`--plaintext`, for commands that publish officially; by default HOPNHAT_PLAINTEXT."""
    parser.add_argument(
        "--plaintext",
        action="store_true",
        default=plaintext_of_environment(),
        help="chấp nhận công bố chính thức không mã hóa / publish officially although nothing is encrypted",
    )


def plaintext_of_environment() -> bool:
    """Whether HOPNHAT_PLAINTEXT says that official publications may be plain."""
    return os.environ.get("HOPNHAT_PLAINTEXT", "") in {"1", "true", "yes"}


def new_commune_code(options: argparse.Namespace) -> str:
    """The code of `--new-commune`. Raises UnusableInput when no new commune has it."""
    return MergerMap.shipped().new_commune(options.new_commune).code


def published_warehouse(options: argparse.Namespace, mode: Mode | None = None) -> Path:
    """The warehouse that was published last, or that of a mode. Raises UnusableInput when there is none."""
    return warehouse_of(options.data, new_commune_code(options), mode)


def warehouse_of(data: Path, code: str, mode: Mode | None = None) -> Path:
    """The warehouse of a new commune that was published last, or that of a mode. Raises UnusableInput when there is
    none."""
    found = newest_file(data, code, [mode] if mode else MODES)
    if found is None:
        which = f"bản {labels.MODES[mode]}" if mode else "bản công bố"
        raise UnusableInput(
            f"Chưa có {which} nào của {code} trong «{data}»; hãy chạy hopnhat run trước.",
            f"Nothing has been published for {code} yet: run hopnhat run first.",
        )
    return found


def count(text: str) -> int:
    """A whole number that is not negative, as it stands on the command line."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("phải là số không âm / must not be negative")
    return int(text)


def share(text: str) -> float:
    """A share from 0 to 1, as it stands on the command line."""
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise argparse.ArgumentTypeError("phải là số từ 0 đến 1, ví dụ 0.3 / must be from 0 to 1")
    return share
