"""The Dagster face of the reconciliation: assets, checks, partitions, jobs, resources, and the command line."""
