"""`hopnhat history … | head -1`: who reads may stop reading, and nothing is complained of."""

import os
import subprocess
import sys
from pathlib import Path


def test_a_reader_that_leaves_early_is_no_failure(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [Path(sys.executable).with_name("hopnhat"), "history", "--new-commune", "10231", "--data", tmp_path]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    os.close(writing)
    assert done.stderr == ""
