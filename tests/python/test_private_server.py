"""A server of the user's own: shared, and ended with the last process that needs it."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

import brainalign as ba

SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
import brainalign as ba
client = ba.Client()  # never closed
print(client.info().version, flush=True)
sys.stdin.readline()
"""

KILLED = """
import json, os, pathlib, signal, sys, time
sys.path.insert(0, sys.argv[1])
import numpy as np
import brainalign as ba
client = ba.Client()
random = np.random.default_rng(0)
job = client.align(random.normal(size=(60, 3, 2)), random.normal(size=(1, 60, 4)), times=[0, 0.1])
before = job.result()
state = pathlib.Path(os.environ["XDG_CACHE_HOME"], "brainalign", "server", "server.json")
killed = []

def pid():
    try:
        return json.loads(state.read_text())["pid"]
    except FileNotFoundError:
        return killed[-1]

for again in (client, ba.Client()):
    killed.append(json.loads(state.read_text())["pid"])
    os.kill(killed[-1], signal.SIGKILL)
    for _ in range(600):
        if pid() != killed[-1]:
            break
        time.sleep(0.1)
    assert np.array_equal(again.attach(job.job_id).result().score, before.score)
assert len(set(killed)) == 2
"""


def start(folder, script=SCRIPT):
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-X", "dev", "-c", script, os.path.dirname(os.path.dirname(ba.__file__))],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment)


def wait_for_end(pid):
    for _ in range(300):
        if not os.path.exists(f"/proc/{pid}") or "brainalignd" not in open(
                f"/proc/{pid}/comm").read():
            return True
        time.sleep(0.1)
    return False


def test_two_processes_share_it_and_the_last_ends_it(tmp_path):
    first, second = start(tmp_path), start(tmp_path)
    assert first.stdout.readline() == second.stdout.readline() != ""
    folder = tmp_path / "brainalign" / "server"
    state = json.loads((folder / "server.json").read_text())
    assert state["address"] == f"unix:{folder / 'server.sock'}"
    assert os.stat(folder / "server.sock").st_mode & 0o777 == 0o600
    assert os.stat(folder).st_mode & 0o777 == 0o700
    first.communicate("\n", timeout=30)
    time.sleep(0.5)
    assert os.path.exists(f"/proc/{state['pid']}")
    # However the last goes.
    second.send_signal(signal.SIGKILL)
    second.communicate()
    assert wait_for_end(state["pid"])
    third = start(tmp_path)
    assert third.stdout.readline()
    again = json.loads((folder / "server.json").read_text())
    assert again["pid"] != state["pid"]
    assert third.communicate("\n", timeout=30)[1] == ""
    assert wait_for_end(again["pid"])


def test_a_server_that_was_killed_is_replaced_and_its_jobs_survive(tmp_path):
    program = start(tmp_path, KILLED)
    assert program.communicate(timeout=300)[1] == ""
    assert program.returncode == 0
    # None is left over.
    folder = tmp_path / "brainalign" / "server"
    for _ in range(300):
        if not (folder / "server.json").exists():
            break
        time.sleep(0.1)
    assert not (folder / "server.json").exists()


def test_a_server_whose_supervisor_was_killed_is_replaced(tmp_path):
    first = start(tmp_path)
    assert first.stdout.readline()
    server = json.loads((tmp_path / "brainalign" / "server" / "server.json").read_text())["pid"]
    supervisor = int(open(f"/proc/{server}/stat").read().rsplit(")", 1)[1].split()[1])
    os.kill(supervisor, signal.SIGKILL)
    assert wait_for_end(server)
    second = start(tmp_path)
    assert second.stdout.readline()
    first.communicate("\n", timeout=30)
    assert second.communicate("\n", timeout=30)[1] == ""


def test_what_keeps_it_from_starting_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("BRAINALIGND", "/bin/false")
    with ba.Client() as client:
        with pytest.raises(ConnectionError, match="did not start"):
            client.info()
    monkeypatch.setenv("BRAINALIGND", "")
    monkeypatch.setenv("PATH", "/nonexistent")
    from brainalign import _private_server
    monkeypatch.setattr(_private_server.os, "access", lambda *_: False)
    with ba.Client() as client:
        with pytest.raises(LookupError, match="no brainalignd on this machine"):
            client.info()


def test_the_server_is_chosen_as_by_the_command_line(tmp_path, monkeypatch):
    from brainalign._server_choice import choose_server
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert choose_server(None).address == "private"
    kept = tmp_path / "brainalign" / "credentials.json"
    kept.parent.mkdir()
    kept.write_text(json.dumps({"version": 1, "default": "lab:1", "servers": {
        "lab:1": {"token": "kept", "tls_ca": "system", "name": "lab"}, "open:2": {"token": "t"}}}))
    with pytest.raises(PermissionError, match="chmod 600"):
        choose_server(None)
    kept.chmod(0o600)
    chosen = choose_server(None)
    assert (chosen.address, chosen.token, chosen.tls_ca) == ("lab:1", "kept", "system")
    assert choose_server("lab") == chosen
    monkeypatch.setenv("BRAINALIGN_TOKEN", "given")
    assert choose_server(None).token == "given"
    monkeypatch.setenv("BRAINALIGN_SERVER", "127.0.0.1:5")
    assert choose_server(None).address == "127.0.0.1:5"
    assert choose_server("[::1]:6").address == "[::1]:6"
    assert choose_server("private").token == ""
    with pytest.raises(ValueError, match="readable by everyone"):
        choose_server("open:2")
    with pytest.raises(ValueError, match="HOST:PORT"):
        choose_server("nowhere")
    assert "given" not in repr(choose_server("lab:1"))
    kept.write_text("{}")
    with pytest.raises(ValueError, match="not what brainalign login wrote"):
        choose_server(None)
