"""Messages and methods of the protocol, made from the descriptors that the build puts here.

The classes live in a descriptor pool of their own: they clash with no other package. There is no
generated code, whose version protobuf compares with its own.
"""

import os
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PACKAGE = "brainalign.v1."
_HERE = os.path.dirname(os.path.abspath(__file__))


def _load_pool() -> Any:
    pool = descriptor_pool.DescriptorPool()
    path = os.path.join(_HERE, "protocol.binpb")
    try:
        with open(path, "rb") as file:
            content = file.read()
    except FileNotFoundError:
        raise ImportError(
            "This is the source folder of brainalign, which lacks what the build makes: import "
            "it from build/release/python, or run pip install ./client/python.") from None
    for described in descriptor_pb2.FileDescriptorSet.FromString(content).file:
        pool.AddSerializedFile(described.SerializeToString())
    return pool


POOL = _load_pool()

if hasattr(message_factory, "GetMessageClass"):
    _message_class = message_factory.GetMessageClass
else:
    _message_class = message_factory.MessageFactory(POOL).GetPrototype

_classes: "dict[str, Any]" = {}


def message(name: str) -> Any:
    """Return the class of a message of brainalign.v1, such as ``Job``."""
    if name not in _classes:
        _classes[name] = _message_class(POOL.FindMessageTypeByName(_PACKAGE + name))
    return _classes[name]


def enum(name: str) -> "dict[str, int]":
    """Return the numbers of an enumeration of brainalign.v1 by their names."""
    return {v.name: v.number for v in POOL.FindEnumTypeByName(_PACKAGE + name).values}


def enum_name(name: str, number: int) -> str:
    """Return the name of a number of an enumeration, "" if it is of a newer protocol."""
    found = POOL.FindEnumTypeByName(_PACKAGE + name).values_by_number.get(number)
    return str(found.name) if found is not None else ""


def is_repeated(field: Any) -> bool:
    """Whether a field of a message holds a list."""
    # protobuf 6.31 has this property, and warns of the label.
    known = getattr(field, "is_repeated", None)
    return bool(field.label == field.LABEL_REPEATED if known is None else known)


class Method:
    """A call of a service: its path, and the classes of its request and response.

    Parameters
    ----------
    name : str
        Such as ``JobService/CreateJob``.
    """

    def __init__(self, name: str) -> None:
        service, call = name.split("/")
        described = POOL.FindServiceByName(_PACKAGE + service).methods_by_name[call]
        self.name = name
        self.path = f"/{_PACKAGE}{name}"
        self.request = _message_class(described.input_type)
        self.response = _message_class(described.output_type)


_methods: "dict[str, Method]" = {}


def method(name: str) -> Method:
    """Return a call of a service, such as ``JobService/CreateJob``."""
    if name not in _methods:
        _methods[name] = Method(name)
    return _methods[name]
