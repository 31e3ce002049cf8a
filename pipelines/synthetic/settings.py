"""What a sample is made for: the old communes, and how often everything that varies happens."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Rate = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class OldCommune:
    """A commune before the merger; `kind` is its level, such as "xã"."""

    code: str
    name: str
    kind: str
    district: str
    province: str

    @property
    def address(self) -> str:
        """The commune as the end of an address."""
        return f"{self.kind} {self.name}, {self.district}, {self.province}"


class SampleSettings(BaseModel):
    """Every rate of a sample. Rates are shares between 0 and 1 unless the description says otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    surname_concentration: float = Field(
        default=25,
        gt=0,
        description="Dirichlet concentration of a commune's surnames; the smaller, the more tilted",
    )
    twin_births: Rate = Field(default=0.01, description="births that are twins")
    personal_number: Rate = Field(default=0.85, description="people whose 12-digit number is recorded")
    born_elsewhere: Rate = Field(default=0.06, description="personal numbers issued by another province than Hanoi")
    old_number: Rate = Field(default=0.45, description="people born before 2005 whose 9-digit number is recorded")
    phone: Rate = Field(default=0.35, description="adults with a phone number")
    parents_unknown: Rate = Field(default=0.25, description="people born before 1960 with no parent recorded")
    moved_away: Rate = Field(default=0.02, description="people still in their register but marked as moved away")
    dead: Rate = Field(default=0.05, description="people born before 1950 marked as dead")
    other_ethnicity: Rate = Field(default=0.03, description="households that are not Kinh")

    movers: Rate = Field(default=0.04, description="people recorded in a second old commune too")
    mover_marked: Rate = Field(default=0.4, description="movers whose first commune has noted that they left")
    doubles: Rate = Field(default=0.02, description="people recorded twice in one register")

    errors_per_original: float = Field(
        default=0.10, ge=0, le=3, description="typing errors per original row, on average"
    )
    errors_per_copy: float = Field(default=0.50, ge=0, le=3, description="typing errors per copied row, on average")
    year_only_if_old: Rate = Field(default=0.10, description="rows of people born before 1960 with only a birth year")
    first_january_if_old: Rate = Field(default=0.06, description="rows of people born before 1960 put at 01/01")
    short_date: Rate = Field(default=0.10, description="dates written without leading zeros")

    certificate: Rate = Field(default=0.75, description="parcels with a certificate")
    owner_number: Rate = Field(default=0.70, description="parcels with the owner's personal or old number")
    public_owner: Rate = Field(default=0.02, description="parcels used by the commune's committee")
    second_map_system: Rate = Field(default=0.08, description="map sheets drawn under another system than the main one")
    decimal_comma: Rate = Field(default=0.08, description="areas written with a decimal comma")
    parcel_doubles: Rate = Field(default=0.02, description="parcels entered twice in one book")
    double_difference: Rate = Field(
        default=0.4, description="how often each typing difference marks such a second entry"
    )
    boundary_parcels: Rate = Field(default=0.01, description="parcels recorded in the neighbouring book too")
