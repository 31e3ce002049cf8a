"""Connected components: what hangs together by links."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components


def components(a: NDArray[np.integer], b: NDArray[np.integer], size: int) -> NDArray[np.int32]:
    """For each of `size` nodes the number of its component, where node `a[n]` is linked with node `b[n]`."""
    graph = csr_array((np.ones(len(a), dtype=np.int8), (a, b)), shape=(size, size))
    _, component = connected_components(graph, directed=False)
    labels: NDArray[np.int32] = component
    return labels
