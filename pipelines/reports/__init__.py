"""The audit site: what came in, what became of each row, why two records became one, in pages that an auditor can sign.

`render_page_set` makes the pages of one commune from a warehouse file, `render_publication` those that tell of its
publication; `write_page_set` puts them in their place, and `keep_version` keeps them with their version. The page over
all communes, `site_index`, is not named here: it looks at files that arrive, whose code uses words of this package.
"""

from pipelines.reports.publications import Publication
from pipelines.reports.site import (
    keep_version,
    kept_versions,
    names_unasked,
    render_page_set,
    render_publication,
    render_version,
    replace_version,
    write_page_set,
)

__all__ = [
    "Publication",
    "keep_version",
    "kept_versions",
    "names_unasked",
    "render_page_set",
    "render_publication",
    "render_version",
    "replace_version",
    "write_page_set",
]
