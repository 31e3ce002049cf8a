"""What a sample is made for: the old communes, and how often everything that varies happens."""

from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipelines.communes import merger_map as communes

from .columns import CITIZEN_COLUMNS

Rate = Annotated[float, Field(ge=0, le=1)]
_DIRT, _LAND_DIRT, _FORM = "dirt", "dirt of land books", "form of a file"
Dirt = Annotated[float, Field(ge=0, le=1), _DIRT]
"""The chance that an error strikes a row to which it can happen; a row can suffer many kinds."""
LandDirt = Annotated[float, Field(ge=0, le=1), _LAND_DIRT]
"""The same for the rows of land books."""
Form = Annotated[float, Field(ge=0, le=1), _FORM]
"""The share of files that were saved in this form."""

_MOST = 0.5
"""What a scaled rate of dirt does not pass: beyond it the exception becomes the rule."""


@dataclass(frozen=True)
class Heir:
    """A commune since the merger to which land of an old one came, and perhaps people."""

    code: str
    name: str
    kind: str
    people: bool


@dataclass(frozen=True)
class OldCommune:
    """A commune before the merger; `kind` is its level, such as "xã", and `heirs` are the communes it went to."""

    code: str
    name: str
    kind: str
    district: str
    province: str
    heirs: tuple[Heir, ...] = ()

    @classmethod
    def of(cls, old: communes.OldCommune, mergers: communes.MergerMap | None = None) -> Self:
        """One of the merger map, with district and province as they stand inside an address: huyện Thường Tín."""
        district, province = (text[:1].lower() + text[1:] for text in (old.district, old.province))
        pairs = (mergers or communes.MergerMap.shipped()).pairs.filter(old_code=old.code).sort("new_code")
        heirs = tuple(
            Heir(row["new_code"], row["new_name"], row["new_kind"], row["population_part"] != "none")
            for row in pairs.iter_rows(named=True)
        )
        return cls(old.code, old.name, old.kind, district, province, heirs)

    @property
    def split(self) -> bool:
        """Whether its people or its land went to more than one commune."""
        return len(self.heirs) > 1

    @property
    def address(self) -> str:
        """The commune as the end of an address."""
        return f"{self.kind} {self.name}, {self.district}, {self.province}"


