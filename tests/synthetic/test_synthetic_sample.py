"""The synthetic exports are what they claim to be: repeatable, well-formed, and told truly row by row."""

import tempfile
import unicodedata
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.synthetic import OldCommune, SampleSettings, citizen_register, profile, write_sample
from pipelines.synthetic.columns import CITIZEN_COLUMNS, PARCEL_COLUMNS, REGISTER_TRUTH
from pipelines.synthetic.names import FEMALE, GIVEN, MALE, SURNAMES

COMMUNES = [
    OldCommune(code, name, "xã", "huyện Thường Tín", "thành phố Hà Nội")
    for code, name in [
        ("10231", "Nguyễn Trãi"),
        ("10234", "Quất Động"),
        ("10240", "Tân Minh"),
        ("10249", "Dũng Tiến"),
    ]
]
FLAWLESS = profile("clean")
FILES = {"citizens": "cong_dan.csv", "parcels": "thua_dat.csv"}


def read(out_dir: Path, dataset: str) -> pl.DataFrame:
    """Rows of all exports of a dataset beside their truth; every truth row finds its row and the reverse."""
    files = sorted((out_dir / "exports").glob(f"*/{FILES[dataset]}"))
    tables = [
        pl.read_csv(path, infer_schema=False)
        .with_row_index("source_row", offset=1)
        .with_columns(
            pl.col("source_row").cast(pl.String),
            source_file=pl.lit(path.relative_to(out_dir / "exports").as_posix()),
        )
        for path in files
    ]
    rows = pl.concat(tables)
    truth = pl.read_csv(out_dir / f"truth/{dataset}.csv", infer_schema=False)
    joined = truth.join(rows, ["source_file", "source_row"], validate="1:1")
    assert len(joined) == len(truth) == len(rows)
    return joined


def number_of_parcels(books: pl.DataFrame) -> int:
    """Those of today: former and later parcels on the same land come on top."""
    return books.filter(pl.col("copy_kind") != "remeasured")["true_parcel_id"].n_unique()


