"""Who did what: an append-only log of acts, each line bound to the one before it, so that a change is seen."""
