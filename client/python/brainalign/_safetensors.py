"""Writes .safetensors files."""

import json
import os
import struct
from typing import Any, Mapping

import numpy as np

_TYPES = {"f2": "F16", "f4": "F32", "f8": "F64"}


def write_safetensors(path: str, arrays: "Mapping[str, Any]",
                      metadata: "Mapping[str, str]") -> None:
    """Write arrays under their names, in their order; the file appears when it is whole."""
    header: "dict[str, Any]" = {"__metadata__": dict(metadata)}
    position = 0
    for name, array in arrays.items():
        end = position + array.nbytes
        header[name] = {"dtype": _TYPES[array.dtype.str[1:]], "shape": list(array.shape),
                        "data_offsets": [position, end]}
        position = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path + ".new", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in arrays.values():
            file.write(np.ascontiguousarray(array).data)
    os.replace(path + ".new", path)
