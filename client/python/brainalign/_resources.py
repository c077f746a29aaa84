"""Word tables, models and recordings under names: requests, and what the server answers.

As in `_wire`, messages of the protocol are known by their members.
"""

import datetime
import re
import uuid
from typing import Any, Dict, List, Optional

from . import _columns, _wire
from ._calls import Steps, Unary
from ._jobs import CALL_SECONDS, CREATE_SECONDS, read_bytes
from ._proto import enum, enum_name
from ._plain_values import plain_text
from ._resource_info import ModelInfo, RecordingInfo, WordTableInfo
from ._retry import Deadline, repeat
from ._tensors import ITEM_BYTES, Tensor, decode
from .activations import Activations
from .errors import InputError, NotFoundError
from .recording import Recording
from .words import WordTable

_PAGE = 100
ARCHITECTURES = ("transformer", "ssm", "rnn", "bidirectional")
RECORDING_KINDS = ("meg", "eeg", "ecog", "fmri")


def _time_of(proto: Any) -> "Optional[datetime.datetime]":
    if not proto.HasField("create_time"):
        return None
    return datetime.datetime.fromtimestamp(
        proto.create_time.seconds + 1e-9 * proto.create_time.nanos, datetime.timezone.utc)


def _short(kind: str, number: int, prefix: str) -> str:
    return enum_name(kind, number)[len(prefix):].lower() if number else ""


def _column_type(number: int) -> str:
    known = {value: name for name, value in _columns.TYPES.items()}
    return known.get(number, f"unknown ({number})")


def word_table_info(proto: Any) -> WordTableInfo:
    """Return what a server tells of a word table."""
    return WordTableInfo(
        name=proto.name, display_name=proto.display_name, description=proto.description,
        digest=proto.digest, words=proto.words,
        columns=tuple((c.name, _column_type(c.type), c.values.digest) for c in proto.columns),
        create_time=_time_of(proto), person=proto.person)


def model_info(proto: Any) -> ModelInfo:
    """Return what a server tells of a model."""
    optional = {name: getattr(proto, name) if proto.HasField(name) else None
                for name in ("parameters", "context_words", "trained")}
    return ModelInfo(
        name=proto.name, display_name=proto.display_name, description=proto.description,
        family=proto.family,
        architecture=_short("ModelArchitecture", proto.architecture, "MODEL_ARCHITECTURE_"),
        words=proto.words, word_table=proto.word_table, word_table_digest=proto.word_table_digest,
        layer_count=proto.layer_count,
        layer_names=tuple(layer.layer.name for layer in proto.layers),
        depth=tuple(layer.layer.relative_depth for layer in proto.layers),
        create_time=_time_of(proto), person=proto.person, **optional)


def recording_info(proto: Any) -> RecordingInfo:
    """Return what a server tells of a recording."""
    return RecordingInfo(
        name=proto.name, display_name=proto.display_name, description=proto.description,
        kind=_short("RecordingKind", proto.kind, "RECORDING_KIND_"), words=proto.words,
        times=tuple(proto.times_seconds), word_table=proto.word_table,
        sealed=proto.HasField("seal"), create_time=_time_of(proto), person=proto.person)


def _fill(request: Any, name: str, display_name: str, description: str,
          request_id: str = "") -> None:
    request.request_id = request_id or str(uuid.uuid4())
    request.name, request.display_name, request.description = name, display_name, description


def word_table_request(name: str, table: Any, display_name: str, description: str,
                       request_id: str = "") -> Any:
    """Return how a table becomes a request whose tensors the server holds, when called."""
    _check_name(name)

    def make() -> Any:
        request = _wire.call("CreateWordTable").request()
        _fill(request, name, display_name, description, request_id)
        for column, kind, tensor in table.column_tensors():
            request.columns.add(name=column, type=_columns.TYPES[kind],
                                values=_wire.tensor_ref(tensor))
        return request
    return make


def model_request(name: str, activations: Activations, display_name: str, description: str,
                  family: str, architecture: str, parameters: "Optional[int]",
                  context_words: "Optional[int]", trained: "Optional[bool]",
                  word_table: str) -> Any:
    """Return how activations become a request, when called; arguments are checked at once."""
    _check_name(name)
    _check_choice("architecture", architecture, ARCHITECTURES)

    def make() -> Any:
        request = _wire.call("CreateModel").request(family=family, word_table=word_table)
        _fill(request, name, display_name, description)
        if architecture:
            request.architecture = enum("ModelArchitecture")[
                f"MODEL_ARCHITECTURE_{architecture.upper()}"]
        for field, value in (("parameters", parameters), ("context_words", context_words),
                             ("trained", trained)):
            if value is not None:
                setattr(request, field, value)
        for layer in activations.layers:
            request.layers.add(layer=_wire.layer_input(layer))
        return request
    return make


