"""Results in files: JSON, and its members as arrays in .npz and HDF5."""

import json
import os
import tempfile
import zipfile
from typing import Any, Callable, Dict

import numpy as np

from .errors import ExistsError, InputError, NotFoundError

# Of a .json file, as the command line looks for it, too.
_JSON_BEGINNING = b'{\n "score":'
# What is no array is one text in .npz and HDF5.
_TEXT = "fields_json"


def _ending(path: str) -> str:
    ending = os.path.splitext(path)[1].lower()
    if ending in (".json", ".npz", ".h5", ".hdf5"):
        return ending
    raise InputError(f"{path} ends in {ending or 'nothing'}; .json, .npz or .h5 is needed.",
                     field="path")


def _replace(path: str, write: "Callable[[str], None]") -> None:
    folder = os.path.dirname(os.path.abspath(path))
    try:
        descriptor, name = tempfile.mkstemp(dir=folder, prefix=".brainalign-",
                                            suffix=_ending(path))
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.", field="path") from None
    os.close(descriptor)
    try:
        write(name)
        with open(name, "rb") as file:
            os.fsync(file.fileno())
        # A new file is for its owner alone, as mkstemp made it; another keeps its permissions.
        if os.path.exists(path):
            os.chmod(name, os.stat(path).st_mode & 0o777)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _is_result(path: str, ending: str) -> bool:
    if ending == ".json":
        with open(path, "rb") as file:
            return file.read(len(_JSON_BEGINNING)) == _JSON_BEGINNING
    return "score" in load(path)


def _check_replaceable(path: str, ending: str) -> None:
    """Raise an ExistsError if another file than a result is there. An empty one may be replaced."""
    try:
        if not os.path.exists(path) or os.path.getsize(path) == 0 or _is_result(path, ending):
            return
    except (InputError, OSError):
        pass
    raise ExistsError(f"{path} is there already and is no result of brainalign; name another file, "
                      "or remove it.", field="path")


def save(result: Any, path: str) -> None:
    """Write a result into a file of one of the three kinds."""
    ending = _ending(path)
    _check_replaceable(path, ending)
    if ending == ".json":
        _replace(path, lambda name: _write_text(name, result.to_json()))
        return
    fields = json.loads(result.to_json())
    arrays = {name: value for name, value in result.fields.items()
              if isinstance(value, np.ndarray)}
    text = json.dumps({name: value for name, value in fields.items() if name not in arrays})
    if ending == ".npz":
        _replace(path, lambda name: np.savez_compressed(name, **{_TEXT: np.array(text)},
                                                        **arrays))
        return
    _replace(path, lambda name: _write_hdf5(name, arrays, text))


def _write_text(path: str, text: str) -> None:
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def _hdf5() -> Any:
    try:
        import h5py
    except ImportError:
        raise ImportError("Results in .h5 need the package h5py; .npz and .json do not.") from None
    return h5py


def _write_hdf5(path: str, arrays: "Dict[str, Any]", text: str) -> None:
    with _hdf5().File(path, "w") as file:
        file.attrs[_TEXT] = text
        for name, value in arrays.items():
            file.create_dataset(name, data=value)


def load(path: str) -> "Dict[str, Any]":
    """Return the fields of a result that `save` wrote."""
    ending = _ending(path)
    if not os.path.exists(path):
        raise NotFoundError(f"There is no file {path}.", field="path")
    try:
        if ending == ".json":
            with open(path, encoding="utf-8") as file:
                fields = json.load(file)
        elif ending == ".npz":
            with np.load(path, allow_pickle=False) as found:
                fields = {name: found[name] for name in found.files if name != _TEXT}
                fields.update(json.loads(str(found[_TEXT])))
        else:
            with _hdf5().File(path, "r") as found:
                fields = {name: found[name][()] for name in found}
                fields.update(json.loads(found.attrs[_TEXT]))
    except (ValueError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise InputError(f"{path} holds no result of brainalign: {error}.",
                         field="path") from None
    if not isinstance(fields, dict):
        raise InputError(f"{path} holds no result of brainalign.", field="path")
    return fields
