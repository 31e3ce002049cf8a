"""The audit of libraries (`make audit`) says what it found, and never that all is well when nobody answered."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

AUDIT = Path(__file__).parents[1] / ".ci" / "audit"

SOUND = {"name": "polars", "version": "2.1.0", "vulns": []}
BROKEN = {"name": "jinja2", "version": "3.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1"]}]}
UNASKED = {"name": "duckdb", "skip_reason": "Dependency not found on PyPI and could not be audited: duckdb (1.5.5)"}


@pytest.mark.parametrize(
    ("answers", "status", "said"),
    [
        ([[SOUND], [BROKEN]], 1, "jinja2 3.0: PYSEC-1 → 3.1"),
        ([[SOUND, UNASKED], [SOUND]], 2, "did not answer for 1 of 2"),
        ([[SOUND], None], 2, "Chưa kiểm tra được"),
        ([None, None], 2, "Not audited"),
        ([[SOUND], [SOUND]], 0, "1 packages, nothing known"),
    ],
)
def test_an_audit_says_what_it_could_ask(answers, status, said, tmp_path):
    (tmp_path / "python").symlink_to(shutil.which(sys.executable))
    locks = []
    for at, answer in enumerate(answers):
        locks.append(tmp_path / f"{at}.lock")
        locks[-1].write_text("" if answer is None else json.dumps({"dependencies": answer}))
    peer = tmp_path / "pip-audit"
    peer.write_text('#!/bin/bash\ncat "${@: -1}"\n')
    peer.chmod(0o700)
    done = subprocess.run([tmp_path / "python", AUDIT, *locks], capture_output=True, text=True, check=False)
    assert done.returncode == status
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
