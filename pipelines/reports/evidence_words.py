"""The vocabulary of linking: Vietnamese for the fields, the levels and the candidate rules that specs declare.

A code without an entry is shown as it is: a new code must never hide a row. Labels are short: field and level share
one line of a picture.
"""

from typing import Final

from pipelines.reports.languages import Text

FIELDS: Final = {
    "prior": Text("Điểm xuất phát", "Starting point"),
    "full_name": Text("Họ và tên", "Full name"),
    "birth_date": Text("Ngày sinh", "Birth date"),
    "sex": Text("Giới tính", "Sex"),
    "personal_id": Text("Số định danh", "Personal number"),
    "old_id_no": Text("Số CMND", "Old ID number (CMND)"),
    "father_name": Text("Họ tên cha", "Father's name"),
    "mother_name": Text("Họ tên mẹ", "Mother's name"),
    "spouse_name": Text("Họ tên vợ/chồng", "Spouse's name"),
    "residence": Text("Nơi ở", "Residence"),
    "phone": Text("Số điện thoại", "Telephone number"),
    "owner_mention": Text("Số giấy tờ ghi trong sổ đất", "Number given in the land book"),
    "life": Text("Còn sống hay đã chết", "Alive or dead"),
    "number": Text("Số tờ, số thửa", "Sheet and parcel"),
    "certificate_no": Text("Số phát hành giấy chứng nhận", "Certificate serial number"),
    "certificate_book_no": Text("Số vào sổ", "Certificate book number"),
    "area": Text("Diện tích", "Area"),
    "land_use": Text("Loại đất", "Land use"),
    "owner_name": Text("Tên chủ sử dụng", "Owner's name"),
    "owner_id_no": Text("Giấy tờ của chủ", "Owner's identity number"),
    "owner_birth_year": Text("Năm sinh của chủ", "Owner's birth year"),
    "field_name": Text("Xứ đồng hoặc thôn", "Farm field or hamlet"),
}

