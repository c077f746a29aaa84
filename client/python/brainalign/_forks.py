"""Forks of the process beside calls.

grpc does not work in a child that is forked while grpc runs: its threads are not there. The support
of grpc itself (GRPC_ENABLE_FORK_SUPPORT) runs Python inside of fork() in grpcio 1.51. There the
child hangs for ever if another thread of the parent asks for the interpreter's lock, which a busy
thread does all the time.

So before a fork this package ends its calls and closes its connections, with which grpc ends its
threads. Parent and child make connections of their own when they next need one, and what was
interrupted goes on as after a broken connection. They must not wait with epoll, whose descriptor
outlives the connections and would be shared: `_failures` chooses poll.
"""

import contextlib
import os
import threading
import time
from typing import Callable, Dict, Iterator, List

# A call that is cancelled ends in milliseconds. If one does not, the fork goes on without it.
_LEAVE_SECONDS = 10.0
_LOOK_SECONDS = 0.02
# Newer versions of grpc end their threads a moment after the last connection is closed.
_END_SECONDS = 2.0
# Names of grpc's threads, as Linux cuts them.
_GRPC_THREADS = {"grpc_global_tim", "default-executo", "resolver-execut", "event_engine",
                 "timer_manager"}
_THREADS = "/proc/self/task"


class Gate:
    """Lets threads call grpc, and keeps them out while the process forks."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: "Dict[int, int]" = {}
        self._forking: "List[int]" = []
        # Counts forks; the child counts on.
        self.generation = 0

    @contextlib.contextmanager
    def entered(self) -> "Iterator[int]":
        """Be inside; the value is the generation of what is begun there."""
        me = threading.get_ident()
        with self._changed:
            # The thread that forks is let in: the garbage collector may end a call on it.
            while self._forking and me not in self._forking:
                self._changed.wait()
            self._inside[me] = self._inside.get(me, 0) + 1
            generation = self.generation
        try:
            yield generation
        finally:
            with self._changed:
                left = self._inside.pop(me, 1) - 1
                if left > 0:
                    self._inside[me] = left
                self._changed.notify_all()

    def is_inside(self) -> bool:
        """Whether this thread is, such as a handler of a signal that came amid a call."""
        with self._changed:
            return threading.get_ident() in self._inside

    def close(self, interrupt: "Callable[[], bool]") -> None:
        """Let nobody in and make all others leave.

        Parameters
        ----------
        interrupt : callable
            Ends calls; returns whether it has ended all that there are.
        """
        me = threading.get_ident()
        end = time.monotonic() + _LEAVE_SECONDS
        with self._changed:
            self._forking.append(me)
            self.generation += 1
        while True:
            # More than once: a thread that was let in may begin a call only now.
            ended = interrupt()
            with self._changed:
                if (ended and set(self._inside) <= {me}) or time.monotonic() > end:
                    return
                self._changed.wait(_LOOK_SECONDS)

    def open(self) -> None:
        """In the parent: let threads in again, if it was closed."""
        me = threading.get_ident()
        with self._changed:
            if me in self._forking:
                self._forking.remove(me)
                self._changed.notify_all()

    def begin_in_child(self) -> None:
        """In the child: the other threads are not here, nor the locks that they held."""
        self._changed = threading.Condition()
        self._inside, self._forking = {}, []
        self.generation += 1


def grpc_ends(wait: bool) -> bool:
    """Whether grpc's threads have ended; True also where threads cannot be listed.

    Parameters
    ----------
    wait : bool
        Whether to give them a moment.
    """
    end = time.monotonic() + (_END_SECONDS if wait else 0.0)
    while _grpc_runs():
        if time.monotonic() > end:
            return False
        time.sleep(_LOOK_SECONDS)
    return True


def _grpc_runs() -> bool:
    with contextlib.suppress(OSError):
        for thread in os.listdir(_THREADS):
            with contextlib.suppress(OSError):
                with open(os.path.join(_THREADS, thread, "comm"), encoding="utf-8") as file:
                    if file.read().strip() in _GRPC_THREADS:
                        return True
    return False


def grpc_forks_itself() -> bool:
    """Whether the user has asked grpc to stop, in the child, what runs at a fork."""
    return os.environ.get("GRPC_ENABLE_FORK_SUPPORT", "").lower() in ("1", "true", "yes")
