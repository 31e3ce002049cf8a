"""Nothing is asked of a network: no name is looked up and no connection is made, by any command."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

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


@pytest.mark.long
def test_dagsters_pages_ask_nothing_of_another_machine(project, tmp_path):
    """Its processes talk to each other on this machine; nothing else is reached for."""
    if not shutil.which("strace"):
        pytest.skip("strace is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("HOPNHAT_", "DAGSTER_"))}
    environment |= {"HOPNHAT_DATA": str(tmp_path / "data"), "HOPNHAT_PORT": str(port)}
    trace = ["strace", "-f", "-qq", "--seccomp-bpf", "-e", "trace=connect,sendto,sendmsg,sendmmsg"]
    with (tmp_path / "log").open("wb") as log:
        pages = subprocess.Popen(
            [*trace, "-o", str(tmp_path / "calls"), sys.executable, "-m", "assets.ui"],
            cwd=project,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            assert _answers(f"http://127.0.0.1:{port}/server_info", 180), (tmp_path / "log").read_text()
        finally:
            os.killpg(pages.pid, signal.SIGKILL)
            pages.wait()
    reached = re.findall(r".*AF_INET.*", (tmp_path / "calls").read_text("utf-8"))
    assert [call for call in reached if '"127.0.0.1"' not in call and '"::1"' not in call] == []


def _answers(address: str, patience: float) -> bool:
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
    return False
