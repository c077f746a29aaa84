"""A server of the user's own on this machine, shared by the processes that need it."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from typing import Any, Dict, List

from .errors import NotFoundError, UnreachableError

_START_SECONDS = 60.0
# The descriptor of the lock that this process holds while it uses the server. It goes with the
# process, and no object is left open at its end.
_held: "List[int]" = []


def folder() -> str:
    """Return the folder of the private server, in the user's cache folder, and make it."""
    cache = os.environ.get("XDG_CACHE_HOME", "")
    if not cache.startswith("/"):
        cache = os.path.join(os.path.expanduser("~"), ".cache")
    path = os.path.join(cache, "brainalign", "server")
    os.makedirs(path, mode=0o700, exist_ok=True)
    return path


def program() -> str:
    """Return the path of brainalignd: $BRAINALIGND, beside the package, or on the PATH.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    here = os.path.dirname(os.path.abspath(__file__))
    beside = os.path.join(os.path.dirname(os.path.dirname(here)), "bin", "brainalignd")
    for path in (os.environ.get("BRAINALIGND", ""), beside):
        if path and os.access(path, os.X_OK):
            return path
    found = shutil.which("brainalignd")
    if found is None:
        raise NotFoundError(
            "No server is named, and there is no brainalignd on this machine to start one: name "
            "a server with Client(\"HOST:PORT\"), or install the package brainalign-server.")
    return found


def _lock_shared(path: str, end: float) -> int:
    users = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    while True:
        try:
            fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return users
        except BlockingIOError:
            # The last server is being ended.
            if time.monotonic() > end:
                os.close(users)
                raise UnreachableError("The private server of before does not end.") from None
            time.sleep(0.02)


def _state(path: str) -> "Dict[str, Any]":
    try:
        with open(os.path.join(path, "server.json"), encoding="utf-8") as file:
            return dict(json.load(file))
    except (FileNotFoundError, ValueError):
        return {}


def _is_supervised(path: str) -> bool:
    """Whether a supervisor, or a server of one, still runs."""
    lock = os.open(os.path.join(path, "supervisor"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def _last_words(path: str) -> str:
    try:
        with open(os.path.join(path, "server.log"), encoding="utf-8", errors="replace") as file:
            lines = file.read().strip().splitlines()
    except OSError:
        return ""
    return f" It wrote: {lines[-1]}" if lines else ""


def address() -> str:
    """Return the address of the private server, which is started if there is none.

    The server goes on until the last process that asked for it has ended. It always has the same
    address, so that a connection stays of use when another server takes its place.

    Raises
    ------
    NotFoundError
        If there is no brainalignd.
    UnreachableError
        If it does not start; the message has the last line that it wrote.
    """
    path = folder()
    end = time.monotonic() + _START_SECONDS
    # One process at a time looks and starts.
    with open(os.path.join(path, "start"), "ab") as start:
        fcntl.flock(start, fcntl.LOCK_EX)
        if not _held:
            _held.append(_lock_shared(os.path.join(path, "users"), end))
        while _is_supervised(path):
            state = _state(path)
            if "address" in state:
                return str(state["address"])
            # A server that was killed is being started again.
            if time.monotonic() > end:
                raise UnreachableError(f"The private server does not answer.{_last_words(path)}")
            time.sleep(0.01)
        return str(_start(path, end)["address"])


def _start(path: str, end: float) -> "Dict[str, Any]":
    found = program()
    for left in ("server.json", "server.sock"):
        if os.path.exists(os.path.join(path, left)):
            os.unlink(os.path.join(path, left))
    supervisor = os.path.join(os.path.dirname(os.path.abspath(__file__)), "_supervisor.py")
    subprocess.Popen([sys.executable, "-I", "-S", supervisor, path, found],
                     stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL, start_new_session=True).returncode = 0
    while time.monotonic() < end:
        state = _state(path)
        if "failed" in state:
            break
        if state:
            return state
        time.sleep(0.01)
    raise UnreachableError(f"The private server ({found}) did not start.{_last_words(path)}")
