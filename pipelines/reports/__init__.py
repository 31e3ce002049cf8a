"""Pages that say, in Vietnamese and without any outside address, what a run did."""

from pipelines.reports.page import render_commune_page

__all__ = ["render_commune_page"]
