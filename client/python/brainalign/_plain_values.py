"""Numbers and texts of callers, checked by one rule before they are put into a request.

protobuf raises a TypeError, ValueError or UnicodeEncodeError that names no argument; these name it.
"""

import math
from typing import Any, Optional

import numpy as np

from .errors import InputError

# Whole numbers of requests have 32 bits.
MOST_WHOLE = 2**31 - 1


def whole_number(field: str, value: Any, least: int, most: int = MOST_WHOLE) -> int:
    """Return `value`, which may be a float such as 5.0, as a whole number.

    Raises
    ------
    InputError
        If it is none from `least` to `most`.
    """
    number: "Optional[int]" = None
    if not isinstance(value, (bool, np.bool_, str, bytes)):
        try:
            whole = int(value)
            number = whole if bool(whole == value) else None
        except (TypeError, ValueError, OverflowError):
            pass
    if number is None or not least <= number <= most:
        raise InputError(f"{field} is {value!r}; a whole number of at least {least} and at most "
                         f"{most} is needed.", field=field)
    return number


def real_number(field: str, value: Any) -> float:
    """Return `value` as a finite float.

    Raises
    ------
    InputError
        If it is none.
    """
    number = math.nan
    if not isinstance(value, (bool, np.bool_, str, bytes)):
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            pass
    if not math.isfinite(number):
        raise InputError(f"{field} is {value!r}; a number is needed.", field=field)
    return number


def plain_text(field: str, value: Any) -> str:
    """Return `value` if it is a text that UTF-8 can hold.

    Raises
    ------
    InputError
        If it is not.
    """
    if not isinstance(value, str):
        raise InputError(f"{field} is {value!r}; a text is needed.", field=field)
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError(f"{field} is {value!r}; character {error.start} is half of a surrogate "
                         "pair, which UTF-8 does not hold.", field=field) from None
    return value
