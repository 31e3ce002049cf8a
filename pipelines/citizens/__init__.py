"""Citizens: standard columns, what to compare, and what survives into the golden record."""
