"""Ids of rows and of entities."""
