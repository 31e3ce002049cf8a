"""What stands in the tables that assets hand on: every column with its type and its meaning, for the assets' pages.

A column of the warehouse means what `pipelines.warehouse.schema` says, wherever it stands. What is said here is of the
columns that only steps in between have: each once, whichever table it stands in.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import dagster as dg
import polars as pl

from pipelines.reports.languages import VIETNAMESE, Text
from pipelines.reports.shown_fields import FIELDS
from pipelines.warehouse.schema import TABLES, Table

COLUMNS: Final = "Bảng và cột"
"""The entry of an asset's metadata that lists its tables and columns."""

_TABLES: Final = {table.name: table for table in TABLES}
_OF_THE_WAREHOUSE: Final = {
    column.name: Text(column.vi, column.en) for table in reversed(TABLES) for column in table.columns
}

_TABLES_BETWEEN: Final = {
    "merger_map": Text("một xã cũ và một xã, phường mới nhận từ nó", "one old commune and one new one that took of it"),
    "files": Text("một tệp nguồn, hay một bảng trong tệp", "one source file, or one table of it"),
    "references": Text("một tệp tham chiếu riêng của đơn vị", "one reference file of this deployment"),
    "warnings": Text("một cảnh báo khi đọc tệp", "one warning about what was read"),
    "citizen_records": Text("một dòng công dân đã chuẩn hóa", "one citizen row in standard form"),
    "parcel_records": Text("một dòng thửa đất đã chuẩn hóa", "one parcel row in standard form"),
    "officer_decisions": Text("một quyết định đang có hiệu lực", "one decision in force"),
    "members": Text("một dòng và thực thể của nó", "one row and its entity"),
    "paths": Text("một thực thể gồm từ hai dòng trở lên", "one entity of two rows or more"),
    "facts": Text("một điều về mô hình đối sánh", "one fact about the linkage model"),
    "ledger": Text("một mục của bản kê khai về sổ mã", "one entry of the manifest about the ledger of ids"),
    "citizen_trust": Text("một dòng công dân và số đáng tin của nó", "one citizen row and its trusted number"),
    "citizen_homes": Text("một nơi ở ghi trên các dòng của một người", "one home on the rows of a person"),
}
"""What one row is, of tables that the warehouse does not have."""
_AS_READ: Final = {
    "citizens": Text("một dòng công dân đọc từ tệp", "one citizen row of an export"),
    "parcels": Text("một dòng thửa đất đọc từ tệp", "one parcel row of an export"),
}
"""Of tables that have the name of one of the warehouse, and hold the rows as they were read."""

