"""Arrays in files: .npy, .npz, .safetensors, HDF5, .mat. Nothing is unpickled.

Arrays of .npz files and of .mat files before 7.3 are loaded; others stay in their files.
"""

import json
import os
import struct
import zipfile
from typing import Any, Dict, List, Tuple

import numpy as np

from ._tensors import FLOATING, ITEM_BYTES, FileSource, Tensor, tensor_of
from .errors import InputError

_npy: Any = np.lib.format

_READ = (".npy", ".npz", ".safetensors", ".h5", ".hdf5", ".mat")
# Reading these runs code that is in them.
_REFUSED = (".pt", ".pth", ".bin", ".pkl", ".pickle")
_MOST_HEADER_BYTES = 100 << 20
_POINTERS = ((b"version https://git-lfs", "Git LFS: run git lfs pull"),
             (b"/annex/objects/", "git-annex: run git annex get"))


def _open(path: str) -> Any:
    if os.path.islink(path) and not os.path.exists(path):
        raise InputError(f"{path} is a link whose data was not fetched; with git-annex, run "
                         "git annex get.", field=path)
    try:
        return open(path, "rb")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.", field=path) from None


def _check_fetched(path: str, begin: bytes) -> None:
    for sign, what in _POINTERS:
        if sign in begin:
            raise InputError(f"{path} is a pointer of {what}.", field=path)


def open_npy(path: str) -> Tensor:
    """Return the array of a .npy file; its bytes stay in the file."""
    with _open(path) as file:
        _check_fetched(path, file.read(200))
        file.seek(0)
        try:
            version = _npy.read_magic(file)
            reader = {(1, 0): _npy.read_array_header_1_0,
                      (2, 0): _npy.read_array_header_2_0}.get(version)
            if reader is None:
                shape, fortran, dtype = _npy._read_array_header(file, version)
            else:
                shape, fortran, dtype = reader(file)
        except ValueError as error:
            raise InputError(f"{path} is no .npy file: {error}.", field=path) from None
        begin = file.tell()
        found = os.fstat(file.fileno()).st_size - begin
    if dtype.hasobject:
        raise InputError(f"{path} holds Python objects; save numbers with numpy.save.", field=path)
    needed = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if found != needed:
        raise InputError(f"{path} is truncated or too long: its header says {needed} bytes, but "
                         f"{found} follow.", field=path)
    if needed == 0:
        return tensor_of(np.zeros(shape, dtype), path)
    mapped = np.memmap(path, mode="r", dtype=dtype, offset=begin, shape=shape,
                       order="F" if fortran else "C")
    return tensor_of(mapped, path)


def open_safetensors(path: str) -> "List[Tuple[str, Tensor]]":
    """Return the tensors of a .safetensors file by name, in the order of their bytes."""
    with _open(path) as file:
        begin = file.read(8)
        size = os.fstat(file.fileno()).st_size
        _check_fetched(path, begin + file.read(192))
        length = struct.unpack("<Q", begin)[0] if len(begin) == 8 else 0
        if not 2 <= length <= min(_MOST_HEADER_BYTES, size - 8):
            raise InputError(f"{path} is no .safetensors file: its header has {length} bytes.",
                             field=path)
        file.seek(8)
        try:
            header = json.loads(file.read(length))
            entries = [(name, str(entry["dtype"]), [int(n) for n in entry["shape"]],
                        [int(n) for n in entry["data_offsets"]])
                       for name, entry in header.items() if name != "__metadata__"]
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InputError(f"{path} is no .safetensors file: its header cannot be read.",
                             field=path) from None
    tensors = []
    for name, dtype, shape, (first, last) in sorted(entries, key=lambda e: e[3]):
        what = f"tensor {name!r} of {path}"
        if dtype not in ITEM_BYTES:
            raise InputError(f"{what} is {dtype}; {', '.join(FLOATING)} are read.", field=path)
        needed = int(np.prod(shape, dtype=np.int64)) * ITEM_BYTES[dtype]
        if last - first != needed or 8 + length + last > size:
            raise InputError(f"{what} needs {needed} bytes, and the header gives it bytes {first} "
                             f"to {last} of {size - 8 - length}.", field=path)
        tensors.append((name, Tensor(FileSource(path, 8 + length + first, needed), dtype,
                                     tuple(shape), name=what)))
    return tensors


