"""Across new communes: the same person in two of them, the same certificate in two land books.

What it finds is a residence list and cases for a person; no warehouse is changed, nobody is merged.
"""
