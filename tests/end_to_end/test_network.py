"""Nothing is asked of a network: no name is looked up and no connection is made, by any command."""

import re
import shutil
import subprocess

import pytest


def test_python_asks_nothing_of_a_network(lived):
    """Counted by an audit hook, which sees all that goes through Python's own functions."""
    assert len(lived.ended) > 40
    assert lived.asked == []


def test_no_system_call_reaches_for_a_network(lived):
    """Counted by strace, which sees what libraries in other languages do."""
    if not (lived.folder / "calls").is_file():
        pytest.skip("strace is not installed: what libraries ask of a network without Python is not counted here")
    calls = (lived.folder / "calls").read_text("utf-8")
    assert re.findall(r".*AF_INET.*", calls) == []


def test_strace_sees_a_name_that_is_looked_up_and_a_connection(tmp_path):
    """What the other test does not find can be found."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    ask = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.1', 9))"
    command = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect", "-o", tmp_path / "calls"]
    subprocess.run([*command, "python3", "-c", ask], check=True)
    assert "AF_INET" in (tmp_path / "calls").read_text("utf-8")


def test_commands_work_where_there_is_no_network(lived):
    """In a network namespace of its own a machine has not even a loopback."""
    if not lived.offline:
        pytest.skip("this machine gives no user a network namespace (unshare -rn): not tried without a network")
    assert lived.ended["run"] == lived.ended["pages"] == lived.ended["promote"] == 0