_RELATIVES: Final = {
    "father": Text("cha", "father"),
    "mother": Text("mẹ", "mother"),
    "spouse": Text("vợ hoặc chồng", "spouse"),
    "head": Text("chủ hộ", "head of household"),
}
_BETWEEN: Final = {
    # Of the merger map.
    "new_code": Text("mã xã, phường mới", "code of the new commune"),
    "new_name": Text("tên xã, phường mới", "name of the new commune"),
    "new_kind": Text("loại: xã, phường, đặc khu", "commune, ward or special zone"),
    "new_province": Text("tỉnh, thành phố", "province"),
    "new_valid_from": Text("có hiệu lực từ ngày", "valid from"),
    "old_code": Text("mã xã cũ", "code of the old commune"),
    "old_name": Text("tên xã cũ", "name of the old commune"),
    "old_kind": Text("loại: xã, phường, thị trấn", "kind of the old commune"),
    "old_district": Text("huyện, quận cũ", "district"),
    "old_province": Text("tỉnh, thành phố cũ", "old province"),
    "old_valid_to": Text("có hiệu lực đến ngày", "valid to"),
    "area_part": Text("phần đất chuyển sang: whole, partial, none", "how much of its land came"),
    "population_part": Text("phần dân chuyển sang: whole, partial, none", "how many of its people came"),
    "note_vi": Text("ghi chú của bảng", "the table's own note"),
    "source": Text("nguồn", "where the pair comes from"),
    # As the files have them; other headers of theirs are named by `shown_fields`.
    "dan_toc": Text("dân tộc", "ethnic group"),
    "noi_thuong_tru": Text("nơi thường trú", "residence"),
    "dia_chi_thua": Text("địa chỉ thửa đất", "address of the parcel"),
    "dia_chi_chu": Text("địa chỉ của chủ", "owner's address"),
    "ghi_chu": Text("ghi chú", "note"),
    "name": Text("tên tệp tham chiếu", "reference file"),
    "sentence": Text("câu cảnh báo", "the warning"),
    "decision": Text("quyết định, dạng JSON", "the decision, as JSON"),
    # Of people.
    "head_name": Text("họ tên chủ hộ", "name of the head of household"),
    "sex_text": Text("giới tính như ghi trong tệp", "sex as the file has it"),
    "number_text": Text("số định danh như ghi trong tệp", "personal number as the file has it"),
    "number": Text("số định danh đủ 12 số", "12-digit personal number"),
    "restored": Text("số định danh sau khi bù số 0 ở đầu", "personal number with its leading zeros restored"),
    "restored_old": Text("số CMND sau khi bù số 0 ở đầu", "old number with its leading zeros restored"),
    "number_restored": Text("số định danh đã được bù số 0 ở đầu", "leading zeros of the number were restored"),
    "old_id_restored": Text("số CMND đã được bù số 0 ở đầu", "leading zeros of the old number were restored"),
    "number_lost": Text(
        "bảng tính làm mất các số cuối của số định danh", "a spreadsheet took the number's last digits"
    ),
    "old_id_lost": Text("bảng tính làm mất các số cuối của số CMND", "a spreadsheet took the old number's last digits"),
    "number_malformed": Text("số định danh sai dạng", "the number is malformed"),
    "number_year": Text("năm sinh theo số định danh", "year of birth that the number tells"),
    "number_status": Text("độ tin cậy của số trên dòng này", "trusted, doubtful, shared, none"),
    "usable_number": Text("số định danh dùng để so sánh", "number that is compared"),
    "trusted_number": Text("số định danh đáng tin", "trusted number"),
    "household_no": Text("số hộ khẩu", "household number"),
    "household_key": Text("khóa hộ: mã xã cũ và số hộ khẩu", "old commune and household number"),
    "is_head": Text("là chủ hộ", "whether it is the head of household"),
    "head_other": Text("chủ hộ, khi là người khác", "the head, unless it is the person"),
    "updated_text": Text("ngày cập nhật như ghi trong tệp", "date of update as the file has it"),
    "dead_on": Text("ngày sổ ghi là đã chết", "update by which the register knew of a death"),
    "alive_on": Text("ngày sổ ghi là còn sống", "update by which the register knew of a life"),
    "birth_text": Text("ngày sinh như ghi trong tệp", "birth date as the file has it"),
    "birth_impossible": Text("ngày sinh không có trên lịch", "no calendar has the date"),
    "birth_digits": Text("khóa ngày sinh: năm, tháng, ngày", "key of year, month and day"),
    "month_day": Text("khóa tháng và ngày sinh", "key of month and day"),
    "day_month": Text("khóa ngày và tháng sinh", "key of day and month"),
    "day_and_month": Text("khóa ngày, tháng sinh dù ghi ngược", "key of day and month in either order"),
    "year_month": Text("khóa năm và tháng sinh", "key of year and month"),
    "year_alone": Text("chỉ biết năm sinh", "only the year is known"),
    "name_key": Text("khóa họ tên", "key of the name"),
    "name_toneless": Text("khóa họ tên không thanh điệu", "key of the name without tones"),
    "name_ascii": Text("khóa họ tên không dấu", "key of the name without marks"),
    "name_marked": Text("họ tên có dấu", "whether the name has marks"),
    "name_initials": Text("chữ đầu của họ tên", "initials"),
    "name_abbreviated": Text("họ tên viết tắt", "whether the name is abbreviated"),
    "surname_key": Text("khóa họ", "key of the surname"),
    "rest_key": Text("khóa phần sau họ", "key of all behind the surname"),
    "given_key": Text("khóa tên", "key of the given name"),
    "given_toneless": Text("khóa tên không thanh điệu", "key of the given name without tones"),
    "surname_ascii": Text("khóa họ không dấu", "key of the surname without marks"),
    "middle_ascii": Text("khóa chữ đệm không dấu", "key of the middle name without marks"),
    "rest_ascii": Text("khóa phần sau họ, không dấu", "key of all behind the surname, without marks"),
    "given_ascii": Text("khóa tên không dấu", "key of the given name without marks"),
    "given_odd": Text("tên không phải một tiếng Việt", "the given name is no syllable of Vietnamese"),
    "evident_sex": Text("giới tính theo mọi điều dòng này ghi", "sex by all that the row says"),
    **{f"{who}_key": Text(f"khóa họ tên {vi}", f"key of the name, {vi.en}") for who, vi in _RELATIVES.items()},
    **{
        f"{who}_ascii": Text(f"khóa họ tên {vi}, không dấu", f"key of the name without marks, {vi.en}")
        for who, vi in _RELATIVES.items()
    },
    **{f"{who}_given": Text(f"khóa tên {vi}", f"key of the given name, {vi.en}") for who, vi in _RELATIVES.items()},
    # Of land.
    "parcel_value": Text("phần số của số thửa", "whole number with which the parcel's begins"),
    "sheet_value": Text("phần số của số tờ", "whole number with which the sheet's begins"),
    "number_key": Text("khóa số hiệu đầy đủ của thửa", "key of the parcel's whole number"),
    "book_key": Text("khóa sổ đất: xã cũ và hệ bản đồ", "land book: old commune and map system"),
    "book_no_key": Text("khóa số vào sổ", "key of the certificate book number"),
    "area_text": Text("diện tích như ghi trong tệp", "area as the file has it"),
    "area_lost": Text("diện tích không đọc được", "a text that is no area"),
    "area_band": Text("khoảng diện tích", "band of the area"),
    "area_band_shifted": Text("khoảng diện tích, lệch nửa khoảng", "band of the area, shifted by half"),
    "land_use_key": Text("khóa loại đất", "key of the land uses"),
    "land_use_sign": Text("có ký hiệu loại đất cũ", "an old sign was read"),
    "land_use_unread": Text("loại đất có phần không hiểu được", "something of the land use was not understood"),
    "land_use_unknown": Text("loại đất không có trong danh mục", "land use that no list has"),
    "land_use_until": Text("ngày cuối các mã loại đất còn dùng", "last day on which papers bear all of its codes"),
    "certificate_key": Text("khóa số phát hành giấy chứng nhận", "key of the certificate serial"),
    "certificate_folded": Text("khóa số phát hành, Đ viết thành D", "key of the serial, with D for Đ"),
    "certificate_malformed": Text("số phát hành sai dạng", "no serial that was ever printed"),
    "certificates_several": Text("nhiều số phát hành trong một ô", "several serials in one cell"),
    "owner_id_text": Text("giấy tờ của chủ như ghi trong tệp", "owner's number as the file has it"),
    "owner_birth_text": Text("năm sinh của chủ như ghi trong tệp", "owner's birth year as the file has it"),
    "owner_ascii": Text("khóa tên chủ thứ nhất, không dấu", "key of the first owner's name"),
    "co_owner_ascii": Text("khóa tên chủ thứ hai, không dấu", "key of the second owner's name"),
    "owner_number": Text("số giấy tờ của chủ, đúng dạng", "owner's number, well-formed"),
    "owner_number_restored": Text("số của chủ đã được bù số 0 ở đầu", "leading zeros of it were restored"),
    "owner_number_lost": Text("bảng tính làm mất các số cuối của số này", "a spreadsheet took its last digits"),
    # Of both.
    "hamlet_key": Text("khóa thôn: mã xã cũ và tên thôn", "old commune and hamlet"),
    "placement": Text("placed (xã này), unplaced (chưa xếp), elsewhere (xã khác)", "placed, unplaced, elsewhere"),
    "placement_reason": Text("căn cứ xếp, hoặc vì sao chưa xếp", "why it is placed, or is not"),
    "cluster": Text("thực thể, gọi bằng mã dòng nhỏ nhất", "the entity, by its smallest row id"),
    "why": Text("ràng buộc đã ngăn, hoặc điều đã quyết định", "the constraint, or what was decided"),
    "sentence_vi": Text("quy tắc, tiếng Việt", "the rule in Vietnamese"),
    "sentence_en": Text("quy tắc, tiếng Anh", "the rule in English"),
}
"""Columns that no table of the warehouse has."""

