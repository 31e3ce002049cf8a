"""The reconciliation itself: plain functions on Polars frames; knows neither Dagster nor Great Expectations."""
