"""Land parcels: standard columns, what to compare, what survives, numbers and owners."""