_OF_FILES: Final = {field.name: field.label for fields in FIELDS.values() for field in fields}


def columns_of(tables: Mapping[str, pl.DataFrame]) -> dg.TableSchemaMetadataValue:
    """The tables that an asset hands on, how many rows each has, and every column; nothing of a row."""
    return _schema(row for name, frame in tables.items() for row in _of_frame(name, frame))


def columns_of_the_warehouse() -> dg.TableSchemaMetadataValue:
    """Every table and column of a warehouse file."""
    return _schema(row for table in TABLES for row in _of_table(table))


def _of_frame(name: str, frame: pl.DataFrame) -> Iterator[dg.TableColumn]:
    as_read = _AS_READ.get(name) if "raw" in frame.columns else None
    table = None if as_read else _TABLES.get(name)
    row = as_read or _row_of(table) or _TABLES_BETWEEN.get(name)
    yield _heading(name, f"{VIETNAMESE.whole(frame.height)} dòng", row)
    own = {column.name: Text(column.vi, column.en) for column in table.columns} if table else {}
    for column, dtype in frame.schema.items():
        words = own.get(column) or _BETWEEN.get(column) or _OF_THE_WAREHOUSE.get(column) or _OF_FILES.get(column)
        yield dg.TableColumn(f"{name}.{column}", str(dtype.base_type()), _said(words))


def _of_table(table: Table) -> Iterator[dg.TableColumn]:
    yield _heading(table.name, "bảng", _row_of(table))
    for column in table.columns:
        yield dg.TableColumn(f"{table.name}.{column.name}", str(column.type), _said(Text(column.vi, column.en)))


def _heading(name: str, kind: str, row: Text | None) -> dg.TableColumn:
    return dg.TableColumn(name, kind, f"**Mỗi dòng là {_said(row)}**" if row else None)


def _row_of(table: Table | None) -> Text | None:
    return Text(table.vi, table.en) if table else None


def _said(words: str | None) -> str | None:
    """Vietnamese and English, as the warehouse's own comments have them."""
    return f"{words} / {words.en}" if isinstance(words, Text) else words


def _schema(rows: Iterable[dg.TableColumn]) -> dg.TableSchemaMetadataValue:
    return dg.TableSchemaMetadataValue(dg.TableSchema(list(rows)))