def open_npz(path: str) -> "List[Tuple[str, Tensor]]":
    """Return the arrays of a .npz file by name, in the order of the file; each is loaded."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return [(name, tensor_of(file[name], f"{name!r} of {path}")) for name in file.files]
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.",
                         field=path) from None
    except (ValueError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} is no .npz file of numbers: {error}.", field=path) from None


def open_hdf5(path: str) -> "List[Tuple[str, Tensor]]":
    """Return the datasets of an HDF5 file by name; a dataset in pieces is read as it is needed."""
    try:
        import h5py
    except ImportError:
        raise InputError(f"{path} is an HDF5 file; install h5py to read it.", field=path) from None
    try:
        file = h5py.File(path, "r")
    except OSError as error:
        raise InputError(f"{path} cannot be read as HDF5: {error}.", field=path) from None
    found: "Dict[str, Any]" = {}
    file.visititems(lambda name, item: found.__setitem__(name, item)
                    if isinstance(item, h5py.Dataset) else None)
    numbers = {n: d for n, d in found.items() if d.dtype.kind in "fiub" and d.ndim >= 2}
    tensors = [(name, tensor_of(d, f"{name!r} of {path}")) for name, d in numbers.items()]
    if not path.lower().endswith(".mat"):
        return tensors
    # MATLAB writes its axes in the reverse order; behind #refs# are contents of cells.
    return _without_vectors([
        (name, Tensor(t.source, t.dtype, t.shape[::-1], fortran=True, name=t.name))
        for name, t in tensors if not name.startswith("#") and not t.fortran])


def _without_vectors(tensors: "List[Tuple[str, Tensor]]") -> "List[Tuple[str, Tensor]]":
    """Leave out the vectors of MATLAB, which have two axes there, beside real matrices."""
    matrices = [(name, t) for name, t in tensors if min(t.shape, default=0) > 1]
    return matrices or tensors


def open_mat(path: str) -> "List[Tuple[str, Tensor]]":
    """Return the arrays of numbers of a MATLAB file by name, with the axes that MATLAB shows."""
    with _open(path) as file:
        begin = file.read(200)
        _check_fetched(path, begin)
    if begin.startswith(b"MATLAB 7.3"):
        return open_hdf5(path)
    try:
        from scipy.io import loadmat
    except ImportError:
        raise InputError(f"{path} is a MATLAB file before 7.3; install scipy to read it, or save "
                         "it with -v7.3.", field=path) from None
    try:
        content = loadmat(path)
    except Exception as error:
        # Of many kinds, as scipy raises whatever the bytes lead to.
        raise InputError(f"{path} cannot be read as a MATLAB file: {error}.", field=path) from None
    return _without_vectors([
        (name, tensor_of(value, f"{name!r} of {path}")) for name, value in content.items()
        if isinstance(value, np.ndarray) and value.dtype.kind in "fiub" and value.ndim >= 2])


def is_array_file(path: str) -> bool:
    """Whether a text is the path of a file and no name: by its ending, or because it is there."""
    return os.path.splitext(path)[1].lower() in _READ + _REFUSED or os.path.exists(path)


def open_arrays(path: str) -> "List[Tuple[str, Tensor]]":
    """Return the arrays of a file by name; the one of a .npy file is named after the file.

    Raises
    ------
    InputError
        If the file cannot be read, or holds no array; a .pt file with what to do instead.
    """
    ending = os.path.splitext(path)[1].lower()
    if ending in _REFUSED:
        raise InputError(
            f"{path} would run code when it is read. Save the tensors once with: "
            "safetensors.torch.save_file(torch.load(path), \"activations.safetensors\").",
            field=path)
    if ending == ".safetensors":
        found = open_safetensors(path)
    elif ending == ".npz":
        found = open_npz(path)
    elif ending in (".h5", ".hdf5"):
        found = open_hdf5(path)
    elif ending == ".mat":
        found = open_mat(path)
    elif ending == ".npy":
        return [(os.path.basename(path)[:-4], open_npy(path))]
    else:
        raise InputError(f"{path} is of no kind that is read: {', '.join(_READ)} are.",
                         field=path)
    if not found:
        raise InputError(f"{path} holds no array of numbers.", field=path)
    return found
