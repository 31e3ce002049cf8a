"""What holds for all tests: none of them fails because the machine is busy, and where there is time more is drawn."""

import pytest
from hypothesis import settings

settings.register_profile("short", deadline=None)
settings.register_profile("long", deadline=None, max_examples=1000)
settings.load_profile("short")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="write the documentation's pictures to docs/pictures")


def pytest_configure(config: pytest.Config) -> None:
    """`make test` leaves the long tests out; whoever runs them has time for ten times as many examples."""
    if config.option.markexpr != "not long":
        settings.load_profile("long")
