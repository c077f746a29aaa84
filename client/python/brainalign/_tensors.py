"""Arrays as the server stores them: bytes, an element type, a shape and an order of axes.

A tensor is read in pieces and never as a whole, so that an array on disk stays there.
"""

import hashlib
import os
import threading
from dataclasses import dataclass, field
from typing import Any, Callable, List, Optional, Sequence, Tuple

import numpy as np

from .errors import InputError

PIECE_BYTES = 4 << 20

# Element types by numpy's names; bf16 has none there.
_NAMES = {"f2": "F16", "f4": "F32", "f8": "F64", "i2": "I16", "i4": "I32", "i8": "I64"}
ITEM_BYTES = {"F16": 2, "BF16": 2, "F32": 4, "F64": 8, "I16": 2, "I32": 4, "I64": 8}
FLOATING = ("F16", "BF16", "F32", "F64")


class Source:
    """Bytes that can be read again and again, from any thread."""

    size: int = 0

    def read(self, offset: int, size: int) -> Any:
        """Return `size` bytes from `offset` on."""
        raise NotImplementedError


class MemorySource(Source):
    """Bytes of an array in memory, which must be contiguous."""

    def __init__(self, array: Any) -> None:
        self._bytes = memoryview(b"")
        if array.size:
            self._bytes = memoryview(array.reshape(-1).view(np.uint8))
        self.size = len(self._bytes)

    def read(self, offset: int, size: int) -> Any:
        return self._bytes[offset:offset + size]


class FileSource(Source):
    """Bytes of a file from `begin` on; the file must not change."""

    def __init__(self, path: str, begin: int, size: int) -> None:
        self.path = path
        self._begin = begin
        self.size = size
        self._file: "Any" = None
        self._lock = threading.Lock()

    def read(self, offset: int, size: int) -> Any:
        with self._lock:
            if self._file is None:
                self._file = open(self.path, "rb", buffering=0)
        parts = []
        position = self._begin + offset
        while size > 0:
            part = os.pread(self._file.fileno(), size, position)
            if not part:
                raise InputError(f"{self.path} became shorter while it was read.")
            parts.append(part)
            position += len(part)
            size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def __getstate__(self) -> "dict[str, Any]":
        return {"path": self.path, "_begin": self._begin, "size": self.size}

    def __setstate__(self, state: "dict[str, Any]") -> None:
        self.__dict__.update(state)
        self._file = None
        self._lock = threading.Lock()


