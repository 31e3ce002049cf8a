"""Files made to harm: refused by a cap or kept apart, never followed, never a crash."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from pipelines.communes import MergerMap
from pipelines.ingest import Exports, read_exports
from pipelines.ingest.containers import open_documents

GOOD = "ho_ten,ngay_sinh\nNguyễn Văn A,17/05/1990\n".encode()


def read(folder: Path, files: dict[str, bytes]) -> Exports:
    for name, content in {"good.csv": GOOD, **files}.items():
        (folder / "10231").mkdir(exist_ok=True)
        (folder / "10231" / name).write_bytes(content)
    return read_exports(folder, MergerMap.shipped().new_commune("10231"))


@pytest.mark.parametrize("name", ["bomb.csv.gz", "bomb.zip", "bomb.xlsx", "bomb.csv.gz.zip"])
def test_a_file_that_grows_beyond_measure_is_refused_by_name(tmp_path: Path, name: str) -> None:
    huge = b"0" * 200_000_000
    buffer = io.BytesIO()
    if name == "bomb.csv.gz":
        buffer.write(gzip.compress(huge))
    else:
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv.gz" if ".gz" in name else "a.csv", gzip.compress(huge) if ".gz" in name else huge)
    (tmp_path / name).write_bytes(buffer.getvalue())
    documents, refused = open_documents(tmp_path / name, name)
    assert documents == []
    assert len(refused) == 1 and refused[0].name.startswith(name)
    assert "lớn bất thường" in refused[0].why


def test_no_path_from_an_archive_is_trusted_and_equal_names_stay_two(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("../../x.csv", b"1")
        archive.writestr("x.csv", b"2")
    documents, _ = open_documents(tmp_path / "a.zip", "a.zip")
    assert sorted(one.name for one in documents) == ["a.zip/x.csv", "a.zip/x.csv (2)"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


def test_names_are_no_patterns_and_links_are_not_followed(tmp_path: Path) -> None:
    exports = tmp_path / "exports"
    (exports / "10231").mkdir(parents=True)
    (tmp_path / "outside.csv").write_bytes(GOOD.replace(b"A,", b"Z,"))
    (exports / "10231" / "link.csv").symlink_to(tmp_path / "outside.csv")
    names = ["a[1].csv", "b*.csv", "c\nd.csv", "c\td.csv"]
    found = read(exports, {name: GOOD.replace(b"1990", b"19%d1" % at) for at, name in enumerate(names)})
    assert found.citizens.height == 5
    assert "Nguyễn Văn Z" not in found.citizens["ho_ten"]
    assert found.files["source_file"].n_unique() == 5
    assert not any("\n" in name for name in found.files["source_file"])


def test_a_million_columns_a_huge_field_and_junk_cost_only_themselves(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "wide.csv": b",".join([b"x"] * 1_000_000) + b"\n1\n",
            "long.csv": GOOD + b"B," + b"y" * 5_000_000 + b"\nC,1990\n",
            "junk.csv": bytes(range(256)) * 100,
        },
    )
    assert sorted(found.citizens["ho_ten"]) == ["C", "Nguyễn Văn A", "Nguyễn Văn A"]
    assert "line_too_long" in found.quarantine["reason_code"]
    for file in found.files.iter_rows(named=True):
        parts = ("title_lines", "header_lines", "blank_lines", "total_lines", "record_lines")
        assert file["physical_lines"] == sum(file[part] for part in parts)
