"""Profiles by name, and files in the forms of old offices, which the reader of exports understands."""

from pathlib import Path

import polars as pl
import pytest
from pydantic import ValidationError

from pipelines.communes import MergerMap, NewCommune
from pipelines.ingest import Exports, read_exports
from pipelines.synthetic import (
    PROFILES,
    OldCommune,
    SampleSettings,
    citizen_register,
    dirt_kinds,
    profile,
    write_sample,
)
from pipelines.synthetic.columns import CITIZEN_COLUMNS, PARCEL_COLUMNS
from pipelines.synthetic.encodings import LEGACY, encoded
from pipelines.synthetic.names_typed import OWN_NAME
from pipelines.synthetic.settings import ENCODINGS, file_forms
from pipelines.vietnamese.spelling import clean

PLAIN = SampleSettings()
# The new commune made of the most old ones, so that many files of different forms are read.
NEW_COMMUNE = "10210"


@pytest.fixture(scope="module")
def commune() -> NewCommune:
    return MergerMap.shipped().new_commune(NEW_COMMUNE)


@pytest.fixture(scope="module")
def communes(commune: NewCommune) -> list[OldCommune]:
    return [OldCommune(old.code, old.name, old.kind, old.district, old.province) for old in commune.old_communes]


def written(out: Path, communes: list[OldCommune], settings: SampleSettings, seed: int = 6) -> Path:
    write_sample(out, communes, people=900, parcels=250, seed=seed, settings=settings)
    return out / "exports"


