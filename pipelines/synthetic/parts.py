"""Split communes: which households went to which of the communes since the merger."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl

from .draws import Rng, allotted
from .population import Population
from .settings import OldCommune, SampleSettings


def settled(rng: Rng, population: Population, communes: Sequence[OldCommune], settings: SampleSettings) -> Population:
    """The population with the `new_code` of each household and its people, null where the heirs are not known.

    The people of a split commune part by hamlet: whole hamlets go to one of the heirs that got people, but for some
    through which the border runs. Their new address is that of their new commune, where a sample is of several.
    """
    households = population.households
    commune, hamlet = households["commune"].to_numpy(), households["thon"].to_numpy().astype(str)
    code = np.full(len(households), "", dtype="<U5")
    name = np.full(len(households), "", dtype="<U80")
    several = len({heir.code for old in communes for heir in old.heirs}) > 1
    for position, old in enumerate(communes):
        here = np.flatnonzero(commune == position)
        heirs = [heir for heir in old.heirs if heir.people]
        if not heirs or not len(here):
            continue
        hamlets, of_hamlet = np.unique(hamlet[here], return_inverse=True)
        heir = rng.permutation(allotted(rng, len(hamlets), len(heirs)))[of_hamlet]
        divided = (rng.random(len(hamlets)) < settings.hamlets_divided)[of_hamlet]
        other = (heir + 1) % len(heirs)
        heir = np.where(divided & (rng.random(len(here)) < 0.5), other, heir)
        code[here] = np.array([one.code for one in heirs])[heir]
        if several:
            name[here] = np.array([f"{one.kind} {one.name}, {old.province}" for one in heirs])[heir]
    address = pl.when(pl.lit(pl.Series(name != ""))).then(pl.col("thon") + ", " + pl.lit(pl.Series(name)))
    households = households.with_columns(
        new_address=address.otherwise("new_address"), new_code=pl.Series(code).replace("", None)
    )
    own = households.select("new_address", "new_code")[population.people["household"]]
    return replace(population, people=population.people.with_columns(*own), households=households)
