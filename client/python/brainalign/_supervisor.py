"""Runs the private server for as long as some process of the user needs it.

Started by `_private_server` as a program of its own, with the standard library alone:

    _supervisor.py FOLDER BRAINALIGND

Every process that uses the server holds a shared lock on FOLDER/users. The supervisor waits for the
exclusive one, which it gets when the last process has gone, however it went, and then ends the
server. A server that ends by itself, such as one that the kernel killed for its memory, is started
again on the same data and socket. The supervisor and its server hold a lock on FOLDER/supervisor:
who looks whether they live needs no number of a process, which a zombie or another may have.
"""

import ctypes
import fcntl
import json
import os
import signal
import subprocess
import sys
import threading
import time

_PR_SET_PDEATHSIG = 1
# A server that lived for less ended early; after so many in a row it is not started again.
_EARLY_SECONDS = 60.0
_MOST_EARLY_ENDS = 3
_STOP_SECONDS = 30.0


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


def _forget_state(folder: str) -> None:
    """Removes FOLDER/server.json: for now there is no server."""
    try:
        os.unlink(os.path.join(folder, "server.json"))
    except FileNotFoundError:
        pass


class _Supervisor:
    """The server of a folder, one after the other."""

    def __init__(self, folder: str, program: str, lock: int) -> None:
        self._folder, self._program, self._lock = folder, program, lock
        self._guard = threading.Lock()
        self._is_over = False  # no process needs a server any more
        self._server: "subprocess.Popen[bytes] | None" = None

    def _start(self) -> "subprocess.Popen[bytes] | None":
        """Starts a server; None if nobody needs one."""
        socket = os.path.join(self._folder, "server.sock")
        with self._guard, open(os.path.join(self._folder, "server.log"), "wb") as log:
            if not self._is_over:
                self._server = subprocess.Popen(
                    [self._program, "--data", os.path.join(self._folder, "data"), "--listen",
                     f"unix:{socket}"],
                    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                    pass_fds=[self._lock], preexec_fn=_end_with_parent)
                return self._server
        return None

    def run(self) -> None:
        """Keeps a server running until nobody needs it, or it does not start."""
        early_ends = 0
        while (server := self._start()) is not None:
            began = time.monotonic()
            address = ""
            assert server.stdout is not None
            for line in server.stdout:
                if line.startswith(b"listening on "):
                    address = line[len(b"listening on "):].strip().decode()
                    break
            if address:
                _write_state(self._folder, {"address": address, "pid": server.pid})
            code = server.wait()
            server.stdout.close()
            lived = time.monotonic() - began
            early_ends = early_ends + 1 if lived < _EARLY_SECONDS else 0
            if not self._is_over and (not address or early_ends > _MOST_EARLY_ENDS):
                _write_state(self._folder, {"failed": code})
                return
            _forget_state(self._folder)

    def end_with_users(self, users: int) -> None:
        """Waits for the last user to go, and ends the server."""
        fcntl.flock(users, fcntl.LOCK_EX)
        with self._guard:
            self._is_over = True
            server = self._server
        if server is None:
            return
        server.terminate()
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()


def main(folder: str, program: str) -> None:
    """Starts the server, again if it ends, waits for the last user to go, ends it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    lock = os.open(os.path.join(folder, "supervisor"), flags, 0o600)
    # A server whose supervisor was killed is ending, and holds the data until then.
    fcntl.flock(lock, fcntl.LOCK_EX)
    users = os.open(os.path.join(folder, "users"), flags, 0o600)
    supervisor = _Supervisor(folder, program, lock)
    # The server is started by this thread, because it gets SIGTERM when that thread ends.
    threading.Thread(target=supervisor.end_with_users, args=(users,), daemon=True).start()
    supervisor.run()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
