"""Options that several commands have in common."""

import argparse
import os
from pathlib import Path


def add_data(parser: argparse.ArgumentParser) -> None:
    """`--data DIR`; by default HOPNHAT_DATA, else `data`."""
    default = Path(os.environ.get("HOPNHAT_DATA", "data"))
    parser.add_argument("--data", type=Path, default=default, metavar="DIR", help="thư mục dữ liệu / the data folder")


def add_commune(parser: argparse.ArgumentParser) -> None:
    """`--new-commune CODE` and `--data DIR`."""
    parser.add_argument("--new-commune", required=True, metavar="CODE", help="mã xã mới")
    add_data(parser)