def contents(out_dir: Path) -> dict[str, bytes]:
    return {path.relative_to(out_dir).as_posix(): path.read_bytes() for path in out_dir.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out_dir = tmp_path_factory.mktemp("sample")
    write_sample(out_dir, COMMUNES, people=4000, parcels=3000, seed=11)
    return out_dir


@pytest.fixture(scope="module")
def flawless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out_dir = tmp_path_factory.mktemp("flawless")
    write_sample(out_dir, COMMUNES, people=6000, parcels=0, seed=5, settings=FLAWLESS)
    return out_dir


def test_equal_arguments_give_equal_bytes(sample: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, COMMUNES, people=4000, parcels=3000, seed=11)
    assert contents(tmp_path) == contents(sample)


def test_another_seed_gives_other_people(sample: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, COMMUNES, people=4000, parcels=3000, seed=12)
    numbers = [set(read(path, "citizens")["so_dinh_danh"].drop_nulls()) for path in (sample, tmp_path)]
    assert len(numbers[0] & numbers[1]) < 10


def test_the_land_does_not_change_the_people(sample: Path, tmp_path: Path) -> None:
    write_sample(tmp_path, COMMUNES, people=4000, parcels=10, seed=11)
    people = {name: data for name, data in contents(sample).items() if name.endswith(("cong_dan.csv", "citizens.csv"))}
    assert people.items() <= contents(tmp_path).items()


def test_headers_are_the_canonical_ones_in_their_order(sample: Path) -> None:
    for path in (sample / "exports").rglob("*.csv"):
        header = path.read_bytes().split(b"\n", 1)[0].decode().split(",")
        assert header == list(CITIZEN_COLUMNS if path.name == "cong_dan.csv" else PARCEL_COLUMNS)
    folders = {path.name for path in (sample / "exports").iterdir()}
    assert folders == {"10231-nguyen-trai", "10234-quat-dong", "10240-tan-minh", "10249-dung-tien"}


def test_the_truth_counts_the_people_and_parcels_asked_for(sample: Path) -> None:
    citizens, parcels = read(sample, "citizens"), read(sample, "parcels")
    assert citizens["person_id"].n_unique() == 4000 < len(citizens)
    # On the same land there are parcels of other surveys, which are not counted.
    of_today = parcels.filter(pl.col("copy_kind") != "remeasured")
    assert of_today["true_parcel_id"].n_unique() == 3000 < len(of_today) < len(parcels)
    for truth, key in ((citizens, "person_id"), (parcels, "true_parcel_id")):
        assert truth.filter(pl.col("copy_kind") == "original")[key].is_unique().all()
    assert set(citizens["copy_kind"]) == {"original", "mover", "double"}
    assert set(parcels["copy_kind"]) == {"original", "double", "boundary", "resurvey", "remeasured"}


def test_the_summary_counts_what_was_written(tmp_path: Path) -> None:
    summary = write_sample(tmp_path, COMMUNES, people=900, parcels=800, seed=3)
    citizens, parcels = read(tmp_path, "citizens"), read(tmp_path, "parcels")
    kinds = Counter(citizens["copy_kind"]) + Counter(parcels["copy_kind"].replace("double", "parcel double"))
    assert (summary.citizen_rows, summary.parcel_rows) == (len(citizens), len(parcels))
    assert (summary.movers, summary.citizen_doubles) == (kinds["mover"], kinds["double"])
    assert (summary.boundary_parcels, summary.parcel_doubles) == (kinds["boundary"], kinds["parcel double"])
    assert summary.surveyed_again == kinds["resurvey"] + kinds["remeasured"]
    assert summary.rows_with_errors == citizens["errors"].count()


def test_surnames_follow_the_table(tmp_path: Path) -> None:
    # Villages are not tilted here, so the shares of the whole sample must be those of the table.
    even = FLAWLESS.model_copy(update={"surname_concentration": 1e6})
    write_sample(tmp_path, COMMUNES, people=30_000, parcels=0, seed=2, settings=even)
    people = read(tmp_path, "citizens").filter(pl.col("copy_kind") == "original")
    counts = Counter(people["ho_ten"].str.split(" ").list.first())
    assert sum(SURNAMES.values()) == pytest.approx(1)
    published = {"Nguyễn": 0.315, "Trần": 0.109, "Lê": 0.089, "Phạm": 0.059, "Bùi": 0.021, "Đặng": 0.019}
    assert published.items() <= SURNAMES.items()
    assert set(counts) <= set(SURNAMES)
    for surname, share in SURNAMES.items():
        # Families share a surname, so the spread is about twice that of independent draws.
        assert counts[surname] / 30_000 == pytest.approx(share, abs=0.001 + 0.02 * share**0.5), surname


def test_villages_have_surnames_of_their_own(flawless: Path) -> None:
    people = read(flawless, "citizens").with_columns(surname=pl.col("ho_ten").str.split(" ").list.first())
    shares = people.group_by("source_file").agg((pl.col("surname") == "Nguyễn").mean())["surname"]
    assert float(shares.max()) - float(shares.min()) > 0.03  # type: ignore[arg-type]


def test_personal_numbers_tell_sex_and_year_and_are_unique(flawless: Path) -> None:
    people = read(flawless, "citizens").filter(pl.col("copy_kind") == "original")
    assert people["errors"].null_count() == len(people)
    numbered = people.drop_nulls("so_dinh_danh")
    number, year = pl.col("so_dinh_danh"), pl.col("ngay_sinh").str.slice(6)
    century_and_sex = (year.cast(int) >= 2000).cast(int) * 2 + (pl.col("gioi_tinh") == "Nữ").cast(int)
    assert numbered["so_dinh_danh"].is_unique().all()
    assert numbered.select(number.str.contains(r"^0[0-9]{11}$").all()).item()
    assert numbered.select(number.str.slice(0, 3).cast(int).is_between(1, 96).all()).item()
    assert numbered.select((number.str.slice(3, 1).cast(int) == century_and_sex).all()).item()
    assert numbered.select((number.str.slice(4, 2) == year.str.slice(2)).all()).item()
    held_and_recorded = SampleSettings().personal_number * SampleSettings().numbers_recorded
    assert len(numbered) / len(people) == pytest.approx(held_and_recorded, abs=0.02)

    old = people["so_cmnd"].drop_nulls()
    assert old.is_unique().all()
    assert old.str.contains(r"^(01|11)[0-9]{7}$").all()
    assert people.filter(pl.col("so_cmnd").is_not_null()).select((year.cast(int) < 2005).all()).item()


def test_every_given_name_is_composed_vietnamese() -> None:
    letters = set("abcdeghiklmnopqrstuvxyđ")
    for name in (*SURNAMES, *(name for names in GIVEN.values() for name in names)):
        assert unicodedata.is_normalized("NFC", name) and name.istitle(), name
        bare = {c for c in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(c)}
        assert bare <= letters, name
    for sex in (MALE, FEMALE):
        assert len({name for (of, _), names in GIVEN.items() if of == sex for name in names}) >= 120


def test_children_bear_the_fathers_name_of_their_household(flawless: Path) -> None:
    people = read(flawless, "citizens").filter(pl.col("copy_kind") == "original")
    children = people.filter(pl.col("quan_he_chu_ho").is_in(["Con", "Con trai", "Con gái"]))
    first = [pl.col(name).str.split(" ").list.first() for name in ("ho_ten", "ho_ten_cha")]
    assert children.select((first[0] == first[1]).all()).item()
    head = pl.col("ho_ten_chu_ho")
    assert children.select(((head == pl.col("ho_ten_cha")) | (head == pl.col("ho_ten_me"))).all()).item()


def test_households_stand_together_head_first(flawless: Path) -> None:
    people = read(flawless, "citizens").filter(pl.col("copy_kind") == "original")
    households = people.group_by("source_file", "so_ho_khau", maintain_order=True).agg(
        pl.col("quan_he_chu_ho").first(), heads=(pl.col("quan_he_chu_ho") == "Chủ hộ").sum()
    )
    assert set(households["quan_he_chu_ho"]) == {"Chủ hộ"} and set(households["heads"]) == {1}
    runs = people.select(pl.struct("source_file", "so_ho_khau").rle()).height
    assert runs == len(households)


def test_movers_stand_in_two_communes_with_another_household_and_date(flawless: Path) -> None:
    rows = read(flawless, "citizens")
    pairs = rows.filter(pl.col("copy_kind") == "mover").join(rows, "person_id", suffix="_2")
    pairs = pairs.filter(pl.col("copy_kind_2") == "original")
    assert len(pairs) == len(rows.filter(pl.col("copy_kind") == "mover")) > 0
    pairs = pairs.filter(pl.col("special").fill_null("") != "in_law")
    for column in ("source_file", "so_ho_khau", "noi_thuong_tru", "ngay_cap_nhat"):
        assert (pairs[column] != pairs[f"{column}_2"]).all(), column
    assert (pairs["ho_ten"] == pairs["ho_ten_2"]).all() and (pairs["ngay_sinh"] == pairs["ngay_sinh_2"]).all()


def test_doubles_stand_twice_in_one_commune(sample: Path) -> None:
    rows = read(sample, "citizens")
    doubles = rows.filter(pl.col("copy_kind") == "double").join(rows, "person_id", suffix="_2")
    doubles = doubles.filter(pl.col("copy_kind_2") == "original")
    assert len(doubles) > 0 and (doubles["source_file"] == doubles["source_file_2"]).all()


def test_an_error_is_told_where_and_only_where_it_was_made(sample: Path, tmp_path: Path) -> None:
    # The same seed without errors shows what each row was before.
    write_sample(tmp_path, COMMUNES, people=4000, parcels=0, seed=11, settings=FLAWLESS)
    keys = ["source_file", "source_row", "person_id"]
    rows = read(sample, "citizens").join(read(tmp_path, "citizens"), keys, suffix="_true")
    assert len(rows) == len(read(sample, "citizens"))
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_true")) for name in CITIZEN_COLUMNS)
    assert rows.select((differs == pl.col("errors").is_not_null()).all()).item()
    struck = rows.with_columns(struck=pl.col("errors").is_not_null(), copy=pl.col("copy_kind") != "original")
    rates = dict(struck.group_by("copy").agg(pl.col("struck").mean()).iter_rows())
    assert rates[True] > 1.5 * rates[False]


def test_the_register_in_memory_is_that_of_the_files(sample: Path) -> None:
    register = citizen_register(COMMUNES, people=4000, seed=11)
    files = read(sample, "citizens").with_columns(old_commune_code=pl.col("source_file").str.slice(0, 5))
    assert register.columns == ["old_commune_code", *CITIZEN_COLUMNS, *REGISTER_TRUTH]
    # An empty cell and a missing one are the same in a file.
    assert register.equals(files.select(register.columns).with_columns(pl.col("errors", "special")), null_equal=True)


@pytest.mark.parametrize(("people", "parcels"), [(0, 0), (0, 40), (40, 0), (1, 1)])
def test_an_empty_register_or_book_is_a_header_alone(tmp_path: Path, people: int, parcels: int) -> None:
    write_sample(tmp_path, COMMUNES, people=people, parcels=parcels, seed=1)
    assert read(tmp_path, "citizens")["person_id"].n_unique() == people
    assert number_of_parcels(read(tmp_path, "parcels")) == parcels
    empty = tmp_path / "exports/10249-dung-tien/cong_dan.csv"
    assert (empty.read_text(encoding="utf-8") == ",".join(CITIZEN_COLUMNS) + "\n") == (people < 4)


def test_a_sample_without_communes_or_with_one_twice_is_refused(tmp_path: Path) -> None:
    for communes in ([], [COMMUNES[0], COMMUNES[0]]):
        with pytest.raises(ValueError, match="at least one old commune"):
            write_sample(tmp_path, communes, people=1, parcels=1, seed=1)
    with pytest.raises(ValueError, match="negative"):
        write_sample(tmp_path, COMMUNES, people=-1, parcels=1, seed=1)


@settings(max_examples=12, deadline=None)
@given(
    people=st.integers(0, 150),
    parcels=st.integers(0, 150),
    seed=st.integers(0, 2**32),
    communes=st.integers(1, 4),
)
def test_any_sample_keeps_the_balance(people: int, parcels: int, seed: int, communes: int) -> None:
    often = SampleSettings(
        movers=0.3,
        doubles=0.2,
        three_rows=0.1,
        in_laws_twice=0.5,
        boundary_parcels=0.2,
        parcel_doubles=0.2,
        surveyed_again=0.3,
    ).scaled(5)
    with tempfile.TemporaryDirectory() as folder:
        write_sample(Path(folder), COMMUNES[:communes], people, parcels, seed, often)
        citizens, books = read(Path(folder), "citizens"), read(Path(folder), "parcels")
    assert citizens["person_id"].n_unique() == people
    assert number_of_parcels(books) == parcels
    assert communes > 1 or not {"mover", "boundary"} & {*citizens["copy_kind"], *books["copy_kind"]}
