"""Progress of uploads and jobs: a bar where one can be drawn, else a line now and then."""

import contextlib
import os
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any, Callable, Iterator, Optional, Union

_LINE_SECONDS = 1.0
_state = {"enabled": True}

Show = Union[bool, None, "Callable[[ProgressEvent], None]"]


@dataclass(frozen=True)
class ProgressEvent:
    """What a callable given as ``progress=`` is called with.

    Attributes
    ----------
    phase : str
        hash, send, verify, store (all is there for good), queue or compute.
    done, total : float
        Bytes of an upload; of a job, its share done and 1.
    message : str
        What happened, after a break; else empty.
    """

    phase: str
    done: float
    total: float
    message: str = ""


def disable_progress_bars() -> "contextlib.AbstractContextManager[None]":
    """Draw no progress, from now on or inside of a ``with``.

    ``BRAINALIGN_PROGRESS=0`` in the environment does the same.

    Examples
    --------
    >>> import brainalign as ba
    >>> with ba.disable_progress_bars():
    ...     pass
    """
    before = _state["enabled"]
    _state["enabled"] = False

    @contextlib.contextmanager
    def again() -> "Iterator[None]":
        try:
            yield
        finally:
            _state["enabled"] = before

    return again()


def enable_progress_bars() -> None:
    """Draw progress again."""
    _state["enabled"] = True


class Progress:
    """How far one call has come, told to one place.

    Parameters
    ----------
    show : bool, None or callable
        True or None draw it, False does not, a callable is called with each `ProgressEvent`.
    title : str
        In front of the bar.
    """

    def __init__(self, show: Show, title: str) -> None:
        off = not _state["enabled"] or os.environ.get("BRAINALIGN_PROGRESS") == "0"
        self._tell: "Optional[Callable[[ProgressEvent], None]]" = None
        if callable(show):
            self._tell = show
        elif show is not False and not off:
            self._tell = _Display(title)
        self._lock = threading.Lock()
        self._total = 0
        self._hashed = 0
        self._finished = 0
        self._position = 0

    def start(self, total: int) -> None:
        """So many bytes are to be there."""
        self._total = total

    def hashed(self, size: int) -> None:
        """So many more bytes were hashed."""
        with self._lock:
            self._hashed += size
            if self._position + self._finished == 0:
                self._event("hash", min(self._hashed, self._total), self._total)

    def arrived(self, position: int, size: int, is_position: bool = False) -> None:
        """So many bytes of the present tensor were sent; all are verified unless `is_position`."""
        with self._lock:
            if not is_position:
                self._finished += size
                self._position = 0
                self._event("store" if self._finished >= self._total else "send", self._finished,
                            self._total)
                return
            self._position = position
            phase = "verify" if position >= size else "send"
            # All is there when the server says so, and not when all was sent.
            done = min(self._finished + position, self._total - 1)
            self._event(phase, max(done, 0), self._total)

    def broken(self, message: str, seconds: float) -> None:
        """The upload broke and goes on after so many seconds."""
        with self._lock:
            self._event("send", self._finished, self._total,
                        f"{message} Again in {seconds:.1f} s.")

    def job(self, phase: str, share: float, message: str = "") -> None:
        """A job waits, or this share of it is done."""
        with self._lock:
            self._event(phase, share, 1.0, message)

    def finish(self) -> None:
        """Nothing more comes."""
        if isinstance(self._tell, _Display):
            self._tell.close()

    def _event(self, phase: str, done: float, total: float, message: str = "") -> None:
        if self._tell is not None:
            self._tell(ProgressEvent(phase, done, total, message))


def _in_notebook() -> bool:
    shell = sys.modules.get("IPython")
    return shell is not None and type(shell.get_ipython()).__name__ == "ZMQInteractiveShell"


class _Display:
    """Draws events: with tqdm on a terminal, else at most a line a second."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._bar: Any = None
        self._last = 0.0
        self._said = ""
        self._live = (sys.stderr is not None and hasattr(sys.stderr, "isatty")
                      and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
                      and not _in_notebook())

    def __call__(self, event: ProgressEvent) -> None:
        share = event.done / event.total if event.total else 1.0
        if self._live and self._draw(event):
            return
        now = time.monotonic()
        if now - self._last < _LINE_SECONDS:
            return
        text = f"{self._title}: {event.phase} {int(100 * share)} %"
        text = f"{text}. {event.message}" if event.message else text
        if text == self._said:
            return
        self._last, self._said = now, text
        if sys.stderr is not None:
            print(text, file=sys.stderr, flush=True)

    def _draw(self, event: ProgressEvent) -> bool:
        if self._bar is None:
            try:
                from tqdm import tqdm
            except ImportError:
                self._live = False
                return False
            in_bytes = event.total > 1
            self._bar = tqdm(total=event.total, desc=self._title, unit="B" if in_bytes else "",
                             unit_scale=in_bytes, leave=in_bytes)
        self._bar.total = event.total
        self._bar.set_postfix_str(event.message or event.phase, refresh=False)
        self._bar.update(event.done - self._bar.n)
        return True

    def close(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
