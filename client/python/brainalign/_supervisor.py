"""Runs the private server for as long as some process of the user needs it.

Started by `_private_server` as a program of its own, with the standard library alone:

    _supervisor.py FOLDER BRAINALIGND

Every process that uses the server holds a shared lock on FOLDER/users. The supervisor waits for the
exclusive one, which it gets when the last process has gone, however it went, and then ends the
server.
"""

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys

_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """In the server, before it starts: it gets SIGTERM if the supervisor dies."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _write_state(folder: str, state: "dict[str, object]") -> None:
    """Writes FOLDER/server.json, which only the user can read."""
    path = os.path.join(folder, "server.json")
    descriptor = os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(state, file)
    os.replace(path + ".new", path)


def main(folder: str, program: str) -> None:
    """Starts the server, waits for the last user to go, ends it."""
    log = open(os.path.join(folder, "server.log"), "wb")
    socket = os.path.join(folder, "server.sock")
    server = subprocess.Popen(
        [program, "--data", os.path.join(folder, "data"), "--listen", f"unix:{socket}"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
        preexec_fn=_end_with_parent)
    address = ""
    assert server.stdout is not None
    for line in server.stdout:
        if line.startswith(b"listening on "):
            address = line[len(b"listening on "):].strip().decode()
            break
    if not address:
        _write_state(folder, {"failed": server.wait()})
        return
    _write_state(folder, {"address": address, "pid": server.pid})
    with open(os.path.join(folder, "users"), "ab") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        os.unlink(os.path.join(folder, "server.json"))
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