class RowSource(Source):
    """Rows that a function makes when they are asked for; the last few are kept.

    Parameters
    ----------
    rows : callable
        ``rows(begin, end)`` returns the rows from `begin` to `end` as an array.
    count : int
        How many rows there are.
    row_shape : tuple of int
        Shape of one row.
    dtype : numpy.dtype
        What the rows become.
    """

    def __init__(self, rows: Callable[[int, int], Any], count: int, row_shape: Sequence[int],
                 dtype: Any) -> None:
        self._rows = rows
        self._count = count
        self._dtype = np.dtype(dtype)
        self._row_shape = tuple(int(n) for n in row_shape)
        self._row_bytes = int(np.prod(row_shape, dtype=np.int64)) * self._dtype.itemsize
        self.size = self._row_bytes * count
        self._kept: "Tuple[int, bytes]" = (0, b"")
        self._lock = threading.Lock()

    def read(self, offset: int, size: int) -> Any:
        parts = []
        with self._lock:
            while size > 0:
                begin, kept = self._kept
                if not begin <= offset < begin + len(kept):
                    self._fill(offset)
                    begin, kept = self._kept
                part = kept[offset - begin:offset - begin + size]
                parts.append(part)
                offset += len(part)
                size -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _fill(self, offset: int) -> None:
        first = offset // self._row_bytes
        last = min(self._count, first + max(1, PIECE_BYTES // self._row_bytes))
        rows = np.asarray(self._rows(first, last))
        if rows.shape != (last - first, *self._row_shape):
            raise InputError(f"Rows {first} to {last} have the shape {rows.shape}; "
                             f"{(last - first, *self._row_shape)} is needed.")
        self._kept = (first * self._row_bytes,
                      np.ascontiguousarray(rows, dtype=self._dtype).tobytes())


@dataclass
class Tensor:
    """An array for the server.

    Parameters
    ----------
    source : Source
        Its bytes, little-endian.
    dtype : str
        F16, BF16, F32, F64, I16, I32 or I64.
    shape : tuple of int
        Length of each axis.
    fortran : bool
        Whether the first axis varies fastest.
    name : str
        What messages call it.
    """

    source: Source
    dtype: str
    shape: Tuple[int, ...]
    fortran: bool = False
    name: str = "array"
    _digest: "Optional[str]" = field(default=None, repr=False)

    @property
    def size_bytes(self) -> int:
        """Bytes of the data."""
        return self.source.size

    @property
    def digest(self) -> str:
        """SHA-256 of the data bytes, 64 hexadecimal digits: its identity on every server."""
        return self.compute_digest()

    def compute_digest(self, on_bytes: "Optional[Callable[[int], None]]" = None) -> str:
        """Return the digest; `on_bytes` is called with the size of each piece that was hashed."""
        if self._digest is None:
            sha = hashlib.sha256()
            for begin in range(0, self.size_bytes, PIECE_BYTES):
                piece = self.source.read(begin, min(PIECE_BYTES, self.size_bytes - begin))
                sha.update(piece)
                if on_bytes is not None:
                    on_bytes(len(piece))
            self._digest = sha.hexdigest()
        elif on_bytes is not None:
            on_bytes(self.size_bytes)
        return self._digest

    def describe(self) -> str:
        """Type and shape, as messages write them."""
        return f"{self.dtype.lower()} ({', '.join(str(n) for n in self.shape)})"

    def rows(self, begin: int, end: int) -> Any:
        """Return rows of the first axis as an array; bf16 becomes float32."""
        if self.fortran:
            raise InputError(f"{self.name} lies in the order of Fortran; rows are not together.")
        count = int(np.prod(self.shape[1:], dtype=np.int64))
        item = ITEM_BYTES[self.dtype]
        data = self.source.read(begin * count * item, (end - begin) * count * item)
        return decode(data, self.dtype).reshape((end - begin, *self.shape[1:]))

    def to_numpy(self) -> Any:
        """Return everything as an array in memory; bf16 becomes float32."""
        values = decode(self.source.read(0, self.size_bytes), self.dtype)
        return values.reshape(self.shape, order="F" if self.fortran else "C")


def decode(data: Any, dtype: str) -> Any:
    """Return bytes as a vector of elements of `dtype`; bf16 becomes float32."""
    if dtype == "BF16":
        wide = np.frombuffer(data, dtype="<u2").astype(np.uint32) << np.uint32(16)
        return wide.view(np.float32)
    kind = next(name for name, known in _NAMES.items() if known == dtype)
    return np.frombuffer(data, dtype=f"<{kind}")


def is_torch(value: Any) -> bool:
    """Whether `value` is a tensor of torch, without importing it."""
    return type(value).__module__.split(".")[0] == "torch" and hasattr(value, "detach")


def is_hdf5(value: Any) -> bool:
    """Whether `value` is a dataset of h5py, without importing it."""
    return type(value).__module__.split(".")[0] == "h5py" and hasattr(value, "chunks")


def tensor_of(value: Any, name: str) -> Tensor:
    """Return an array of numpy, h5py or torch, or a list of numbers, as a tensor.

    Parameters
    ----------
    value : array
        Real numbers. Nothing is copied where the bytes lie together; else pieces are copied as
        they are needed. What is mapped from a file is read from the file.
    name : str
        What messages call it.

    Returns
    -------
    Tensor
        With the same elements; small and unsigned integers become I64, long double becomes F64.

    Raises
    ------
    InputError
        If the elements are no real numbers.
    """
    if isinstance(value, Tensor):
        return value
    if is_torch(value):
        return _tensor_of_torch(value, name)
    if is_hdf5(value):
        return _tensor_of_hdf5(value, name)
    try:
        array = value if isinstance(value, np.ndarray) else np.asarray(value)
    except ValueError:
        raise InputError(f"{name} is a list whose parts differ in length; an array is needed.",
                         field=name) from None
    if array.ndim == 0:
        what = repr(value) if value is None or array.dtype.kind in "fiub" else type(value).__name__
        raise InputError(f"{name} is {what}; an array of real numbers is needed.", field=name)
    return _tensor_of_numpy(array, name)


def _target(dtype: Any, name: str) -> Any:
    """The type of numpy in which elements of `dtype` are sent."""
    if dtype.kind == "f":
        return np.dtype(f"<f{min(dtype.itemsize, 8)}")
    if dtype.kind == "i" and dtype.itemsize > 1:
        return np.dtype(f"<i{dtype.itemsize}")
    if dtype.kind in "iub":
        return np.dtype("<i8")
    raise InputError(f"{name} holds elements of type {dtype}; real numbers are needed.", field=name)


def _tensor_of_numpy(array: Any, name: str) -> Tensor:
    target = _target(array.dtype, name)
    label = _NAMES[target.str[1:]]
    shape = tuple(int(n) for n in array.shape)
    if array.dtype == target and array.flags.c_contiguous:
        return Tensor(_plain_source(array), label, shape, name=name)
    if array.dtype == target and array.flags.f_contiguous:
        return Tensor(_plain_source(array.T), label, shape, fortran=True, name=name)
    if array.dtype.kind == "u" and array.dtype.itemsize == 8 and array.size and array.max() >> 63:
        raise InputError(f"{name} holds {array.max()}; at most 2**63 - 1 is sent.", field=name)
    if array.ndim == 0:
        return Tensor(MemorySource(array.astype(target).reshape(1)), label, shape, name=name)
    return Tensor(RowSource(lambda b, e: array[b:e], shape[0], shape[1:], target), label, shape,
                  name=name)


def _plain_source(array: Any) -> Source:
    """Bytes of a contiguous array: of its file if it is mapped from one unchanged."""
    root = array
    while isinstance(root.base, np.ndarray):
        root = root.base
    mapped = isinstance(root, np.memmap) and root.filename and root.mode in ("r", "r+", "w+")
    if not mapped:
        return MemorySource(np.ascontiguousarray(array) if array.ndim == 0 else array)
    begin = root.offset + (array.__array_interface__["data"][0] -
                           root.__array_interface__["data"][0])
    return FileSource(os.fspath(root.filename), begin, array.nbytes)


def _tensor_of_torch(value: Any, name: str) -> Tensor:
    dense = value.detach()
    if dense.device.type != "cpu":
        dense = dense.cpu()
    if str(dense.dtype) != "torch.bfloat16":
        return _tensor_of_numpy(dense.numpy(), name)
    import torch
    bits = dense.contiguous().view(torch.int16).numpy()
    return Tensor(MemorySource(bits), "BF16", tuple(int(n) for n in dense.shape), name=name)


def _tensor_of_hdf5(dataset: Any, name: str) -> Tensor:
    target = _target(dataset.dtype, name)
    label = _NAMES[target.str[1:]]
    shape = tuple(int(n) for n in dataset.shape)
    offset = dataset.id.get_offset()
    plain = (offset is not None and dataset.dtype == target and not dataset.external
             and dataset.file.driver == "sec2" and dataset.file.userblock_size == 0)
    if plain:
        return Tensor(FileSource(dataset.file.filename, offset, dataset.nbytes), label, shape,
                      name=name)
    if not shape:
        return _tensor_of_numpy(np.asarray(dataset[()]), name)
    return Tensor(RowSource(lambda b, e: dataset[b:e], shape[0], shape[1:], target), label, shape,
                  name=name)


def numbers_of(value: Any, name: str, count: "Optional[int]" = None) -> Any:
    """Return `value` as float64 (n), or raise an InputError that names it.

    Raises
    ------
    InputError
        If it is no vector of finite numbers, or has another length than `count`.
    """
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} holds something else than numbers.", field=name) from None
    if array.ndim != 1:
        raise InputError(f"{name} has the shape {array.shape}; one axis is needed.", field=name)
    if not np.isfinite(array).all():
        where = int(np.flatnonzero(~np.isfinite(array))[0])
        raise InputError(f"{name} holds {array[where]} at index {where}; finite numbers are "
                         "needed.", field=name)
    if count is not None and array.size != count:
        raise InputError(f"{name} has {array.size} numbers; {count} are needed.", field=name)
    return array


def whole_numbers_of(value: Any, name: str, count: "Optional[int]" = None) -> Any:
    """Return labels as int64 (n): whole numbers stay, texts are numbered as they first occur.

    Raises
    ------
    InputError
        If it is no vector of whole numbers or texts, or has another length than `count`.
    """
    array = np.asarray(value)
    if array.ndim == 1 and array.dtype.kind in "OUS":
        known: "dict[str, int]" = {}
        array = np.array([known.setdefault(str(label), len(known)) for label in array],
                         dtype=np.int64)
    numbers = numbers_of(array, name, count)
    whole = numbers.astype(np.int64)
    if (whole != numbers).any():
        where = int(np.flatnonzero(whole != numbers)[0])
        raise InputError(f"{name} holds {numbers[where]} at index {where}; whole numbers are "
                         "needed.", field=name)
    return whole


Tensors = List[Tensor]