def recording_request(name: str, recording: Recording, display_name: str, description: str,
                      kind: str, word_table: str) -> Any:
    """Return how a recording becomes a request, when called; arguments are checked at once."""
    _check_name(name)
    _check_choice("kind", kind, RECORDING_KINDS)

    def make() -> Any:
        request = _wire.call("CreateRecording").request(
            word_table=word_table, brain=_wire.brain_input(recording))
        _fill(request, name, display_name, description)
        if kind:
            request.kind = enum("RecordingKind")[f"RECORDING_KIND_{kind.upper()}"]
        names = recording.metadata.get("channels", [])
        if len(names) == recording.sensor_count:
            blank = [""] * len(names)
            for sensor, what, unit in zip(names, recording.metadata.get("channel_types", blank),
                                          recording.metadata.get("units", blank)):
                request.sensors.add(name=sensor, kind=what, unit=unit)
        return request
    return make


def _check_name(name: str) -> None:
    # The protocol's rule (CreateRecordingRequest.name); the project may stand before it.
    part = "[a-z0-9][a-z0-9._-]{0,63}"
    if not isinstance(name, str) or not re.fullmatch(f"({part}/)?{part}", name):
        raise InputError(f"name is {name!r}; 1 to 64 of a-z, 0-9, '.', '_' and '-' are needed, the "
                         "first of them a letter or a digit.", field="name")


def _check_choice(field: str, value: str, choices: "Any") -> None:
    if value and value not in choices:
        raise InputError(f"{field} is {value!r}; {' or '.join(choices)} is needed, or nothing.",
                         field=field)


def create(call_name: str, request: Any, deadline: Deadline) -> Steps:
    """Return the answer to a request that makes something, once however often it is sent."""
    call = _wire.call(call_name)
    response = yield from repeat(
        lambda: Unary(call, request, deadline.within(CREATE_SECONDS)), deadline)
    return response


def get(call_name: str, name: str, deadline: Deadline) -> Steps:
    """Return the server's answer about what has a name."""
    call = _wire.call(call_name)
    plain_text("name", name)
    response = yield from repeat(
        lambda: Unary(call, call.request(name=name), deadline.within(CALL_SECONDS)), deadline)
    return response


def collect(call_name: str, member: str, person: str, deadline: Deadline) -> Steps:
    """Return all that a listing has, page by page."""
    call = _wire.call(call_name)
    plain_text("person", person)
    request = call.request(person=person, page_size=_PAGE)
    found: "List[Any]" = []
    while True:
        response = yield from repeat(
            lambda: Unary(call, request, deadline.within(CALL_SECONDS)), deadline)
        found += getattr(response, member)
        request.page_token = response.next_page_token
        if not request.page_token:
            return found


def read_word_table(name: str, deadline: Deadline) -> Steps:
    """Return a word table that the server keeps, with the values of its columns.

    Raises
    ------
    InputError
        If it has a column of a type that this package does not know.
    """
    table = (yield from get("GetWordTable", name, deadline)).word_table
    columns: "Dict[str, List[Any]]" = {}
    types: "Dict[str, str]" = {}
    for column in table.columns:
        kind = _column_type(column.type)
        if kind not in _columns.TYPES:
            raise InputError(f"Column {column.name!r} of {table.name} has a type that this package "
                             "does not know; install a newer one.", field=column.name)
        array = yield from _read_tensor(column.values, deadline)
        columns[column.name], types[column.name] = _columns.values_of(kind, array), kind
    made = WordTable(columns, types=types)
    made.name = table.name
    return made


def find_word_table(name: str, digest: str, deadline: Deadline) -> Steps:
    """Return the word table of that digest, as `read_word_table` does.

    Raises
    ------
    NotFoundError
        If the project does not keep it. `name` is the one that it had when it was stated.
    """
    if not digest:
        return None
    try:
        if (yield from get("GetWordTable", name, deadline)).word_table.digest == digest:
            return (yield from read_word_table(name, deadline))
    except NotFoundError:
        pass  # deleted since; the same columns may have another name
    for table in (yield from collect("ListWordTables", "word_tables", "", deadline)):
        if table.digest == digest:
            return (yield from read_word_table(table.name, deadline))
    raise NotFoundError(f"The server does not keep the word table {name} with the digest {digest} "
                        "any more; create it again.")


def _read_tensor(ref: Any, deadline: Deadline) -> Steps:
    dtype = enum_name("DataType", ref.spec.data_type)[len("DATA_TYPE_"):]
    size = ITEM_BYTES[dtype]
    for length in ref.spec.shape:
        size *= length
    into = bytearray()
    if size:
        call = _wire.call("ReadTensor")
        yield from read_bytes(
            call, lambda offset: call.request(digest=ref.digest, offset_bytes=offset), into,
            deadline)
    return decode(bytes(into), dtype).reshape(tuple(ref.spec.shape))


def tensors_of(source: Any) -> "List[Tensor]":
    """Return what is uploaded of a word table, activations or a recording."""
    if isinstance(source, WordTable):
        return [tensor for _, _, tensor in source.column_tensors()]
    tensors: "List[Tensor]" = source.tensors()
    return tensors
