"""Calls of the server, written once for programs that wait and for those that await.

What a client does is written as generators that yield the effects below and get their results.
`run` carries them out on the calling thread, `run_async` in an event loop.
"""

import concurrent.futures
import contextlib
import threading
import time
from dataclasses import dataclass
from typing import Any, Awaitable, Callable, Generator, Iterator, Optional

from . import _failures
from ._proto import Method

Steps = Generator[Any, Any, Any]


@dataclass
class Unary:
    """One request, one response."""

    method: Method
    request: Any
    timeout: "Optional[float]"


@dataclass
class Send:
    """A stream of requests, one response."""

    method: Method
    requests: "Iterator[Any]"
    timeout: "Optional[float]" = None
    watchdog: "Optional[Watchdog]" = None


@dataclass
class Open:
    """One request, a stream of responses, which the result stands for."""

    method: Method
    request: Any
    timeout: "Optional[float]"


@dataclass
class Read:
    """The next response of a stream; None at its end."""

    stream: Any


@dataclass
class Sleep:
    """Wait for so many seconds."""

    seconds: float


@dataclass
class Work:
    """Computing that takes a while; the result is a future."""

    function: "Callable[[], Any]"


@dataclass
class Wait:
    """The result of a future."""

    future: Any


class Watchdog:
    """Ends a call during which nothing was taken for a while.

    Parameters
    ----------
    seconds : float
        How long nothing may happen.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.expired = False
        self._last = time.monotonic()
        self._done = threading.Event()

    def touch(self) -> None:
        """Something happened."""
        self._last = time.monotonic()

    def start(self, cancel: "Callable[[], Any]") -> None:
        """Watch from now on, on a thread of its own, until `stop`."""
        self.touch()
        threading.Thread(target=self._watch, args=(cancel,), daemon=True).start()

    def stop(self) -> None:
        """Watch no longer."""
        self._done.set()

    def _watch(self, cancel: "Callable[[], Any]") -> None:
        while True:
            left = self._last + self.seconds - time.monotonic()
            if left <= 0:
                self.expired = True
                cancel()
                return
            if self._done.wait(min(left, 1.0)):
                return


# Hashing and reading, ahead of what is sent.
_workers: "Optional[concurrent.futures.ThreadPoolExecutor]" = None


def _work(function: "Callable[[], Any]") -> Any:
    global _workers
    if _workers is None:
        _workers = concurrent.futures.ThreadPoolExecutor(2, "brainalign")
    return _workers.submit(function)


def forget_workers() -> None:
    """In a child process: threads of the parent are not here."""
    global _workers
    _workers = None


def run(steps: Steps, connection: Any) -> Any:
    """Carry out `steps` on this thread and return what they return."""
    async def perform(effect: Any) -> Any:
        return _perform(effect, connection)

    # Nothing suspends it, so it ends at its first step.
    try:
        _drive(steps, perform).send(None)
    except StopIteration as end:
        return end.value


async def run_async(steps: Steps, connection: Any) -> Any:
    """Carry out `steps` in the running event loop and return what they return."""
    return await _drive(steps, lambda effect: _perform_async(effect, connection))


async def _drive(steps: Steps, perform: "Callable[[Any], Awaitable[Any]]") -> Any:
    try:
        effect = next(steps)
        while True:
            try:
                result = await perform(effect)
            except BaseException as error:
                effect = steps.throw(error)
            else:
                effect = steps.send(result)
    except StopIteration as end:
        return end.value
    finally:
        steps.close()


def _perform(effect: Any, connection: Any) -> Any:
    if isinstance(effect, Unary):
        call = connection.begin(connection.unary, effect.method, effect.request, effect.timeout)
        try:
            with _translated(effect.method.name), call.going_on() as handle:
                return handle.result()
        finally:
            call.cancel()
    if isinstance(effect, Send):
        return _send(effect, connection)
    if isinstance(effect, Open):
        return connection.begin(connection.open, effect.method, effect.request, effect.timeout)
    if isinstance(effect, Read):
        with _translated(), effect.stream.going_on() as handle:
            return next(handle, None)
    if isinstance(effect, Sleep):
        time.sleep(effect.seconds)
        return None
    if isinstance(effect, Work):
        return _work(effect.function)
    return effect.future.result()


@contextlib.contextmanager
def _translated(name: str = "") -> "Iterator[None]":
    try:
        yield
    except _failures.RpcError as error:
        raise _failures.error_of(error, name) from None


def _send(effect: Send, connection: Any) -> Any:
    call = connection.begin(connection.send, effect.method, effect.requests, effect.timeout)
    if effect.watchdog is not None:
        effect.watchdog.start(call.cancel)
    try:
        with _translated(), call.going_on() as handle:
            return handle.result()
    except _failures.FutureCancelledError:
        raise _failures.stalled() from None
    finally:
        if effect.watchdog is not None:
            effect.watchdog.stop()
        call.cancel()


async def _perform_async(effect: Any, connection: Any) -> Any:
    import asyncio
    try:
        if isinstance(effect, Unary):
            return await connection.unary(effect.method)(
                effect.request, timeout=effect.timeout, metadata=connection.metadata())
        if isinstance(effect, Send):
            return await _send_async(effect, connection)
        if isinstance(effect, Open):
            return connection.open(effect.method)(effect.request, timeout=effect.timeout,
                                               metadata=connection.metadata())
        if isinstance(effect, Read):
            response = await effect.stream.read()
            return None if response is _failures.end_of_stream() else response
    except _failures.aio_errors() as error:
        name = effect.method.name if hasattr(effect, "method") else ""
        raise _failures.error_of(error, name) from None
    if isinstance(effect, Sleep):
        return await asyncio.sleep(effect.seconds)
    if isinstance(effect, Work):
        return _work(effect.function)
    return await asyncio.wrap_future(effect.future)


async def _send_async(effect: Send, connection: Any) -> Any:
    import asyncio

    async def requests() -> Any:
        # Chunks are read and summed on a thread: the loop goes on meanwhile.
        while True:
            request = await asyncio.wrap_future(_work(lambda: next(effect.requests, None)))
            if request is None:
                return
            yield request

    loop = asyncio.get_running_loop()
    call = connection.send(effect.method)(requests(), timeout=effect.timeout,
                                          metadata=connection.metadata())
    if effect.watchdog is not None:
        effect.watchdog.start(lambda: loop.call_soon_threadsafe(call.cancel))
    try:
        return await call
    except asyncio.CancelledError:
        if effect.watchdog is not None and effect.watchdog.expired:
            raise _failures.stalled() from None
        call.cancel()
        raise
    finally:
        if effect.watchdog is not None:
            effect.watchdog.stop()
