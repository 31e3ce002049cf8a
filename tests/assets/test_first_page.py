"""Dagster's page as a browser gets it."""

from pathlib import Path

import dagster_webserver

from assets.addresses import START
from assets.first_page import made_fit

PAGE = (Path(dagster_webserver.__file__).parent / "webapp" / "build" / "index.html").read_text(encoding="utf-8")


def test_page_of_this_dagster_takes_our_style_last_and_what_the_boxes_show_first():
    page = made_fit(PAGE.replace("NONCE-PLACEHOLDER", "0f" * 16))
    assert page.startswith(f'<!DOCTYPE html><html lang="en"><head><script nonce="{"0f" * 16}">localStorage')
    assert page.endswith("</style></body></html>")
    assert '\\"description\\"' in page or '"description"' in page
    assert f'<a class="trang-dau" href="{START}"' in page
    assert len(page) - len(PAGE) < 2500


def test_page_without_a_nonce_runs_nothing_of_ours():
    assert "localStorage" not in made_fit("<html><head></head><body></body></html>")