LEVELS: Final = {
    "equal": Text("trùng khớp", "equal"),
    "same": Text("trùng khớp", "equal"),
    "other": Text("khác nhau", "different"),
    "similar": Text("gần giống", "similar"),
    # How common a name is, by whole bits of surprisal: 16 bits are one in 65,536.
    "equal_16_bits": Text("trùng khớp, hiếm (dưới 1/65.000 người)", "equal, rare (under 1 in 65,000 people)"),
    "equal_14_bits": Text("trùng khớp, hiếm (dưới 1/16.000 người)", "equal, rare (under 1 in 16,000 people)"),
    "equal_12_bits": Text("trùng khớp, ít gặp (dưới 1/4.000 người)", "equal, uncommon (under 1 in 4,000 people)"),
    "equal_10_bits": Text("trùng khớp, ít gặp (dưới 1/1.000 người)", "equal, uncommon (under 1 in 1,000 people)"),
    "equal_common": Text("trùng khớp, hay gặp", "equal, common"),
    "marks_lost_14_bits": Text(
        "trùng khớp, một bên mất dấu, hiếm (dưới 1/16.000)", "equal, one side unmarked, rare (under 1 in 16,000)"
    ),
    "marks_lost_11_bits": Text(
        "trùng khớp, một bên mất dấu, ít gặp (dưới 1/2.000)",
        "equal, one side unmarked, uncommon (under 1 in 2,000)",
    ),
    "marks_lost_common": Text("trùng khớp, một bên mất dấu, hay gặp", "equal, one side unmarked, common"),
    "twin_name": Text(
        "như sinh đôi: cùng ngày sinh, cùng nhà, khác tên", "as twins: same birth date and home, other name"
    ),
    "marks_differ": Text("chỉ khác dấu", "only the marks differ"),
    "marks_differ_before_given": Text("chỉ khác dấu ở họ hoặc chữ đệm", "only marks of surname or middle name differ"),
    "tone_of_given_differs": Text("chỉ khác dấu thanh ở tên (như Hà, Hạ)", "only the tone of the given name differs"),
    "marks_of_given_differ": Text("chỉ khác dấu ở tên (như Hùng, Hưng)", "only marks of the given name differ"),
    "abbreviated": Text("một bên viết tắt", "one side abbreviated"),
    "part_left_out_rare": Text("một bên thiếu chữ đệm, tên ít gặp", "one side lacks the middle name, uncommon name"),
    "part_left_out": Text("một bên thiếu chữ đệm", "one side lacks the middle name"),
    "one_letter": Text("lệch một chữ cái", "one letter off"),
    "one_letter_before_given": Text("lệch một chữ cái ở họ hoặc chữ đệm", "one letter off in surname or middle name"),
    "one_letter_of_given": Text("lệch một chữ cái ở tên", "one letter off in the given name"),
    "other_surname": Text("khác họ, trùng chữ đệm và tên", "other surname, same middle and given name"),
    "given_and_surname": Text("trùng họ và tên, khác chữ đệm", "same surname and given name, other middle name"),
    "given": Text("chỉ trùng tên", "same given name only"),
    "before_given": Text("trùng họ và chữ đệm, khác tên", "same surname and middle name, other given name"),
    "day_month_swapped": Text("đảo ngày và tháng", "day and month swapped"),
    "one_digit": Text("lệch một chữ số, cùng năm", "one digit off, same year"),
    "year_slip": Text("trùng ngày và tháng, năm lệch 1 hoặc 10", "same day and month, year off by 1 or 10"),
    "one_year_only": Text("một bên chỉ ghi năm hoặc 01/01, trùng năm", "one side only a year or 01/01, same year"),
    "both_year_only": Text("hai bên chỉ ghi năm hoặc 01/01, trùng năm", "both sides only a year or 01/01, same year"),
    "same_year": Text("trùng năm, khác ngày hoặc tháng", "same year, other day or month"),
    "same_month_day": Text("trùng ngày và tháng, khác năm", "same day and month, other year"),
    "year_by_number": Text(
        "khác năm, nhưng trùng năm trong số định danh kia", "other year, but equal to that in the other's number"
    ),
    "near_year": Text("khác nhau, năm lệch 1 hoặc 10", "different, year off by 1 or 10"),
    "generation": Text("cách nhau từ 14 năm trở lên", "14 years or more apart"),
    "one_edit": Text("lệch một ký tự", "one character off"),
    "neighbouring": Text("lệch một chữ số, khác tên", "one digit off, other name"),
    "heads_the_other": Text(
        "một bên trống, chủ hộ bên đó mang tên này", "one side empty, its household head has this name"
    ),
    "heads_neither": Text(
        "một bên trống, chủ hộ bên đó mang tên khác", "one side empty, its household head has another name"
    ),
    "same_household": Text("cùng hộ", "same household"),
    "same_head": Text("cùng xã cũ, cùng tên chủ hộ", "same old commune, same name of household head"),
    "same_hamlet": Text("cùng thôn, tổ dân phố", "same hamlet"),
    "same_commune": Text("cùng xã cũ", "same old commune"),
    "other_commune_same_head": Text("khác xã cũ, cùng tên chủ hộ", "other old commune, same name of household head"),
    "other_commune": Text("khác xã cũ", "other old commune"),
    "both_dead": Text("hai bên đều ghi đã chết", "both recorded as dead"),
    "alive_after_death": Text("còn sống sau ngày bên kia ghi đã chết", "alive after the other's recorded death"),
    "dead_later": Text("ghi đã chết không sớm hơn ghi còn sống", "not recorded alive after the recorded death"),
    "other_number": Text("khác số, cùng một sổ", "other number, same land book"),
    "other_scale": Text("cùng số, khác tỷ lệ bản đồ", "same number, other map scale"),
    "same_without_scale": Text("cùng số, một bên không ghi tỷ lệ", "same number, one side names no scale"),
    "same_without_map": Text("cùng số, một bên không ghi hệ bản đồ", "same number, one side names no map system"),
    "resurvey_rare_area": Text(
        "khác hệ bản đồ, cùng GCN và diện tích ít gặp", "other map, same certificate, uncommon area"
    ),
    "resurvey_same_place": Text(
        "khác hệ bản đồ, cùng GCN, diện tích và nơi có đất", "other map, same certificate, area and place"
    ),
    "resurvey_same_field": Text(
        "khác hệ bản đồ, cùng GCN, diện tích, xứ đồng", "other map, same certificate, area, farm field"
    ),
    "resurvey_of_several": Text(
        "khác hệ bản đồ, cùng GCN, có thửa tương tự", "other map, same certificate, similar parcels"
    ),
    "other_map": Text("khác hệ bản đồ, GCN hoặc diện tích khác nhau", "other map, certificate or area differs"),
    "other_map_unsure": Text("khác hệ bản đồ, thiếu GCN hoặc diện tích", "other map, certificate or area missing"),
    "boundary": Text("khác xã cũ, cùng GCN của một thửa", "other old commune, certificate of one parcel"),
    "boundary_by_area": Text("khác xã cũ, cùng GCN và diện tích", "other old commune, same certificate and area"),
    "boundary_sibling": Text("khác xã cũ, cùng GCN, diện tích khác", "other old commune, same certificate, other area"),
    "boundary_of_several": Text(
        "khác xã cũ, cùng GCN của nhiều thửa", "other old commune, certificate of many parcels"
    ),
    "equal_rare": Text("trùng khớp, ít gặp", "equal, uncommon"),
    "both_equal": Text("trùng khớp cả hai chủ", "both owners equal"),
    "partner": Text("trùng một trong hai chủ", "one of two owners equal"),
    "missing": Text("có bên bỏ trống", "missing on one side or both"),
    "homestead": Text("cùng là đất ở, khác phần còn lại", "both residential, the rest differs"),
    "same_field": Text("cùng xứ đồng", "same farm field"),
    "other_field": Text("khác xứ đồng", "other farm field"),
    "other_hamlet": Text("khác thôn, tổ dân phố", "other hamlet"),
    "same_field_across": Text("khác xã cũ, cùng tên xứ đồng", "other old commune, same farm field's name"),
    "other_field_across": Text("khác xã cũ, khác tên xứ đồng", "other old commune, other farm field's name"),
    "within_1_percent": Text("lệch không quá 1%", "at most 1% apart"),
    "within_2_percent": Text("lệch không quá 2%", "at most 2% apart"),
    "within_10_percent": Text("lệch không quá 10%", "at most 10% apart"),
    "twin": Text("so với hai người sinh đôi", "against two twins"),
    "family": Text("so với hai người cùng gia đình", "against two members of one family"),
    "namesake": Text("so với hai người trùng tên", "against two namesakes"),
    "same_owner": Text("so với thửa khác của cùng chủ", "against another parcel of the same owner"),
    "same_certificate": Text(
        "so với thửa khác trên cùng giấy chứng nhận", "against another parcel on the same certificate"
    ),
    "stranger": Text("so với hai bản ghi không liên quan", "against two unrelated records"),
}

