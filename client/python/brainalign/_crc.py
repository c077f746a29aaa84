"""CRC32C (Castagnoli), as every chunk of an upload carries it.

A package that computes it with the processor's own instruction is used where there is one. Without
it numpy folds the data: bytes are the coefficients of a polynomial over GF(2), and the checksum is
its remainder modulo the polynomial P of degree 32. Where a sum of few powers of x is a multiple of
P, the highest power may be replaced by the others: words at the front are added (xor) to words
further back, many at once, until little is left. The sums were found by searching for equal
remainders; the tests compute them again.
"""

from typing import Any, Callable, List, Tuple

import numpy as np

_POLYNOMIAL = 0x82F63B78
# 1 and these powers of x**64 add up to a multiple of P. The larger the gap before the last one, the
# more words are folded at once; what is left has as many words as the last one says.
FOLDS: "Tuple[Tuple[int, ...], ...]" = ((426, 1362, 5685), (32, 107, 113, 136, 290))


def _byte_table() -> "List[int]":
    table = []
    for value in range(256):
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return table


_BYTES = _byte_table()


def _fold(words: Any, powers: "Tuple[int, ...]") -> Any:
    """Return the last words, to which all before them are folded.

    Parameters
    ----------
    words : numpy.ndarray
        (n) of 64 bits, the highest power first; changed.
    powers : tuple of int
        One of `FOLDS`.
    """
    last = powers[-1]
    step = last - powers[-2]
    shifts = [last - power for power in (0, *powers[:-1])]
    begin = 0
    while words.size - begin > last:
        end = min(begin + step, words.size - last)
        front = words[begin:end]
        for shift in shifts:
            words[begin + shift:end + shift] ^= front
        begin = end
    return words[begin:]


def crc32c_by_numpy(data: Any) -> int:
    """CRC32C of bytes, without any other package.

    Parameters
    ----------
    data : bytes-like
        Any length.

    Returns
    -------
    int
        The checksum, 0 to 2**32 - 1.

    Examples
    --------
    >>> hex(crc32c_by_numpy(b"123456789"))
    '0xe3069283'
    """
    octets = np.frombuffer(data, dtype=np.uint8)
    # Zeros in front change nothing. The initial value is added to the first four bytes.
    padded = np.zeros((max(octets.size, 4) + 7) // 8 * 8, dtype=np.uint8)
    begin = padded.size - octets.size
    padded[begin:] = octets
    words = padded.view("<u8")
    crc = 0
    if octets.size < 4:
        crc = 0xFFFFFFFF
    else:
        padded[begin:begin + 4] ^= 0xFF
        for powers in FOLDS:
            words = _fold(words, powers)
        begin = 0
    for octet in words.view(np.uint8)[begin:].tolist():
        crc = _BYTES[(crc ^ octet) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def _find() -> "Callable[[Any], int]":
    try:
        import crc32c as hardware
        compute: "Callable[[Any], int]" = hardware.crc32c
        return compute
    except ImportError:
        pass
    try:
        import google_crc32c
        return lambda data: int(google_crc32c.value(bytes(data)))
    except ImportError:
        return crc32c_by_numpy


crc32c = _find()
