"""For each warning on the domain, SQL that breaks it in the small valid warehouse of `conftest`."""

DOMAIN_MUTATIONS: dict[str, str] = {}
