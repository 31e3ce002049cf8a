"""The one way in which the pipelines say that an input cannot be used, now or at all."""


class UnusableInput(Exception):
    """Nothing can be done with this input; `str()` is one clear sentence for the officer.

    The sentence names the file or folder and the cause, never the content of a row. The command line ends with
    status 2 on it, and Dagster shows it as the failure's description.
    """

    def __init__(self, vi: str, en: str) -> None:
        super().__init__(f"{vi} ({en})")


class UnusableNow(UnusableInput):
    """The same input may be usable a moment later, without anybody's doing."""
