"""What the rules on people and land rest on: laws, plans and observations, and how sure each is.

"Verified" was read in the source that is named or in the press on it; "likely" is what officers and papers do as far as
is known; an "assumption" is the project's own and may be changed wherever it is wrong.
"""

from typing import Final

PERSONAL_NUMBER: Final = (
    "NĐ 137/2015/NĐ-CP Art. 13; TT 07/2016/TT-BCA Art. 7 (verified); numbers with a wrong structure were cancelled "
    "and issued again from 2023 (verified in the press)"
)
IDENTIFICATION: Final = "Law on Identification 26/2023/QH15 Art. 9 (verified)"
SPREADSHEETS: Final = "Numbers that a spreadsheet read as quantities: lost zeros, 1.19E+09 (likely)"
CMND: Final = "Law on Identification 26/2023/QH15: 9-digit numbers are no longer valid from 1 January 2025 (likely)"
BIRTH_DATES: Final = (
    "TT 04/2020/TT-BTP Art. 18, amended by TT 04/2024: dates that papers do not tell (verified in part)"
)
RESIDENCE: Final = "Law on Residence 68/2020/QH14 (likely)"
LAND_BOOK: Final = "TT 26/2024/TT-BTNMT Art. 21: what a land book holds (verified)"
PLAN_515: Final = "Plan 515/KH-BCA-BNN&MT of 31 August 2025: fields and groups of parcels (verified in the press)"
CERTIFICATE_FORMS: Final = (
    "TT 10/2024/TT-BTNMT: two letters and eight digits since 1 August 2024, the form before it printed until "
    "31 December 2024 (verified); two or one letters and six digits before (likely)"
)
LAND_USE_CODES: Final = (
    "TT 28/2014 and TT 25/2014/TT-BTNMT; map codes before them (verified); signs of old papers (likely)"
)
MERGER: Final = "NQ 1656/NQ-UBTVQH15; conversion table of the National Statistics Office (verified)"
EQUAL_NAMES: Final = "Hamlets of equal names in merged communes (likely)"
ASSUMPTION: Final = "Plausibility check of the project (assumption)"
