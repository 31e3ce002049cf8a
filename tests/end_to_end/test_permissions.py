"""What any command makes is for its owner alone, whatever the umask was before it."""

import stat
from pathlib import Path


def shared(folder: Path, *but: str) -> list[str]:
    """What below a folder others than its owner may touch."""
    return [
        f"{stat.filemode(path.lstat().st_mode)} {path.relative_to(folder)}"
        for path in sorted(folder.rglob("*"))
        if path.relative_to(folder).parts[0] not in but and stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]


def test_everything_in_the_data_folder_is_for_its_owner_alone(lived):
    made = {path.relative_to(lived.data).parts[0] for path in lived.data.rglob("*")}
    assert made >= {"activity", "dagster", "decisions", "ledger", "locks", "models", "published", "reports"}
    assert not stat.S_IMODE(lived.data.stat().st_mode) & 0o077
    assert shared(lived.data) == []


def test_workbooks_and_files_for_others_are_too(lived):
    by_the_test = {"answered.xlsx", "unclear.xlsx", "looked_at.xlsx", "looked_at_again.xlsx"}
    made = {path.name for path in lived.work.iterdir()} - by_the_test
    assert made >= {"cases.xlsx", "sample.xlsx", "decisions.jsonl", "plan515.csv", "masked.xlsx", "invented"}
    assert shared(lived.work, *by_the_test) == []
