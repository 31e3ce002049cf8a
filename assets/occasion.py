"""When something is done, and by whom: the one place where the clock and the operating system's user are asked."""

import os
import pwd
from datetime import datetime

from pipelines.warehouse.versions import VIETNAM


def now() -> datetime:
    """The time in Vietnam."""
    return datetime.now(VIETNAM)


def user() -> str:
    """The name of the operating system's user."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # an account without a name, as in some containers
        return str(os.getuid())
