"""When a failed call is worth another try, and after how long."""

import random
import time
from typing import Any, Iterable, Optional

from ._calls import Sleep, Steps
from ._failures import ForkedError
from .errors import BrainalignError, InputError, TimedOutError, UnreachableError

MAX_ATTEMPTS = 12
# Whoever waits for the first answer is a person.
FIRST_CONTACT_ATTEMPTS = 4
FIRST_DELAY_SECONDS = 0.2
MAX_DELAY_SECONDS = 5.0
# A longer delay that the server asks for is for people to hear of, not to be waited for.
MAX_ASKED_SECONDS = 600.0


def _is_number_from_0(seconds: Any) -> bool:
    try:
        return bool(seconds >= 0)
    except (TypeError, ValueError):  # a text, an array
        return False


class Deadline:
    """The moment by which a call of this package ends.

    Parameters
    ----------
    seconds : float or None
        From now; None for no end.

    Raises
    ------
    InputError
        If it is negative or not a number.
    """

    def __init__(self, seconds: "Optional[float]") -> None:
        if seconds is not None and not _is_number_from_0(seconds):
            raise InputError(f"timeout is {seconds!r}; seconds, at least 0, or None are needed.",
                             field="timeout")
        self._end = None if seconds is None else time.monotonic() + seconds

    def left(self) -> "Optional[float]":
        """Seconds that are left, at least 0; None if there is no end."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())

    def within(self, seconds: "Optional[float]") -> "Optional[float]":
        """The shorter of `seconds` and what is left."""
        left = self.left()
        if left is None or seconds is None:
            return left if seconds is None else seconds
        return min(left, seconds)

    def check(self, what: str) -> None:
        """Raise a TimedOutError if the time is over."""
        if self.left() == 0.0:
            raise TimedOutError(f"The time given by timeout= is over: {what}.")


class Retry:
    """Counts the failures of one operation in a row.

    Parameters
    ----------
    deadline : Deadline
        No wait goes beyond it.
    kinds : iterable of type
        Errors that are worth another try. A delay that the server asks for makes every error so.
    attempts : int
        Failures in a row before giving up.
    """

    def __init__(self, deadline: Deadline, kinds: "Iterable[type]" = (UnreachableError,),
                 attempts: int = MAX_ATTEMPTS) -> None:
        self._deadline = deadline
        self._kinds = tuple(kinds)
        self._attempts = attempts
        self.progress()

    def progress(self) -> None:
        """Something was achieved: the count and the delay start afresh."""
        self._failures = 0
        self._delay = FIRST_DELAY_SECONDS

    def delay_after(self, error: BrainalignError) -> "Optional[float]":
        """Seconds to wait before the next try; None if there shall be none."""
        if isinstance(error, ForkedError):
            # Nothing is wrong with the server, however often this process forks.
            return 0.0
        asked = error.retry_after
        if asked is None and not isinstance(error, self._kinds):
            return None
        if asked is not None and asked > MAX_ASKED_SECONDS:
            return None
        self._failures += 1
        if self._failures >= self._attempts:
            return None
        # Full jitter: many clients do not come back at the same moment.
        delay = max(random.uniform(0.0, self._delay), asked or 0.0)
        self._delay = min(2 * self._delay, MAX_DELAY_SECONDS)
        left = self._deadline.left()
        return None if left is not None and delay >= left else delay


def repeat(make: Any, deadline: Deadline, attempts: int = MAX_ATTEMPTS) -> Steps:
    """Yield the effect that `make()` returns until it succeeds; return its result.

    Raises
    ------
    BrainalignError
        The last failure, when no further try is worth it.
    """
    retry = Retry(deadline, attempts=attempts)
    while True:
        try:
            return (yield make())
        except BrainalignError as error:
            delay = retry.delay_after(error)
            if delay is None:
                raise
        yield Sleep(delay)