def without_name_errors(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows whose names no error touched."""
    own = "|".join(kind.name for kind in OWN_NAME)
    return rows.filter(~pl.col("errors_plain").fill_null("").str.contains(rf"(^|\+)({own})\b"))


def truth(exports: Path, dataset: str = "citizens") -> pl.DataFrame:
    return pl.read_csv(exports.parent / "truth" / f"{dataset}.csv", schema_overrides={"source_row": pl.Int64})


@pytest.fixture(scope="module")
def plain(communes: list[OldCommune], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("plain"), communes[:2], PLAIN)


def compared(exports: Exports, read: Path, plain: Path, columns: tuple[str, ...], dataset: str) -> pl.DataFrame:
    """The rows read, beside what a plain file holds of them, by the numbers that the truth gives them."""
    rows = (exports.citizens if dataset == "citizens" else exports.parcels).join(
        truth(read, dataset), on=["source_file", "source_row"], validate="1:1"
    )
    name = "cong_dan.csv" if dataset == "citizens" else "thua_dat.csv"
    tables = [
        pl.read_csv(path, infer_schema=False)
        .with_row_index("source_row", offset=1)
        .with_columns(pl.col("source_row").cast(pl.Int64), pl.lit(f"{path.parent.name}/{name}").alias("source_file"))
        for path in sorted(plain.glob(f"*/{name}"))
    ]
    both = rows.join(pl.concat(tables), on=["source_file", "source_row"], suffix="_plain", validate="1:1")
    assert len(both) == len(rows) == sum(map(len, tables))
    own = truth(plain, dataset).select("source_file", "source_row", errors_plain="errors")
    both = both.join(own, on=["source_file", "source_row"], validate="1:1")
    return both.with_columns(clean(pl.col(f"{column}{end}")) for column in columns for end in ("", "_plain"))


def same(rows: pl.DataFrame, column: str) -> pl.Series:
    """Whether the cells agree; letters without case, as TCVN3 has no toned capitals."""
    return rows.select(
        pl.col(column).str.to_lowercase().eq_missing(pl.col(f"{column}_plain").str.to_lowercase())
    ).to_series()


@pytest.mark.parametrize("form", file_forms())
def test_each_form_is_read_without_loss(
    form: str, commune: NewCommune, communes: list[OldCommune], plain: Path, tmp_path: Path
) -> None:
    read = written(tmp_path, communes[:2], PLAIN.model_copy(update={form: 1.0}))
    files = [sorted(folder.glob("*/*.csv")) for folder in (read, plain)]
    of_people = form in {"household_on_first_row", "years_by_sex"}
    assert all(
        one.read_bytes() != other.read_bytes()
        for one, other in zip(*files, strict=True)
        if one.name == "cong_dan.csv" or not of_people
    )
    exports = read_exports(read, commune)
    assert exports.quarantine.is_empty()
    people = compared(exports, read, plain, CITIZEN_COLUMNS, "citizens")
    if form in LEGACY:  # which has no letters that merely look alike, so that the truth does not speak of them
        assert not people["errors"].fill_null("").str.contains("confusable|invisible").any()
    of_household = {"so_ho_khau", "ho_ten_chu_ho", "noi_thuong_tru", "thon"}
    of_sex = {"gioi_tinh"} if form == "years_by_sex" else set()
    sound = without_name_errors(people)
    assert same(sound, "ho_ten").all() and same(people, "so_dinh_danh").all()
    for column in set(CITIZEN_COLUMNS) - (of_household if form == "household_on_first_row" else of_sex):
        # The letters of other errors may be read as those of an old encoding; that is the reader's to judge.
        assert same(sound, column).mean() > 0.99, column  # type: ignore[operator]
    land = compared(exports, read, plain, PARCEL_COLUMNS, "parcels")
    for column in ("so_to", "so_thua", "so_gcn", "dien_tich"):
        assert same(land, column).all()


def test_a_household_that_is_named_once_is_carried_down(
    commune: NewCommune, communes: list[OldCommune], plain: Path, tmp_path: Path
) -> None:
    read = written(tmp_path, communes[:2], PLAIN.model_copy(update={"household_on_first_row": 1.0}))
    rows = compared(read_exports(read, commune), read, plain, CITIZEN_COLUMNS, "citizens")
    assert same(rows, "so_ho_khau").mean() > 0.9  # type: ignore[operator]
    first = pl.read_csv(next(iter(sorted(read.glob("*/cong_dan.csv")))), infer_schema=False)
    assert first["so_ho_khau"].null_count() > len(first) / 2


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_old_offices_are_read_and_every_row_is_where_the_truth_says(
    seed: int, commune: NewCommune, communes: list[OldCommune], tmp_path: Path
) -> None:
    plain = written(tmp_path / "plain", communes, PLAIN, seed)
    read = written(tmp_path / "old", communes, profile("old_offices"), seed)
    exports = read_exports(read, commune)
    assert exports.quarantine.is_empty()
    assert len(exports.citizens) == len(truth(read)) and len(exports.parcels) == len(truth(read, "parcels"))
    rows = compared(exports, read, plain, CITIZEN_COLUMNS, "citizens")
    sound = without_name_errors(rows)
    assert len(sound) > 800 and same(sound, "ho_ten").all()


def test_forms_are_drawn_by_their_rates(communes: list[OldCommune], tmp_path: Path) -> None:
    many = [OldCommune(f"{n:05}", f"Tân {n}", "xã", "huyện A", "tỉnh B") for n in range(1, 200)]
    write_sample(tmp_path, many, people=400, parcels=0, seed=1, settings=profile("old_offices"))
    starts = [path.read_bytes() for path in (tmp_path / "exports").glob("*/cong_dan.csv")]
    assert sum(start.startswith(b"\xff\xfe") for start in starts) / 199 == pytest.approx(0.09, abs=0.07)
    assert sum(start.startswith(b"\xef\xbb\xbf") for start in starts) / 199 == pytest.approx(0.09, abs=0.07)
    assert all(getattr(profile("old_offices"), form) > 0 and getattr(PLAIN, form) == 0 for form in file_forms())


def test_an_encoding_holds_every_vietnamese_letter() -> None:
    text = "Đỗ Thị Thủy ở Ứng Hòa, Ửng, Ỷ, ĂẮẰẲẴẶ ăắằẳẵặ ươ"
    for encoding in ENCODINGS:
        assert encoded(text, encoding)
    assert encoded("Nguyễn Văn Hùng", "tcvn3") == "NguyÔn V¨n Hïng".encode("cp1252")
    assert encoded("Nguyễn Trần", "vni") == "Nguyeãn Traàn".encode("cp1252")
    assert encoded("Trần", "windows_1258").decode("cp1258") == "Trâ\u0300n"


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("no_numbers", ["so_dinh_danh", "so_cmnd"]),
        ("no_household_numbers", ["so_ho_khau"]),
        ("no_parents", ["ho_ten_cha", "ho_ten_me"]),
        ("no_addresses", ["noi_thuong_tru", "thon"]),
    ],
)
def test_a_profile_without_columns_leaves_them_empty(name: str, columns: list[str], communes: list[OldCommune]) -> None:
    whole, lacking = (citizen_register(communes, 3000, 3, settings) for settings in (PLAIN, profile(name)))
    assert set(lacking.select(pl.col(columns).null_count()).row(0)) == {len(lacking)}
    others = [column for column in CITIZEN_COLUMNS if column not in columns]
    assert lacking.select(others).equals(whole.select(others), null_equal=True)
    # No error is told of what nobody can see.
    shown = pl.any_horizontal(pl.col(column).is_not_null() for column in columns)
    assert lacking["errors"].count() < whole["errors"].count() and not lacking.select(shown.any()).item()


def test_profiles_have_names() -> None:
    named = {"default", "clean", "half_again", "doubled", "old_offices", "no_numbers", "no_household_numbers"}
    assert set(PROFILES) == named | {"no_parents", "no_addresses"} | {f"without_{kind}" for kind in dirt_kinds()}
    assert profile("default") == PLAIN
    assert profile("half_again").name_slip == pytest.approx(1.5 * PLAIN.name_slip)
    assert len(dirt_kinds()) > 60
    with pytest.raises(ValueError, match=r"no profile «dirty»; there are: default, clean"):
        profile("dirty")


def test_a_clean_register_has_its_copies_and_no_error(communes: list[OldCommune]) -> None:
    rows = citizen_register(communes, 3000, 3, profile("clean"))
    assert rows["errors"].null_count() == len(rows) > 3200
    assert {"mover", "double"} < set(rows["copy_kind"]) and rows["special"].count() > 50


def test_settings_that_cannot_be_are_refused() -> None:
    for wrong in (
        {"movers": 0.9, "doubles": 0.2},
        {"tcvn3": 0.7, "vni": 0.7},
        {"tabs": 0.6, "semicolons": 0.6},
        {"empty_columns": ("ho",)},
        {"name_slip": 1.5},
        {"soap": 0.1},
    ):
        with pytest.raises(ValidationError):
            SampleSettings(**wrong)
    with pytest.raises(ValidationError):
        PLAIN.movers = 0.5