class SampleSettings(BaseModel):
    """Every rate of a sample: facts of the population, dirt of the registers, forms of the files."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Facts of the population.
    surname_concentration: float = Field(
        default=25,
        gt=0,
        description="Dirichlet concentration of a commune's surnames; the smaller, the more tilted",
    )
    given_name_concentration: float = Field(
        default=300,
        gt=0,
        description="Dirichlet concentration of the sample's given and middle names; the smaller, the more tilted",
    )
    twin_births: Rate = Field(default=0.012, description="births that are twins")
    triplets: Rate = Field(default=0.02, description="twins that a third child is born with")
    twins_like_sexed: Rate = Field(default=0.68, description="twins of one sex")
    twins_alike: Rate = Field(default=0.6, description="like-sexed twins with names one syllable or one mark apart")
    twins_neighbouring: Rate = Field(default=0.3, description="like-sexed twins with neighbouring personal numbers")
    siblings_alike: Rate = Field(
        default=0.06, description="like-sexed siblings born within three years whose names are one mark apart"
    )
    namesake_sons: Rate = Field(default=0.005, description="sons, and sons' sons, with the name of the head at home")
    neighbour_namesakes: Rate = Field(
        default=0.01, description="people who share full name and birth year with someone of another household nearby"
    )
    namesake_fathers: Rate = Field(default=0.02, description="heads who bear the full name of another of the hamlet")
    in_laws_twice: Rate = Field(
        default=0.05, description="daughters-in-law who are recorded in their parents' household too"
    )
    remarried: Rate = Field(default=0.03, description="copied rows of the married with another spouse's name")
    personal_number: Rate = Field(default=0.92, description="people who hold a recorded 12-digit number at all")
    born_elsewhere: Rate = Field(default=0.06, description="personal numbers issued by another province than Hanoi")
    old_number: Rate = Field(default=0.47, description="people born before 2005 whose 9-digit number is known")
    numbers_recorded: Rate = Field(default=0.86, description="rows whose register asked for a number that is held")
    phone: Rate = Field(default=0.35, description="adults with a phone number")
    numbers: tuple[Rate, Rate] = Field(
        default=(0.0, 1.0),
        description="part of all numbers, from one share to another, that this sample's are drawn from: two samples of "
        "parts that do not overlap share none",
    )
    parents_unknown: Rate = Field(default=0.12, description="people with no parent recorded")
    parents_unknown_if_old: Rate = Field(default=0.42, description="the same of people born before 1960")
    moved_away: Rate = Field(default=0.02, description="people still in their register but marked as moved away")
    dead: Rate = Field(default=0.05, description="people born before 1950 marked as dead")
    other_ethnicity: Rate = Field(default=0.03, description="households that are not Kinh")

    movers: Rate = Field(default=0.07, description="people recorded in a second old commune too")
    doubles: Rate = Field(default=0.04, description="people recorded twice in one register")
    three_rows: Rate = Field(default=0.01, description="people recorded twice in one register and in a second one")
    mover_marked: Rate = Field(default=0.4, description="movers whose first commune has noted that they left")
    split_households: Rate = Field(
        default=0.3, description="second rows in one register under the number of a household that split off"
    )
    hamlets_divided: Rate = Field(
        default=0.05, description="hamlets of a split commune through which the new border runs"
    )
    rule_gaps: Rate = Field(default=0.08, description="hamlets and sheets of split communes that no rule places")

    # Dirt: how much of it, and each kind.
    copy_factor: float = Field(
        default=2.4, ge=0, le=10, description="how many times as likely an error is in a copied row as in an original"
    )
    vague_dates_if_old: float = Field(
        default=6, ge=0, le=20, description="how many times as likely the year alone, or 01/01, is of those before 1960"
    )

    # The person's own name, and that of the owner in a land book.
    marks_lost: Dirt = Field(default=0.016, description="names without any diacritic")
    syllable_marks_lost: Dirt = Field(default=0.005, description="names of which one syllable lost its diacritics")
    telex_left: Dirt = Field(default=0.003, description="names with a syllable as typed in Telex (Nguyeenx)")
    vni_typing_left: Dirt = Field(default=0.002, description="names with a syllable as typed in VNI (Nguye6n4)")
    stroke_lost: Dirt = Field(default=0.015, description="D for Đ")
    tone_changed: Dirt = Field(default=0.008, description="names with another tone on one syllable (Hùng, Hung)")
    vowel_mark_changed: Dirt = Field(default=0.005, description="names with another vowel in one syllable (Hung, Hưng)")
    name_slip: Dirt = Field(default=0.012, description="names with one letter dropped, doubled or changed")
    middle_dropped: Dirt = Field(default=0.008, description="names without their middle, or the first word of it")
    abbreviated: Dirt = Field(default=0.004, description="names abbreviated or with initials (Ng. Văn A, N.V. A)")
    tone_placement: Dirt = Field(default=0.12, description="hoà for hòa, thuỷ for thủy")
    i_for_y: Dirt = Field(default=0.06, description="Lí for Lý, Quí for Quý")
    title_in_front: Dirt = Field(default=0.002, description="names behind Ông, Bà or Cụ")
    remark_behind: Dirt = Field(default=0.002, description="names with a remark such as (đã chết) or (vợ: …)")
    upper_case: Dirt = Field(default=0.009, description="names in capitals")
    lower_case: Dirt = Field(default=0.002, description="names in small letters")
    confusable_letters: Dirt = Field(default=0.002, description="names with Cyrillic а, о, е or a dotless ı")
    stray_space: Dirt = Field(default=0.005, description="names with a double, leading or trailing space")
    invisible_characters: Dirt = Field(default=0.002, description="names with a no-break or zero-width space")

    # The names of father, mother, spouse and head of household: each name errs by itself.
    relative_marks_lost: Dirt = Field(default=0.002, description="names of relatives without any diacritic")
    relative_slip: Dirt = Field(default=0.002, description="names of relatives with a wrong letter")
    relative_tone_changed: Dirt = Field(default=0.001, description="names of relatives with another tone")
    relative_middle_dropped: Dirt = Field(default=0.002, description="names of relatives without their middle")
    relative_abbreviated: Dirt = Field(default=0.001, description="names of relatives abbreviated")
    parent_partly: Dirt = Field(default=0.002, description="parents of whom the given name alone is written")
    father_missing: Dirt = Field(default=0.008, description="fathers left out")
    mother_missing: Dirt = Field(default=0.008, description="mothers left out")
    spouse_missing: Dirt = Field(default=0.006, description="spouses left out")
    head_missing: Dirt = Field(default=0.002, description="heads of household left out")

    date_missing: Dirt = Field(default=0.002, description="dates of birth left out")
    year_only: Dirt = Field(default=0.05, description="dates of which the year alone is written")
    first_january: Dirt = Field(default=0.028, description="dates put at 01/01")
    impossible_date: Dirt = Field(default=0.002, description="30/02, 31/06 and the like in place of a date")
    day_month_swapped: Dirt = Field(default=0.008, description="dates with the month first")
    day_slip: Dirt = Field(default=0.007, description="dates with one digit of the day wrong")
    decade_slip: Dirt = Field(default=0.002, description="dates ten years off")
    year_off_by_one: Dirt = Field(default=0.005, description="dates one year off")
    date_in_words: Dirt = Field(default=0.002, description="dates in words (ngày 5 tháng 3 năm 1980)")
    iso_date: Dirt = Field(default=0.002, description="1980-03-05")
    two_digit_year: Dirt = Field(default=0.002, description="05/03/80")
    other_separator: Dirt = Field(default=0.004, description="05-03-1980, 05.03.1980")
    unpadded_date: Dirt = Field(default=0.009, description="5/3/1980")

    number_missing: Dirt = Field(default=0.015, description="12-digit numbers left out")
    number_wrong_structure: Dirt = Field(
        default=0.002, description="people whose 12-digit number truly disagrees with their sex or year of birth"
    )
    number_reissued: Dirt = Field(
        default=0.002, description="people with an old and a new 12-digit number, the new one in their later rows"
    )
    number_of_relative: Dirt = Field(default=0.0008, description="numbers copied from another of the household")
    number_filler: Dirt = Field(default=0.003, description="missing numbers filled with 000000000000 and the like")
    number_digit: Dirt = Field(default=0.023, description="12-digit numbers with one digit wrong")
    number_digits_swapped: Dirt = Field(default=0.001, description="12-digit numbers with two neighbours swapped")
    number_in_wrong_column: Dirt = Field(default=0.002, description="9-digit number in the other column, or reverse")
    number_scientific: Dirt = Field(default=0.001, description="12-digit numbers such as 1.19E+09")
    number_zero_lost: Dirt = Field(default=0.004, description="12-digit numbers without their leading zeros")
    number_spaced: Dirt = Field(default=0.002, description="12-digit numbers with spaces or dots inside")
    old_number_missing: Dirt = Field(default=0.01, description="9-digit numbers left out")
    old_number_digit: Dirt = Field(default=0.01, description="9-digit numbers with one digit wrong")
    old_number_zero_lost: Dirt = Field(default=0.004, description="9-digit numbers without their leading zero")

    sex_missing: Dirt = Field(default=0.004, description="sex left out")
    sex_wrong: Dirt = Field(default=0.003, description="the other sex")
    sex_coded: Dirt = Field(default=0.002, description="sex in another word or code (nam, M, Gái)")
    ethnicity_missing: Dirt = Field(default=0.004, description="ethnicity left out")
    ethnicity_variant: Dirt = Field(default=0.002, description="ethnicity in another spelling (H'Mông, KINH)")
    relation_missing: Dirt = Field(default=0.002, description="relation to the head left out")
    relation_variant: Dirt = Field(default=0.003, description="relation with stray case, or in another word")
    status_variant: Dirt = Field(default=0.004, description="status in other words (chết, Đang cư trú)")
    phone_missing: Dirt = Field(default=0.006, description="phone numbers left out")
    phone_changed: Dirt = Field(default=0.01, description="another phone number")
    phone_format: Dirt = Field(default=0.02, description="phone numbers with dots, with +84, without their zero")
    household_missing: Dirt = Field(default=0.004, description="household numbers left out")
    household_changed: Dirt = Field(default=0.003, description="household numbers of another system")
    hamlet_missing: Dirt = Field(default=0.004, description="hamlets left out")
    hamlet_renamed: Dirt = Field(default=0.002, description="hamlets by a former or later name")
    hamlet_abbreviated: Dirt = Field(default=0.005, description="hamlets abbreviated (T. Đông, TDP 3)")
    hamlet_cased: Dirt = Field(default=0.03, description="hamlets of split communes in capitals or small letters")
    hamlet_tone_placement: Dirt = Field(default=0.3, description="hamlets of split communes with hoà for hòa")
    hamlet_kind_dropped: Dirt = Field(default=0.02, description="hamlets of split communes without Thôn, Xóm, Tổ")
    hamlet_marks_lost: Dirt = Field(default=0.01, description="hamlets of split communes without any diacritic")
    address_missing: Dirt = Field(default=0.002, description="addresses left out")
    two_level_address: Dirt = Field(default=0.003, description="addresses as since July 2025: no district")
    district_left_out: Dirt = Field(default=0.003, description="addresses without their district")
    address_abbreviated: Dirt = Field(default=0.005, description="addresses with X., P., H., TP.")

    empty_columns: tuple[str, ...] = Field(
        default=(), description="columns of the citizen registers that nobody filled, so that no error strikes them"
    )

    # Land: who uses it and by what certificate. Owners' names suffer the errors of names above.
    certificate: Rate = Field(default=0.75, description="holdings with a certificate")
    owner_number: Rate = Field(default=0.70, description="parcels with the owner's personal or old number")
    owner_year: Rate = Field(default=0.80, description="parcels with the owner's year of birth")
    both_numbers: Rate = Field(default=0.35, description="rows of several owners with the numbers of all of them")
    public_owner: Rate = Field(default=0.02, description="holdings of the commune's committee")
    organisation_owner: Rate = Field(default=0.025, description="holdings of companies, cooperatives, pagodas, schools")
    owner_missing: Rate = Field(default=0.01, description="holdings whose owner nobody wrote down")
    co_owners: Rate = Field(default=0.03, description="private holdings of several people who are no couple")
    heirs: Rate = Field(default=0.02, description="private holdings of somebody's heirs")
    deceased_named: Rate = Field(default=0.012, description="private holdings whose owner is written down as dead")
    owner_gone: Rate = Field(default=0.04, description="private holdings of people who are in no register any more")
    owner_elsewhere: Rate = Field(default=0.05, description="private holdings of people of any old commune")

    # Land: maps, and parcels that stand in the books more than once.
    second_map_system: Rate = Field(
        default=0.08, description="parcels drawn under another map system than the main one"
    )
    sheets_divided: Rate = Field(
        default=0.3, description="borders between parts of a split commune that run through a sheet"
    )
    parcel_doubles: Rate = Field(default=0.02, description="parcels entered twice in one book")
    double_difference: Rate = Field(
        default=0.4, description="how often each typing difference marks such a second entry"
    )
    certificate_reissued: Rate = Field(default=0.12, description="second entries with a certificate issued since")
    boundary_parcels: Rate = Field(default=0.01, description="parcels recorded in the neighbouring book too")
    boundary_beyond: Rate = Field(default=0.08, description="those of them whose two areas differ by 3 % and more")
    surveyed_again: Rate = Field(default=0.08, description="parcels that stand in their book by another survey too")
    remeasured: Rate = Field(
        default=0.5, description="of these, parcels of another area, certificate or shape by the other survey"
    )
    survey_noted: Rate = Field(default=0.4, description="parcels of a later survey that note their former number")
    sold_when_split: Rate = Field(default=0.5, description="parts of a divided parcel with another owner")

    # Dirt of land books.
    decimal_comma: LandDirt = Field(default=0.08, description="areas written with a decimal comma")
    map_system_variant: LandDirt = Field(
        default=0.15, description="map systems in other words (BĐ 299, đo đạc tổng thể)"
    )
    map_system_missing: LandDirt = Field(default=0.006, description="map systems left out")
    scale_variant: LandDirt = Field(default=0.06, description="scales in other forms (1/1000, 1:1.000)")
    scale_missing: LandDirt = Field(default=0.01, description="scales left out")
    parcel_hamlet_variant: LandDirt = Field(default=0.08, description="hamlets of parcels spelled otherwise")
    parcel_hamlet_missing: LandDirt = Field(default=0.02, description="hamlets of parcels left out")
    number_padded: LandDirt = Field(default=0.01, description="parcel numbers with leading zeros")
    owner_restyled: LandDirt = Field(default=0.15, description="copied entries that name the owners in another way")
    owner_number_wrong: LandDirt = Field(default=0.015, description="owners' numbers with one digit wrong")
    owner_year_wrong: LandDirt = Field(default=0.02, description="owners' years of birth one or ten years off")
    owner_address_missing: LandDirt = Field(default=0.04, description="owners' addresses left out")
    owner_address_variant: LandDirt = Field(default=0.12, description="owners' addresses abbreviated or shortened")
    single_use_with_area: LandDirt = Field(default=0.04, description="single uses that tell their area")
    land_use_sign: LandDirt = Field(default=0.05, description="uses by old signs (T, V, Ao, 2L, ĐM) on maps of 1994")
    land_use_sign_if_old: LandDirt = Field(default=0.25, description="the same on maps under Directive 299")
    land_use_in_words: LandDirt = Field(default=0.03, description="uses in words (Đất ở, Đất vườn)")
    land_use_legacy: LandDirt = Field(default=0.15, description="uses by codes of before 2014, on maps before the last")
    land_use_unknown: LandDirt = Field(default=0.008, description="uses by codes that nobody knows")
    land_use_areas_wrong: LandDirt = Field(default=0.03, description="areas of uses that miss that of the parcel")
    certificate_form: LandDirt = Field(
        default=0.15, description="serials in another form (BĐ123456, bđ 123456, BD-123456)"
    )
    book_number_form: LandDirt = Field(default=0.15, description="book numbers in another form (CS05494, CH-00123)")
    certificate_digit: LandDirt = Field(default=0.002, description="serials with one digit wrong")
    certificate_of_another: LandDirt = Field(default=0.003, description="serials of a parcel that is unrelated")
    certificate_left_out: LandDirt = Field(default=0.1, description="copied entries without their certificate")

    # Forms of the files. A file has one encoding: plain UTF-8 unless one of the first seven is drawn.
    tcvn3: Form = Field(default=0, description="files of TCVN3 bytes")
    tcvn3_image: Form = Field(default=0, description="UTF-8 files that hold the windows-1252 image of TCVN3")
    vni: Form = Field(default=0, description="files of VNI bytes")
    windows_1258: Form = Field(default=0, description="files in windows-1258")
    utf_8_bom: Form = Field(default=0, description="UTF-8 files with a byte order mark")
    utf_16: Form = Field(default=0, description="UTF-16 files")
    nfd: Form = Field(default=0, description="UTF-8 files with decomposed letters")
    header_aliases: Form = Field(default=0, description="files with other names of columns than the canonical ones")
    title_rows: Form = Field(default=0, description="files with titles above their header")
    total_row: Form = Field(default=0, description="files that end with a total")
    household_on_first_row: Form = Field(
        default=0, description="registers that name number, head and address only on the first row of a household"
    )
    years_by_sex: Form = Field(
        default=0,
        description="registers with the date of birth in a column Nam or a column Nữ, none of the sex",
    )
    semicolons: Form = Field(default=0, description="files delimited by semicolons")
    tabs: Form = Field(default=0, description="files delimited by tabs")

    @field_validator("empty_columns")
    @classmethod
    def _known(cls, columns: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := set(columns) - set(CITIZEN_COLUMNS):
            raise ValueError(f"no columns of a citizen register: {', '.join(sorted(unknown))}")
        return columns

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if self.movers + self.doubles + self.three_rows > 1:
            raise ValueError("movers, doubles and three_rows are shares of one population")
        if sum(getattr(self, name) for name in ENCODINGS) > 1 or self.semicolons + self.tabs > 1:
            raise ValueError("a file has one encoding and one delimiter: their shares add up to 1 at most")
        return self

    def scaled(self, factor: float) -> "SampleSettings":
        """The same people in registers with so many times the dirt; no rate is driven beyond a half."""
        if factor < 0:
            raise ValueError("dirt cannot be scaled by less than nothing")
        rates = {name: getattr(self, name) for name in (*dirt_kinds(), *land_dirt_kinds())}
        return self.model_copy(
            update={name: min(rate * factor, max(rate, _MOST)) for name, rate in rates.items()},
        )

    def without(self, *kinds: str) -> "SampleSettings":
        """The same without some kinds of dirt."""
        if unknown := set(kinds) - {*dirt_kinds(), *land_dirt_kinds()}:
            raise ValueError(f"no kinds of dirt: {', '.join(sorted(unknown))}")
        return self.model_copy(update=dict.fromkeys(kinds, 0.0))


ENCODINGS = ("tcvn3", "tcvn3_image", "vni", "windows_1258", "utf_8_bom", "utf_16", "nfd")


def dirt_kinds() -> tuple[str, ...]:
    """The names of all kinds of dirt in registers: the settings that say how often an error strikes."""
    return _marked(_DIRT)


def land_dirt_kinds() -> tuple[str, ...]:
    """The same of land books."""
    return _marked(_LAND_DIRT)


def file_forms() -> tuple[str, ...]:
    """The settings that say how many files have a form other than the plain one."""
    return _marked(_FORM)


def _marked(mark: str) -> tuple[str, ...]:
    return tuple(name for name, field in SampleSettings.model_fields.items() if mark in field.metadata)
