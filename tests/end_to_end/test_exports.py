"""Files for others from the shipped sample: they say what the warehouse says, by the installed command."""

import fastexcel
import polars as pl

CODE = "10231"


def table(path, page, first_heading):
    lines = fastexcel.read_excel(path).load_sheet(page, header_row=None, skip_rows=0, dtypes="string").to_polars()
    at = lines.to_series(0).to_list().index(first_heading)
    names = [text or str(number) for number, text in enumerate(lines.row(at))]
    return pl.DataFrame(lines.rows()[at + 1 :], schema=dict.fromkeys(names, pl.String), orient="row")


def test_every_user_and_every_sheet_of_the_sample_is_exported(sample_run, hopnhat, tmp_path):
    for kind, name in (("plan515", "kh515.xlsx"), ("sheet-map", "bang01.xlsx")):
        done = hopnhat("export", kind, "--new-commune", CODE, "--data", sample_run.data, name, cwd=tmp_path)
        assert done.status == 0, done.err
    land = table(tmp_path / "kh515.xlsx", "Kế hoạch 515", "STT")
    shown = land.select("Mã thửa đất trong kho", "Tên ghi trong sổ đất", "Nhóm").rows()
    stands = sample_run.query(
        CODE,
        "SELECT parcel_id, owner_name, quality_group::VARCHAR FROM parcels LEFT JOIN parcel_owners USING (parcel_id)",
    )
    assert sorted(shown, key=str) == sorted(stands, key=str)
    counts = table(tmp_path / "kh515.xlsx", "Tổng hợp", "Dữ liệu")
    whole = {row[0]: [int(cell) for cell in row[4:]] for row in counts.rows() if row[2] == "Tất cả các xã cũ"}
    for what, entities in (("Công dân", "citizens"), ("Thửa đất", "parcels")):
        (groups,) = sample_run.query(
            CODE,
            f"SELECT {', '.join(f'count(*) FILTER (quality_group = {group})' for group in (1, 2, 3))}, count(*)"
            f" FROM {entities}",
        )
        assert whole[what] == list(groups)
    sheets = table(tmp_path / "bang01.xlsx", "Bảng 01", "STT").drop_nulls("Mã xã cũ")
    assigned = sample_run.query(CODE, "SELECT old_commune_code, old_sheet_no, new_sheet_no FROM sheet_map")
    numbered = sheets.drop_nulls("Số tờ mới").select("Mã xã cũ", "Số tờ cũ", "Số tờ mới").rows()
    assert sorted(numbered) == sorted(assigned)
    assert assigned
    numbers = table(tmp_path / "bang01.xlsx", "Thửa đất", "STT")
    assert [(numbers.height,)] == sample_run.query(CODE, "SELECT count(*) FROM parcel_numbers")