CANDIDATE_RULES: Final = {
    "personal_id": Text("Cùng số định danh", "Same personal number"),
    "old_id_no": Text("Cùng số CMND", "Same old ID number (CMND)"),
    "name_and_birth_date": Text("Cùng họ tên và ngày sinh", "Same full name and birth date"),
    "given_name_and_birth_date": Text("Cùng tên và ngày sinh", "Same given name and birth date"),
    "given_name_and_household": Text("Cùng tên và hộ gia đình", "Same given name and household"),
    "name_and_month_day": Text("Cùng họ tên, ngày và tháng sinh", "Same full name, day and month of birth"),
    "birth_date_and_father": Text("Cùng ngày sinh và họ tên cha", "Same birth date and father's name"),
    "birth_date_and_mother": Text("Cùng ngày sinh và họ tên mẹ", "Same birth date and mother's name"),
    "year_and_parents": Text("Cùng năm sinh, họ tên cha và mẹ", "Same birth year, father's and mother's name"),
    "name_and_mother": Text("Cùng họ tên và họ tên mẹ", "Same full name and mother's name"),
    "name_and_father": Text("Cùng họ tên và họ tên cha", "Same full name and father's name"),
    "name_and_spouse": Text("Cùng họ tên và họ tên vợ/chồng", "Same full name and spouse's name"),
    "given_name_and_parents": Text("Cùng tên, họ tên cha và mẹ", "Same given name, father's and mother's name"),
    "before_given_and_birth_date": Text("Cùng họ, chữ đệm và ngày sinh", "Same surname, middle name and birth date"),
    "phone_and_given_name": Text("Cùng số điện thoại và tên", "Same telephone number and given name"),
    "name_and_month": Text("Cùng họ tên, tháng và năm sinh", "Same full name, month and year of birth"),
    "name_and_swapped_date": Text(
        "Cùng họ tên và năm sinh, ngày và tháng đổi chỗ", "Same full name and birth year, day and month swapped"
    ),
    "name_and_year_alone": Text(
        "Cùng họ tên và năm sinh, một bên chỉ ghi năm", "Same full name and birth year, one side only a year"
    ),
    "name_birth_date_and_father": Text(
        "Cùng họ tên, ngày sinh và họ tên cha", "Same full name, birth date and father's name"
    ),
    "name_birth_date_and_mother": Text(
        "Cùng họ tên, ngày sinh và họ tên mẹ", "Same full name, birth date and mother's name"
    ),
    "name_birth_date_and_spouse": Text(
        "Cùng họ tên, ngày sinh và họ tên vợ/chồng", "Same full name, birth date and spouse's name"
    ),
    "name_birth_date_and_phone": Text(
        "Cùng họ tên, ngày sinh và số điện thoại", "Same full name, birth date and telephone"
    ),
    "number": Text("Cùng số tờ, số thửa", "Same sheet and parcel number"),
    "certificate_no": Text("Cùng số phát hành giấy chứng nhận", "Same certificate serial number"),
    "number_without_map": Text(
        "Cùng số tờ, số thửa, một bên không ghi hệ bản đồ", "Same sheet and parcel number, one side without map system"
    ),
    "certificate_book_no_and_owner": Text("Cùng số vào sổ và tên chủ", "Same certificate book number and owner's name"),
    "owner_number_and_area": Text(
        "Cùng số định danh của chủ, diện tích gần nhau", "Same owner's personal number, similar area"
    ),
    "owner_number_and_shifted_area": Text(
        "Cùng số định danh của chủ, diện tích gần nhau (khoảng so le)",
        "Same owner's personal number, similar area (staggered bands)",
    ),
    "owner_old_number_and_area": Text(
        "Cùng số CMND của chủ, diện tích gần nhau", "Same owner's old ID number, similar area"
    ),
    "owner_old_number_and_shifted_area": Text(
        "Cùng số CMND của chủ, diện tích gần nhau (khoảng so le)",
        "Same owner's old ID number, similar area (staggered bands)",
    ),
    "owner_name_and_area": Text("Cùng tên chủ, diện tích gần nhau", "Same owner's name, similar area"),
    "owner_name_and_shifted_area": Text(
        "Cùng tên chủ, diện tích gần nhau (khoảng so le)", "Same owner's name, similar area (staggered bands)"
    ),
    "co_owner_name_and_area": Text(
        "Cùng tên chủ thứ hai, diện tích gần nhau", "Same second owner's name, similar area"
    ),
    "co_owner_name_and_shifted_area": Text(
        "Cùng tên chủ thứ hai, diện tích gần nhau (khoảng so le)",
        "Same second owner's name, similar area (staggered bands)",
    ),
}
