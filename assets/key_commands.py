"""`hopnhat key new` and `hopnhat key rotate`: a key for what is published, and another one in its place."""

import argparse
from pathlib import Path

from assets.acting import on_record, tell
from assets.holding import hold, say
from assets.options import add_data
from assets.publications import hide_names_on_pages
from pipelines.problems import UnusableInput
from pipelines.protection.keys import KEY_FILE, key_file, new_key, read_keys
from pipelines.protection.locking import ACROSS
from pipelines.reports.across_page import hide_names_across
from pipelines.warehouse.placing import place_text
from pipelines.warehouse.rekeying import across_under_newest_key, communes_with_files, under_newest_key

_DONE, _UNUSABLE = 0, 2


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `key` with its own commands."""
    key = commands.add_parser("key", help="khóa mã hóa kho dữ liệu / the key that encrypts what is published")
    kinds = key.add_subparsers(required=True, metavar="WHAT")
    new = kinds.add_parser("new", help="tạo tệp khóa mới / a new key file")
    new.add_argument("file", type=Path, metavar="FILE")
    new.set_defaults(command=_new)
    rotate = kinds.add_parser("rotate", help="thay khóa và mã hóa lại mọi tệp / another key, all files encrypted anew")
    add_data(rotate)
    on_record(rotate, _rotate, "key-rotate")


def _new(options: argparse.Namespace) -> int:
    path: Path = options.file
    if path.exists():
        raise UnusableInput(f"Tệp «{path}» đã có; hãy chọn tên khác.", f"{path} exists already.")
    if not path.parent.is_dir():
        raise UnusableInput(f"Không có thư mục «{path.parent}».", f"There is no folder {path.parent}.")
    place_text(path, f"{new_key()}\n")
    print(f"Đã tạo khóa trong «{path}». Từ nay đặt biến {KEY_FILE}={path.resolve()} cho mọi lệnh và cho Dagster.")
    print("Cất một bản ở nơi khác, không cùng chỗ với dữ liệu: mất khóa là mất dữ liệu đã mã hóa. (Keep a copy apart.)")
    return _DONE


def _rotate(options: argparse.Namespace) -> int:
    path = key_file()
    if path is None:
        raise UnusableInput(
            f"Chưa đặt biến {KEY_FILE}; tạo khóa bằng lệnh hopnhat key new.",
            f"{KEY_FILE} is not set: make a key by hopnhat key new.",
        )
    path = path.resolve()  # the file itself, where a link names it
    keys = read_keys(path)
    codes = communes_with_files(options.data)
    if not codes:  # most likely another folder than was meant, whose files only this key opens
        raise UnusableInput(
            f"Thư mục «{options.data}» không có xã nào để mã hóa lại; khóa giữ nguyên. Hãy xem lại --data.",
            f"Nothing is kept in {options.data}; the key stays.",
        )
    if len(keys) == 1:  # more than one: a rotation that was interrupted, or one that somebody prepared by hand
        keys = (new_key(), *keys)
        place_text(path, "".join(f"{key}\n" for key in keys))
    written, problems = 0, []
    for code in codes:
        try:
            with hold(options.data, code, "hopnhat key rotate"):
                written += under_newest_key(options.data, code)
                hide_names_on_pages(options.data, code)
        except UnusableInput as problem:
            problems.append(str(problem))
    try:
        with hold(options.data, ACROSS, "hopnhat key rotate"):
            written += across_under_newest_key(options.data)
            hide_names_across(options.data)
    except UnusableInput as problem:
        problems.append(str(problem))
    tell(options, files=written)
    for sentence in problems:
        say(sentence)
    if problems:
        say(
            f"Đã mã hóa lại {written} tệp, còn {len(problems)} xã chưa xong nên khóa cũ vẫn nằm trong «{path}»; "
            "sửa xong hãy chạy lại. (Not finished; the older key is kept.)"
        )
        return _UNUSABLE
    retired = _retire(path, keys)
    print(f"Đã mã hóa lại {written} tệp bằng khóa mới; «{path}» chỉ còn khóa mới. Cất một bản ở nơi khác.")
    print(
        f"Khóa cũ nằm trong «{retired}»: bản sao lưu cũ, và thư mục dữ liệu khác dùng chung khóa, vẫn cần khóa đó. "
        "(Older backups, and other data folders under this key, still need the older one.)"
    )
    return _DONE


def _retire(path: Path, keys: tuple[str, ...]) -> Path:
    """Let the key file hold the newest key alone; returns the file beside it to which the others went.

    None is thrown away: what was not in the data folder, as a backup, is lost without its key.
    """
    retired = path.with_name(f"{path.name}.retired")
    before = read_keys(retired) if retired.exists() else ()
    place_text(retired, "".join(f"{key}\n" for key in dict.fromkeys((*keys[1:], *before))))
    place_text(path, f"{keys[0]}\n")
    return retired
