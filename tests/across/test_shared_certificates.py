"""One certificate in the land books of two new communes: what its parcels are, and who has to look."""

import polars as pl
import pytest

from pipelines.across.certificates import certificate_cases, shared_certificates
from pipelines.warehouse import schema

SERIAL = "BĐ 123456"
_TYPES = schema.PARCELS.polars_schema | {
    "record_id": pl.String(),
    "owner_names": pl.List(pl.String()),
    "owner_numbers": pl.List(pl.String()),
}


def parcel(record_id, certificate_no=SERIAL, area_m2=100.0, owners=("Nguyễn Văn An",), numbers=()):
    return {
        "record_id": record_id,
        "parcel_id": f"id of {record_id}",
        "certificate_no": certificate_no,
        "area_m2": area_m2,
        "owner_names": list(owners),
        "owner_numbers": list(numbers),
    }


def _shared(**communes):
    frames = {
        code.strip("c"): pl.DataFrame([{**dict.fromkeys(_TYPES), **row} for row in rows], schema=pl.Schema(_TYPES))
        for code, rows in communes.items()
    }
    return shared_certificates({code: lambda columns, f=f: f.select(columns) for code, f in frames.items()})


@pytest.mark.parametrize(
    ("other", "kind", "asked"),
    [
        (parcel("b", "bđ123456", 100.2, ["Nguyen Van An"]), "same_parcel", True),
        (parcel("b", area_m2=250.0), "same_owner", False),
        (parcel("b", owners=["Trần Thị Bình"]), "other_owner", True),
        (parcel("b", owners=[]), "unknown_owner", True),
        (parcel("b", owners=["Trần Thị Bình", "Nguyễn Văn An"]), "same_parcel", True),
    ],
    ids=["same parcel", "same owner", "other owner", "unknown owner", "one owner of two"],
)
def test_what_two_parcels_of_one_serial_are(other, kind, asked):
    found = _shared(c1=[parcel("a")], c2=[other])
    assert found["kind"].to_list() == [kind, kind]
    assert found["certificate_no"].to_list() == ["BĐ123456", "BĐ123456"]
    cases = certificate_cases(found, after=7)
    assert cases["record_ids"].to_list() == ([["a", "b"]] if asked else [])
    assert cases["priority"].to_list() == ([8] if asked else [])


def test_the_same_number_is_the_same_owner_however_the_name_is_written():
    found = _shared(
        c1=[parcel("a", owners=["Ông An"], numbers=["012345678"])],
        c2=[parcel("b", owners=["Nguyễn Văn An"], numbers=["012345678"])],
    )
    assert found["kind"].unique().to_list() == ["same_parcel"]


def test_a_serial_of_one_commune_alone_and_what_is_no_serial_are_left_out():
    found = _shared(
        c1=[parcel("a"), parcel("b"), parcel("c", "chưa cấp"), parcel("d", "123"), parcel("e", None)],
        c2=[parcel("f", "chưa cấp"), parcel("g", "123"), parcel("h", None)],
    )
    assert found.is_empty()


def test_one_of_several_serials_is_enough_and_the_letter_counts():
    found = _shared(c1=[parcel("a", "BD 123456; AA 00123456")], c2=[parcel("b"), parcel("c", "AA 00123456")])
    assert found.select("certificate_no", "record_id").rows() == [("AA00123456", "a"), ("AA00123456", "c")]


def test_what_offices_write_for_want_of_a_serial_is_one_case():
    many = [parcel(f"a{at:02}", "AA 000000", owners=[f"Người {at}"]) for at in range(60)]
    found = _shared(c1=many, c2=[parcel("b", "AA 000000")])
    assert found["kind"].unique().to_list() == ["too_many"]
    assert certificate_cases(found, after=0).height == 1
