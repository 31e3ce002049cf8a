"""Land books: what stands in them more than once, whose it is, by what certificate, and the truth about all of it."""

from pathlib import Path

import polars as pl
import pytest

from pipelines.synthetic import OldCommune, SampleSettings, land_dirt_kinds, profile, write_sample
from pipelines.synthetic.columns import PARCEL_COLUMNS

COMMUNES = [OldCommune(f"1000{n}", f"Tân {n}", "xã", "huyện Thường Tín", "thành phố Hà Nội") for n in range(3)]
USUAL = SampleSettings()
CLEAN = profile("clean").model_copy(update={"double_difference": 0})
AT = ["source_file", "source_row"]
SYSTEMS = ["299", "1994", "tổng thể"]
AREA = pl.col("dien_tich").str.replace(",", ".").cast(pl.Float64)


def truth(out: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(out / f"truth/{name}.csv", infer_schema=False)


def rows(out: Path, name: str = "thua_dat.csv", of: str = "parcels") -> pl.DataFrame:
    """The rows of all exports beside their truth."""
    tables = [
        pl.read_csv(path, infer_schema=False).with_columns(
            source_file=pl.lit(f"{path.parent.name}/{name}"),
            source_row=pl.int_range(1, pl.len() + 1).cast(pl.String),
        )
        for path in sorted((out / "exports").glob(f"*/{name}"))
    ]
    return truth(out, of).join(pl.concat(tables), AT, validate="1:1")


@pytest.fixture(scope="module")
def clean_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("clean")
    write_sample(out, COMMUNES, 4000, 9000, seed=7, settings=CLEAN)
    return out


@pytest.fixture(scope="module")
def books(clean_out: Path) -> pl.DataFrame:
    """Books in which nothing is mistyped."""
    return rows(clean_out).with_columns(area=AREA, rank=pl.col("he_ban_do").replace_strict(SYSTEMS, [0, 1, 2]))


@pytest.fixture(scope="module")
def owners(clean_out: Path, books: pl.DataFrame) -> pl.DataFrame:
    """One row per owner with the text that names it, and the register's facts of the person."""
    people = rows(clean_out, "cong_dan.csv", "citizens").filter(pl.col("copy_kind") == "original")
    facts = people.select("person_id", "ho_ten", "ngay_sinh", "so_dinh_danh", "so_cmnd")
    return truth(clean_out, "owners").join(books, AT).join(facts, "person_id", how="left")


def copies(books: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Each row of the kind beside the original of its parcel (`_2`)."""
    originals = books.filter(pl.col("copy_kind") == "original")
    of_kind = books.filter(pl.col("copy_kind") == kind)
    pairs = of_kind.join(originals, "true_parcel_id", suffix="_2", validate="m:1")
    assert len(pairs) == len(of_kind) > 20
    return pairs


def test_every_map_system_counts_from_sheet_1_parcel_1(books: pl.DataFrame) -> None:
    once = books.filter(pl.col("copy_kind") != "double")
    number = ["source_file", "he_ban_do", "so_to", "so_thua"]
    assert once.select(pl.struct(number).is_unique().all()).item()
    first = once.filter((pl.col("so_to") == "1") & (pl.col("so_thua") == "1"))
    assert len(first) == 3 * 3 == once.select("source_file", "he_ban_do").n_unique()
    systems = once.group_by("source_file", "he_ban_do").len()
    shares = systems.group_by("source_file").agg(pl.col("len").max() / pl.col("len").sum())
    assert (shares["len"] > 0.8).all()


def test_a_double_has_the_number_of_its_original(books: pl.DataFrame) -> None:
    pairs = copies(books, "double")
    for column in ("source_file", "he_ban_do", "so_to", "so_thua"):
        assert (pairs[column] == pairs[f"{column}_2"]).all(), column
    reissued = pairs.filter(pl.col("so_gcn") != pl.col("so_gcn_2"))
    assert len(reissued) > 5 and reissued["so_gcn"].is_unique().all()
    issued = [reissued[f"ngay_cap{end}"].str.to_date("%d/%m/%Y") for end in ("", "_2")]
    assert (issued[0] > issued[1]).all()


def test_boundary_parcels_stand_in_two_books_with_one_certificate_and_nearly_one_area(books: pl.DataFrame) -> None:
    pairs = copies(books, "boundary")
    assert (pairs["source_file"] != pairs["source_file_2"]).all()
    assert pairs["so_gcn"].equals(pairs["so_gcn_2"].alias("so_gcn"), null_equal=True)
    error = (pairs["area"] / pairs["area_2"] - 1).abs()
    assert ((error <= 0.01) | (error > 0.025)).all()
    assert (error > 0.025).mean() == pytest.approx(USUAL.boundary_beyond, abs=0.09)
    assert (pairs["xu_dong"] == pairs["xu_dong_2"]).mean() > 0.5  # type: ignore[operator]


def test_a_parcel_surveyed_again_keeps_certificate_and_area(books: pl.DataFrame) -> None:
    pairs = copies(books, "resurvey")
    assert (pairs["source_file"] == pairs["source_file_2"]).all() and (pairs["he_ban_do"] != pairs["he_ban_do_2"]).all()
    assert (pairs["so_gcn"] == pairs["so_gcn_2"]).all() and (pairs["area"] == pairs["area_2"]).all()


@pytest.fixture(scope="module")
def related(clean_out: Path, books: pl.DataFrame) -> pl.DataFrame:
    """Each relation with the former parcel and the later one (`_2`)."""
    parcels = books.filter(pl.col("copy_kind").is_in(["original", "remeasured"]))
    ends = truth(clean_out, "relations").join(parcels, left_on="from_parcel_id", right_on="true_parcel_id")
    return ends.join(parcels, left_on="to_parcel_id", right_on="true_parcel_id", suffix="_2")


def test_parcels_measured_anew_are_related_to_those_of_their_land(related: pl.DataFrame, books: pl.DataFrame) -> None:
    assert set(related["kind"]) == {"resurveyed_as", "split_into", "joined_into"}
    assert (related["source_file"] == related["source_file_2"]).all() and (related["rank"] < related["rank_2"]).all()
    assert related.select((pl.col("copy_kind") != pl.col("copy_kind_2")).all()).item()
    remeasured = books.filter(pl.col("copy_kind") == "remeasured")
    assert set(remeasured["true_parcel_id"]) <= {*related["from_parcel_id"], *related["to_parcel_id"]}
    anew = related.filter(pl.col("kind") == "resurveyed_as")
    same_area = (anew["area"] / anew["area_2"] - 1).abs() < 0.02
    assert (~same_area | anew["so_gcn"].ne_missing(anew["so_gcn_2"])).all()


@pytest.mark.parametrize(("kind", "whole", "part"), [("split_into", "from", "to"), ("joined_into", "to", "from")])
def test_the_areas_of_parts_add_up(related: pl.DataFrame, kind: str, whole: str, part: str) -> None:
    area = {"from": "area", "to": "area_2"}
    groups = (
        related.filter(pl.col("kind") == kind)
        .group_by(f"{whole}_parcel_id")
        .agg(pl.col(area[whole]).first().alias("whole"), pl.col(area[part]).sum().alias("parts"), pl.len())
    )
    assert set(groups["len"]) == {2, 3}
    assert ((groups["parts"] / groups["whole"] - 1).abs() < 0.02).all()


def test_joined_parcels_are_neighbours_of_one_owner(related: pl.DataFrame) -> None:
    joined = related.filter((pl.col("kind") == "joined_into") & (pl.col("copy_kind") == "original"))
    apart = joined.group_by("to_parcel_id").agg(
        pl.col("chu_su_dung").n_unique(), (pl.col("so_thua").cast(int).max() - pl.col("so_thua").cast(int).min())
    )
    assert (apart["so_thua"] <= 2).mean() > 0.9  # type: ignore[operator]
    # One couple may be written in two ways.
    assert joined.group_by("to_parcel_id").agg(pl.col("owner_person_id").n_unique())["owner_person_id"].max() == 1


def test_a_noted_number_is_that_of_the_land_before(books: pl.DataFrame, related: pl.DataFrame) -> None:
    noted = books.with_columns(
        pl.col("ghi_chu").str.extract_groups(r"^Thửa cũ số (?<parcel>\d+), tờ (?<sheet>\d+) bản đồ (?<system>.+)$")
    ).unnest("ghi_chu")
    noted = noted.drop_nulls("parcel")
    found = noted.join(
        books,
        left_on=["source_file", "parcel", "sheet", "system"],
        right_on=["source_file", "so_thua", "so_to", "he_ban_do"],
        suffix="_old",
    )
    assert len(noted) > 100 and set(noted[AT].rows()) == set(found[AT].rows())
    pairs = related.filter(pl.col("kind") == "resurveyed_as").select(
        true_parcel_id="to_parcel_id", old="from_parcel_id"
    )
    told = found.join(pairs, "true_parcel_id", how="left")
    assert told.select((pl.col("true_parcel_id_old") == pl.coalesce("old", "true_parcel_id")).all()).item()
    split = related.filter(pl.col("ghi_chu_2").str.starts_with("Tách từ"))
    told_split = pl.format("Tách từ thửa {} tờ {}", "so_thua", "so_to")
    assert len(split) > 20 and split.select((told_split == pl.col("ghi_chu_2")).all()).item()


def test_the_owners_told_are_those_that_the_row_names(owners: pl.DataFrame, books: pl.DataFrame) -> None:
    named = owners.drop_nulls("ho_ten")
    assert len(named) / len(owners) > 0.8
    assert named.select(pl.col("chu_su_dung").str.contains(pl.col("ho_ten"), literal=True).all()).item()
    told = owners.group_by(AT).agg(pl.len())
    with_owners = books.join(told, AT, how="left")
    assert with_owners.select((pl.col("chu_su_dung").is_null() == pl.col("len").is_null()).all()).item()
    two = r"^(Vợ chồng |Hộ )?([ôÔ]ng|[bB]à) \S.*( và |, |; | - | \((vợ|chồng): )"
    several = pl.col("chu_su_dung").str.contains(two)
    assert with_owners.filter(pl.col("len") > 1).select(several.all()).item()
    assert not with_owners.filter(pl.col("len") == 1).select(several.any()).item()
    assert books["chu_su_dung"].null_count() / len(books) == pytest.approx(USUAL.owner_missing, abs=0.006)


def test_owners_are_told_by_kind(owners: pl.DataFrame) -> None:
    text = pl.col("chu_su_dung")
    kinds = {
        "household": text.str.starts_with("Hộ"),
        "state": text.str.contains("UBND|Ủy ban nhân dân"),
        "organisation": text.str.contains("^(Công ty|HTX|Hợp tác xã|Trường|Trạm|Nhà văn hóa|Chùa|Đền|Đình|Giáo xứ)"),
        "person": text.str.contains(r"^(Ông|Bà|Ô\.|B\.|Cụ|Vợ chồng|Những|Các|Người)|^\p{Lu}\p{Ll}+ "),
    }
    assert set(owners["owner_kind"]) == set(kinds)
    for kind, written in kinds.items():
        assert owners.filter(pl.col("owner_kind") == kind).select(written.all()).item(), kind
        if kind != "person":
            assert not owners.filter(pl.col("owner_kind") != kind).select(written.any()).item(), kind
    assert owners.filter(pl.col("owner_kind").is_in(["state", "organisation"]))["person_id"].null_count() > 100
    first = owners.filter(pl.col("owner_no") == "1")
    assert first["person_id"].equals(first["owner_person_id"].alias("person_id"), null_equal=True)


def test_owners_are_adults_mostly_of_the_commune_of_the_book(owners: pl.DataFrame, clean_out: Path) -> None:
    homes = truth(clean_out, "citizens").filter(pl.col("copy_kind") == "original")
    known = owners.drop_nulls("ho_ten").join(homes, "person_id", suffix="_home")
    assert known["ngay_sinh"].str.slice(6).cast(int).max() <= 2007  # type: ignore[operator]
    folders = [pl.col(f"source_file{end}").str.slice(0, 5) for end in ("", "_home")]
    # Who owns land of any commune owns that of his own as often as that of each other one.
    assert known.select((folders[0] != folders[1]).mean()).item() == pytest.approx(
        USUAL.owner_elsewhere * 2 / 3, abs=0.012
    )


def test_couples_are_married_and_some_partners_are_in_no_register(owners: pl.DataFrame, clean_out: Path) -> None:
    couples = owners.filter(pl.col("chu_su_dung").str.contains(r"Vợ chồng|\((vợ|chồng): | và (vợ|chồng) là "))
    people = rows(clean_out, "cong_dan.csv", "citizens").filter(pl.col("copy_kind") == "original")
    spouses = people.select("person_id", "ho_ten_vo_chong").drop_nulls()
    told = couples.filter(pl.col("owner_no") == "1").join(spouses, "person_id")
    assert len(told) > 100
    assert told.select(pl.col("chu_su_dung").str.contains(pl.col("ho_ten_vo_chong"), literal=True).all()).item()
    assert 0 < couples.filter(pl.col("owner_no") == "2")["person_id"].null_count() < len(couples) / 4


def test_owners_numbers_and_years_are_theirs_in_their_order(owners: pl.DataFrame) -> None:
    at = pl.col("owner_no").cast(int) - 1
    parts = owners.with_columns(
        number=pl.col("giay_to_chu").str.extract_all(r"\d+").list.get(at, null_on_oob=True),
        year=pl.col("nam_sinh_chu").str.extract_all(r"\d+").list.get(at, null_on_oob=True),
    ).drop_nulls("ho_ten")
    for number, digits in (("so_dinh_danh", 12), ("so_cmnd", 9)):
        both = parts.filter(pl.col("number").str.len_chars() == digits).drop_nulls(number)
        assert len(both) > 400 and (both["number"] == both[number]).all()
    born = parts.drop_nulls("year")
    assert (born["year"] == born["ngay_sinh"].str.slice(6)).all()
    # Old certificates tell numbers that the register does not have.
    assert parts.filter((pl.col("number").str.len_chars() == 9) & pl.col("so_cmnd").is_null()).height > 200
    several = parts.filter(pl.col("owner_no") == "2")
    assert several["number"].count() / len(several) == pytest.approx(USUAL.both_numbers * USUAL.owner_number, abs=0.1)


def test_one_certificate_covers_parcels_of_one_holding(books: pl.DataFrame) -> None:
    certified = books.filter(pl.col("copy_kind") == "original").drop_nulls("so_gcn")
    forms = r"^([A-ZĐ] [0-9]{6}|[A-ZĐ]{2} [0-9]{6}|AA [0-9]{8})$"
    assert certified["so_gcn"].str.contains(forms).all()
    assert certified["so_vao_so"].str.contains(r"^((H|CH|CS) \d{5}|\d{5} QSDĐ/\d{1,3})$").all()
    parcels = certified.group_by("so_gcn").agg(
        pl.len(), pl.struct("source_file", "ngay_cap", "so_vao_so", "owner_person_id").n_unique().alias("holdings")
    )
    assert (parcels["holdings"] == 1).all()
    shared = parcels.filter(pl.col("len") > 1)
    assert shared["len"].sum() / len(certified) == pytest.approx(0.25, abs=0.03)
    assert len(certified) / 9000 == pytest.approx(0.72, abs=0.03)


def test_uses_have_codes_and_areas_that_add_up(books: pl.DataFrame) -> None:
    assert books["loai_dat"].null_count() == 0
    listed = books.filter(pl.col("loai_dat").str.contains("[0-9]{2}") & ~pl.col("he_ban_do").is_null())
    sizes = pl.col("loai_dat").str.replace_all(r"m2\b", "").str.extract_all(r"[0-9][0-9.,]*")
    plain = sizes.list.eval(
        pl.element()
        .str.replace_all(r"\.([0-9]{3})($|,)", "$1$2")
        .str.replace(",", ".", literal=True)
        .str.strip_chars_end(".")
        .cast(pl.Float64)
    )
    off = listed.with_columns(total=plain.list.sum()).filter((pl.col("total") - pl.col("area")).abs() > 0.11)
    assert len(listed) > 500 and off.select("loai_dat", "dien_tich").rows() == []
    assert books.filter(pl.col("loai_dat").str.contains(r"\+")).height > 1000


SHOWN = {
    "decimal_comma": {"dien_tich"},
    "map_system_variant": {"he_ban_do"},
    "map_system_missing": {"he_ban_do"},
    "scale_variant": {"ty_le"},
    "scale_missing": {"ty_le"},
    "parcel_hamlet_variant": {"thon"},
    "parcel_hamlet_missing": {"thon"},
    "number_padded": {"so_thua"},
    "owner_restyled": {"chu_su_dung", "giay_to_chu", "nam_sinh_chu"},
    "owner_number_wrong": {"giay_to_chu"},
    "owner_year_wrong": {"nam_sinh_chu"},
    "owner_address_missing": {"dia_chi_chu"},
    "owner_address_variant": {"dia_chi_chu"},
    "single_use_with_area": {"loai_dat"},
    "land_use_sign": {"loai_dat"},
    "land_use_sign_if_old": {"loai_dat"},
    "land_use_in_words": {"loai_dat"},
    "land_use_legacy": {"loai_dat"},
    "land_use_unknown": {"loai_dat"},
    "land_use_areas_wrong": {"loai_dat"},
    "certificate_form": {"so_gcn"},
    "book_number_form": {"so_vao_so"},
    "certificate_digit": {"so_gcn"},
    "certificate_of_another": {"so_gcn"},
    "certificate_left_out": {"so_gcn", "so_vao_so", "ngay_cap"},
}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    return written(tmp_path_factory.mktemp("small"), CLEAN)


def written(out: Path, settings: SampleSettings) -> pl.DataFrame:
    often = {"boundary_parcels": 0.2, "parcel_doubles": 0.2}
    write_sample(out, COMMUNES, 100, 300, seed=5, settings=settings.model_copy(update=often))
    return rows(out)


@pytest.mark.parametrize("kind", land_dirt_kinds())
def test_dirt_of_land_books_shows_where_its_name_says_and_nowhere_else(
    kind: str, small: pl.DataFrame, tmp_path: Path
) -> None:
    dirty = written(tmp_path, CLEAN.model_copy(update={kind: 1.0}))
    changed = {column for column in PARCEL_COLUMNS if not dirty[column].equals(small[column], null_equal=True)}
    assert changed == SHOWN[kind]


def test_every_form_of_a_serial_is_the_serial(small: pl.DataFrame, tmp_path: Path) -> None:
    formed = written(tmp_path, CLEAN.model_copy(update={"certificate_form": 1.0, "book_number_form": 1.0}))
    serials = pl.DataFrame({"true": small["so_gcn"], "typed": formed["so_gcn"]}).drop_nulls()
    bare = pl.col("typed").str.to_uppercase().str.replace_all(r"[ .\-]", "")
    true = pl.col("true").str.replace(" ", "")
    assert serials.select(((bare == true) | (bare == true.str.replace_all("Đ", "D"))).all()).item()
    assert serials.select((bare != true).any()).item()
    assert (serials["true"] != serials["typed"]).mean() > 0.8  # type: ignore[operator]
