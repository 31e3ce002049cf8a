"""Names of northern villages by sex and generation: the tables, and draws from them.

Surname shares follow the published counts of the ten commonest surnames, with the northern forms (Hoàng, Vũ)
before the southern ones (Huỳnh, Võ); the tail is an estimate. Given names stand in falling order of use.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .draws import Array, Rng, chosen

MALE, FEMALE = 0, 1
OLD, MIDDLE, YOUNG = 0, 1, 2
_GENERATIONS_FROM = (1960, 1990)  # first birth years of MIDDLE and YOUNG

SURNAMES: dict[str, float] = {
    "Nguyễn": 0.315, "Trần": 0.109, "Lê": 0.089, "Phạm": 0.059, "Hoàng": 0.050, "Vũ": 0.046, "Phan": 0.028,
    "Trương": 0.022, "Bùi": 0.021, "Đặng": 0.019, "Đỗ": 0.0245, "Ngô": 0.0195, "Dương": 0.0176, "Đào": 0.014,
    "Đinh": 0.013, "Lương": 0.0115, "Hà": 0.011, "Trịnh": 0.0105, "Đoàn": 0.010, "Cao": 0.0085, "Lưu": 0.008,
    "Mai": 0.007, "Phùng": 0.007, "Tạ": 0.0065, "Chu": 0.006, "Tống": 0.005, "Vương": 0.005, "Kiều": 0.0045,
    "Lại": 0.004, "Quách": 0.004, "Nghiêm": 0.004, "Thái": 0.003, "Lý": 0.003, "Hồ": 0.003, "Võ": 0.003,
    "Từ": 0.0024, "Khuất": 0.0025, "Doãn": 0.0025, "Cấn": 0.002, "Đàm": 0.002, "Bạch": 0.0015,
    "Triệu": 0.0015, "Tô": 0.0015, "Mạc": 0.001, "Phí": 0.001, "Thạch": 0.001, "Giang": 0.001, "Ninh": 0.001,
    "Uông": 0.0008, "Kim": 0.0008, "Huỳnh": 0.001, "Vi": 0.0005, "Bế": 0.0004, "Lục": 0.0005, "Nông": 0.0005,
    "Quản": 0.0005, "Ứng": 0.0005, "Tăng": 0.0005, "Thân": 0.0005, "Hứa": 0.0005, "La": 0.0005, "Âu": 0.0005,
}  # fmt: skip

# Shares of names of two and of four words, the rest has three; the young as counted in school lists.
_TWO_WORDS = {MALE: (0.03, 0.012, 0.009), FEMALE: (0.03, 0.006, 0.002)}
_FOUR_WORDS = {MALE: (0.01, 0.08, 0.261), FEMALE: (0.03, 0.25, 0.646)}

# The one middle name of a name of three words.
_MIDDLE: dict[tuple[int, int], dict[str, float]] = {
    (MALE, OLD): {"Văn": 80, "Xuân": 4, "Đình": 4, "Đức": 3, "Hữu": 3, "Quang": 2, "Ngọc": 2, "Bá": 2,
                  "Công": 1, "Trọng": 1, "Duy": 1, "Danh": 1, "Khắc": 1, "Như": 1, "Thế": 1},
    (MALE, MIDDLE): {"Văn": 50, "Đức": 7, "Xuân": 5, "Đình": 5, "Ngọc": 4, "Hữu": 4, "Quang": 4, "Minh": 3,
                     "Mạnh": 3, "Thanh": 2, "Duy": 2, "Quốc": 2, "Tiến": 2, "Trọng": 2, "Công": 2, "Thế": 2,
                     "Anh": 1, "Việt": 1, "Hồng": 1, "Bá": 1, "Khắc": 1},
    (MALE, YOUNG): {"Văn": 14, "Đức": 10, "Minh": 10, "Quang": 6, "Ngọc": 6, "Hoàng": 5, "Duy": 5, "Gia": 5,
                    "Tuấn": 5, "Xuân": 4, "Mạnh": 4, "Quốc": 4, "Thành": 4, "Hữu": 3, "Đình": 3, "Tiến": 3,
                    "Việt": 3, "Bảo": 3, "Thanh": 2, "Trung": 2, "Hải": 2, "Nhật": 2, "Anh": 2, "Thế": 2},
    (FEMALE, OLD): {"Thị": 92, "Ngọc": 2, "Thanh": 1, "Thu": 1, "Bích": 1, "Kim": 1, "Minh": 1, "Tuyết": 1},
    (FEMALE, MIDDLE): {"Thị": 76, "Thu": 4, "Ngọc": 4, "Thanh": 4, "Minh": 2, "Hồng": 2, "Bích": 2, "Kim": 2,
                       "Phương": 1, "Lan": 1, "Mai": 1, "Thúy": 1},
    (FEMALE, YOUNG): {"Thị": 24, "Ngọc": 17, "Thu": 7, "Minh": 7, "Phương": 6, "Thanh": 5,
                      "Khánh": 5, "Hà": 4, "Thùy": 4, "Hồng": 4, "Bảo": 4, "Mai": 3, "Quỳnh": 3, "Hải": 3,
                      "Lan": 2, "Kim": 2, "Diệu": 2, "Linh": 2, "Tú": 1, "An": 1, "Yến": 1},
}  # fmt: skip

# The two middle names of a name of four words; a mother's surname is a common first one among the young.
_FIRST_OF_TWO: dict[int, dict[str, float]] = {
    MALE: {"Hoàng": 10, "Ngọc": 10, "Đức": 9, "Trần": 8, "Lê": 8, "Văn": 7, "Phạm": 6, "Vũ": 5, "Đình": 5,
           "Hữu": 5, "Xuân": 4, "Bá": 4, "Huy": 3, "Đỗ": 3, "Nguyễn": 3, "Công": 2},
    FEMALE: {"Thị": 66, "Ngọc": 10, "Hoàng": 5, "Trần": 4, "Lê": 4, "Phạm": 3, "Vũ": 2, "Đỗ": 2, "Nguyễn": 2},
}  # fmt: skip
_SECOND_OF_TWO: dict[int, dict[str, float]] = {
    MALE: {"Minh": 14, "Gia": 12, "Bảo": 9, "Quang": 9, "Anh": 8, "Đức": 7, "Tuấn": 7, "Duy": 6, "Nhật": 5,
           "Thành": 5, "Hải": 4, "Trung": 4, "Đăng": 4, "Khánh": 3, "Thanh": 3},
    FEMALE: {"Thu": 12, "Thanh": 10, "Minh": 9, "Phương": 9, "Hồng": 8, "Khánh": 7, "Thùy": 7, "Bích": 6,
             "Kim": 5, "Hải": 4, "Mai": 4, "Bảo": 4, "Quỳnh": 4, "Ngọc": 4, "Diệu": 3, "Lan": 2, "Kiều": 2},
}  # fmt: skip

_GIVEN_IN_ORDER: dict[tuple[int, int], str] = {
    (MALE, OLD): """
        Bình Hùng Thanh Hòa Minh Thành Sơn Hải Tâm Lợi Phúc Thắng Tiến Dũng Thọ Quý Cường Tân Chính Vinh Lâm
        Hồng Khánh Nghĩa Tý Sửu Dần Mão Thìn Tỵ Ngọ Mùi Thân Dậu Tuất Hợi Giáp Ất Bính Đinh Mậu Kỷ Canh Nhâm
        Cần Kiệm Liêm Nhân Lễ Trí Tín Đức Tài Lộc Phú Hiển Đạt Thịnh Vượng An Ninh Yên Ổn Định Hậu Thuận Hợp
        Đoàn Kết Nhất Chiến Công Quyết Quân Nam Bắc Đông Trung Việt Mạnh Toàn Bền Chắc Sáu Bảy Tám Chín Mười
        Cậy Chắt Khoát Khuê Soạn Thiện Toán Vĩnh Xuyên Điền Đôn Khôi Ngạn Oánh Thụ Thuyết Tuyển Viết Huân
        Trác""",
    (MALE, MIDDLE): """
        Hùng Tuấn Dũng Cường Thắng Hải Sơn Long Thành Nam Tùng Hưng Trung Kiên Minh Hiếu Quân Đức Bình Hà
        Quang Toàn Mạnh Chiến Thanh Phương Tiến Việt Hoàng Công Vinh Ngọc Lâm Thịnh Linh Hiệp Khánh Huy
        Giang Khoa Đạt Tú Phong Duy Anh Thái Hòa Lực Quyết Trường Thuận Tâm Lợi Phúc Tài Nghĩa Huấn Luân
        Đông Nguyên Bắc Dương Cương Sáng Trọng Hậu Chung Vượng Chính Hoan Khải Hảo Quý Tân Thọ Điệp Đoàn
        Doanh Tưởng Lương Thông Chương Hanh Quyền Thế Khương Ánh Diện Xuân Nhân Thiện Bảo Ninh Tuyến Đăng
        Thao Bằng Đại Tấn Luyện Tuyên Cảnh Đồng Hoạt Khiêm Lượng Phấn Sỹ Thức Tình Trình Vang Xuyên""",
    (MALE, YOUNG): """
        Anh Minh Huy Đức Nam Hiếu Long Dũng Đạt Tuấn Hoàng Phúc Khang Bảo Quân Phong Duy Khánh Sơn Việt
        Trung Hải Khôi Kiên Nguyên Hưng Thành Lâm Tùng Quang An Đăng Khoa Cường Dương Thắng Bách Vinh Nhật
        Thịnh Kiệt Hùng Mạnh Linh Trường Tài Tú Giang Hiệp Thái Phát Tiến Tâm Thiện Vũ Toàn Quốc Lộc Bình
        Nghĩa Đông Hà Quyền Trí Nhân Tân Vương Phú Chiến Công Ngọc Thanh Phương Luân Hậu Khải Triết Danh
        Thông Thiên Tiệp Chung Hòa Quý Trọng Sáng Hào Ân Lương Huỳnh Tuyên Vượng Đại Hoan""",
    (FEMALE, OLD): """
        Lan Hoa Hồng Mai Cúc Đào Mận Liên Hương Nga Thanh Bình Hòa Sen Nhung Lụa Vân Tâm Hiền Thơm Tuyết
        Nguyệt Yến Oanh Phượng Loan Nhàn Thoa Vui Mừng Tý Sửu Dần Mùi Dậu Hợi Tuất Gái Bé Nhớn Út Chắt Chút
        Đượm Mơ Mít Na Bưởi Cam Quýt Chanh Nụ Búp Lá Huệ Lý Ngọ Thìn Tỵ Thân Xuân Hạ Thu Đông Hằng Hợp Hảo
        Hậu Thuận Lành Hiếu Thảo Dịu Ngoan Khuyên Chiên Xoan Bích Ngà Ngọc Châu Bảy Tám Chín Năm Sáu Tư
        Tuyển Thịnh Nhạn Én Vinh Thái Hới Nhài Rật Tẹo Tèo Tỉnh Toan Viễn Xuyến Khang Ninh Vượng Đoan Quế
        Tính Nền Nếp""",
    (FEMALE, MIDDLE): """
        Hương Lan Hằng Hà Thủy Nga Hoa Huyền Trang Thu Mai Hiền Liên Loan Yến Nhung Hạnh Oanh Dung Vân
        Phương Thúy Hồng Tâm Bình Thảo Linh Ngọc Anh Lý Hường Tuyết Thơm Nguyệt Huế Xuân Duyên Thanh Nhàn
        Quyên Luyến Thoa Minh Hậu Bích Thêu Ngân Chinh Hải Vinh Mến Huệ Thương Chiên Lương Tươi Tình Hợp Hòa
        Thắm Khuyên Uyên Phượng Quỳnh Giang Nhâm Ninh Đào Dịu Nhiên Toan Xuyến Cúc Chi Hoài Hảo Lành Lụa Lưu
        Mơ Sen Vui Tuyến Thìn Tuyền Ánh Thoan Diệp Diệu Hiên Hiếu Khánh My Miền Tuyên Ước Thuận Thùy Phúc
        Chúc Bắc Đông Nụ Én Hoàn Lệ Hiệp Thái Trâm Lộc Thực""",
    (FEMALE, YOUNG): """
        Anh Linh Trang Ngọc Hà Phương Chi Thảo Nhi Hương Vy Mai My Hân Quỳnh Huyền Lan Ngân Thu Dương Minh
        Châu Yến Giang Trâm Hằng Vân Diệp An Như Ly Nhung Uyên Thư Hiền Khánh Thủy Duyên Nga Trà Loan Thương
        Dung Tú Hạnh Hoa Ánh Bình Hồng Thanh Tâm Nguyệt Oanh Đan Mỹ Tuyết Ngà Xuân Đào Phượng Hoài Trinh
        Thùy Thúy Lam Hường Lê Nhiên San Tiên Quyên Hải Hiếu Băng Kim Khuê Diễm Trúc Trân Tuyền Thi Bích
        Nguyên Hiên Quế Phúc Giao Miên Mẫn Tuệ Nhã Đoan Khuyên Ân Diệu Lệ""",
}

GIVEN: dict[tuple[int, int], dict[str, float]] = {
    # The falling curve puts the first name near 4 % and the hundredth near 0.3 %, as in published counts.
    group: {name: 1 / (rank + 9) for rank, name in enumerate(dict.fromkeys(names.split()))}
    for group, names in _GIVEN_IN_ORDER.items()
}


@dataclass(frozen=True)
class NameTables:
    """The words of names with their weights: given ones and middle ones by sex and generation, pairs by sex."""

    given: Mapping[tuple[int, int], Mapping[str, float]]
    middle: Mapping[tuple[int, int], Mapping[str, float]]
    first_of_two: Mapping[int, Mapping[str, float]]
    second_of_two: Mapping[int, Mapping[str, float]]

    def tilted(self, rng: Rng, concentration: float) -> "NameTables":
        """The tables of one population: the weights of each drawn from a Dirichlet distribution around its shares."""

        def drawn(table: Mapping[str, float]) -> dict[str, float]:
            weights = np.array(list(table.values()))
            return dict(zip(table, rng.dirichlet(weights / weights.sum() * concentration), strict=True))

        return NameTables(
            {group: drawn(table) for group, table in self.given.items()},
            {group: drawn(table) for group, table in self.middle.items()},
            {sex: drawn(table) for sex, table in self.first_of_two.items()},
            {sex: drawn(table) for sex, table in self.second_of_two.items()},
        )


USUAL_NAMES = NameTables(GIVEN, _MIDDLE, _FIRST_OF_TWO, _SECOND_OF_TWO)


def generation(birth_year: Array) -> Array:
    """OLD, MIDDLE or YOUNG for each birth year."""
    return np.searchsorted(_GENERATIONS_FROM, birth_year, side="right")


def given_names(rng: Rng, sex: Array, birth_year: Array, tables: NameTables = USUAL_NAMES) -> Array:
    """One given name for each person."""
    return _by_group(rng, tables.given, sex, generation(birth_year))


def middle_names(
    rng: Rng, sex: Array, birth_year: Array, surname: Array, given: Array, tables: NameTables = USUAL_NAMES
) -> Array:
    """The words between surname and given name of each person: none, one or two.

    A word that would repeat a neighbour gives way to Văn or Thị, which are never given names here.
    """
    era, count = generation(birth_year), len(sex)
    plain = np.where(sex == MALE, "Văn", "Thị")
    single = _by_group(rng, tables.middle, sex, era)
    first = _by_group(rng, {(s, e): tables.first_of_two[s] for s, e in tables.middle}, sex, era)
    second = _by_group(rng, {(s, e): tables.second_of_two[s] for s, e in tables.middle}, sex, era)
    single = np.where((single == given) | (single == surname), plain, single)
    first = np.where((first == surname) | (first == second) | (first == given), plain, first)
    pair = np.where(second == given, first, np.char.add(np.char.add(first, " "), second))

    dice = rng.random(count)
    two, four = (np.array([shares[MALE], shares[FEMALE]])[sex, era] for shares in (_TWO_WORDS, _FOUR_WORDS))
    return np.where(dice < two, "", np.where(dice > 1 - four, pair, single))


def full_names(surname: Array, middle: Array, given: Array) -> Array:
    """The words of each name joined by single spaces."""
    spaced = np.where(middle == "", " ", np.char.add(np.char.add(" ", middle), " "))
    return np.char.add(np.char.add(surname, spaced), given)


def _by_group(rng: Rng, tables: Mapping[tuple[int, int], Mapping[str, float]], sex: Array, era: Array) -> Array:
    """A draw for each person from the table of its sex and generation."""
    result = np.full(len(sex), "", dtype="<U12")
    for (table_sex, table_era), table in tables.items():
        here = (sex == table_sex) & (era == table_era)
        result[here] = chosen(rng, table, int(here.sum()))
    return result
