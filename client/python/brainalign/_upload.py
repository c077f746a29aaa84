"""Uploads: tensors that the server lacks are sent, from where it stands."""

import queue
from typing import Any, Callable, Dict, Iterator, List, Optional

from . import _wire
from ._calls import Send, Sleep, Steps, Unary, Wait, Watchdog, Work
from ._crc import crc32c
from ._failures import SilentError, stalled
from ._progress import Progress
from ._retry import Deadline, Retry
from ._tensors import Tensor
from .errors import (BrainalignError, DamagedError, InputError, NotFoundError, StateError,
                     TimedOutError, UnreachableError)

CHUNK_BYTES = 1 << 20
STALL_SECONDS = 30.0
# After the last byte the server verifies the digest and waits for its disk.
VERIFY_SECONDS = 600.0
# Damage is worth fewer tries than an absence: each may cost the whole tensor.
_MAX_DAMAGED = 6
# Our own broken stream may still count as the writer at the server; a chunk may be damaged on the
# way; the server may have come back with fewer bytes than it had taken.
_WORTH_ANOTHER_TRY = (UnreachableError, StateError, DamagedError, NotFoundError)


def unique(tensors: "List[Tensor]") -> "List[Tensor]":
    """Return each tensor object once, in order."""
    seen: "Dict[int, Tensor]" = {}
    for tensor in tensors:
        seen.setdefault(id(tensor), tensor)
    return list(seen.values())


def find_missing(digests: "List[str]", most: int, deadline: Deadline) -> Steps:
    """Return the set of those digests that the server does not hold."""
    missing: "set[str]" = set()
    step = most if most > 0 else max(1, len(digests))
    find = _wire.call("FindMissingTensors")
    for begin in range(0, len(digests), step):
        request = find.request(digests=digests[begin:begin + step])
        response = yield Unary(find, request, deadline.within(STALL_SECONDS))
        missing.update(response.missing_digests)
    return missing


def upload(tensors: "List[Tensor]", info: Any, progress: Progress, deadline: Deadline) -> Steps:
    """Make sure that the server holds every tensor.

    Each is hashed while the one before is sent. A break of any kind is mended from where the server
    stands.

    Parameters
    ----------
    tensors : list of Tensor
        In the order in which they are sent.
    info : ServerInfo
        With the server's limits.
    progress : Progress
        Hears of hashing and sending.
    deadline : Deadline
        When to give up.

    Raises
    ------
    TransferStalledError
        If the server took nothing for 30 seconds.
    BrainalignError
        The last failure; its message begins with the tensor's name.
    """
    tensors = unique(tensors)
    progress.start(sum(t.size_bytes for t in tensors))
    ahead: Any = None
    for index, tensor in enumerate(tensors):
        future = ahead if ahead is not None else (yield Work(_hashing(tensor, progress)))
        yield Wait(future)
        following = tensors[index + 1] if index + 1 < len(tensors) else None
        ahead = None if following is None else (yield Work(_hashing(following, progress)))
        try:
            yield from _upload_one(tensor, info, progress, deadline)
        except BrainalignError as error:
            if not str(error.args[0]).startswith(tensor.name):
                error.args = (f"{tensor.name}: {error.args[0]}",)
            raise
    progress.finish()


def _hashing(tensor: Tensor, progress: Progress) -> "Callable[[], str]":
    return lambda: tensor.compute_digest(progress.hashed)


def _upload_one(tensor: Tensor, info: Any, progress: Progress, deadline: Deadline) -> Steps:
    retry = Retry(deadline, _WORTH_ANOTHER_TRY)
    sender = _Sender(tensor, info, progress, deadline)
    furthest, damaged = -1, 0
    while True:
        sender.check_time()
        try:
            yield from sender.locate()
            if sender.complete:
                progress.arrived(tensor.size_bytes, tensor.size_bytes)
                return
            if sender.committed > furthest:
                furthest, damaged = sender.committed, 0
                retry.progress()
            yield from sender.write()
            if sender.complete:
                progress.arrived(tensor.size_bytes, tensor.size_bytes)
                return
            raise UnreachableError("The server ended the upload before its end.")
        except BrainalignError as error:
            if isinstance(error, InputError) and error.reason != "CHUNK_GAP":
                raise
            if isinstance(error, (SilentError, TimedOutError)):
                sender.check_time()
                raise stalled() from None
            if isinstance(error, DamagedError):
                damaged += 1
                if damaged == _MAX_DAMAGED:
                    raise
            delay = 0.0 if error.reason == "CHUNK_GAP" else retry.delay_after(error)
            if delay is None:
                raise
            progress.broken(str(error.args[0]), delay)
        yield Sleep(delay)


class _Sender:
    """One tensor's upload at the server."""

    def __init__(self, tensor: Tensor, info: Any, progress: Progress, deadline: Deadline) -> None:
        self._tensor = tensor
        self._progress = progress
        self._deadline = deadline
        self._most_digests = info.max_digests_per_call
        most = info.max_chunk_bytes
        self._chunk = min(CHUNK_BYTES, most) if most > 0 else CHUNK_BYTES
        self._upload_id = ""
        self.committed = 0
        self.complete = False

    def check_time(self) -> None:
        """Raise a TimedOutError if the caller's time is over."""
        self._deadline.check(f"{self.committed} of {self._tensor.size_bytes} bytes of "
                             f"{self._tensor.name} are at the server, and calling again goes on "
                             "from there")

    def locate(self) -> Steps:
        """Learn where the server stands: open an upload, or ask about the open one."""
        timeout = self._deadline.within(STALL_SECONDS)
        if self._upload_id:
            query = _wire.call("QueryUpload")
            try:
                response = yield Unary(query, query.request(upload_id=self._upload_id), timeout)
                self._accept(response.upload)
                return
            except NotFoundError:
                # It has expired, or was discarded for a wrong digest: from the start.
                self._upload_id = ""
        else:
            missing = yield from find_missing([self._tensor.digest], self._most_digests,
                                              self._deadline)
            if not missing:
                self.complete = True
                return
        response = yield Unary(_wire.call("StartUpload"), _wire.start_upload(self._tensor), timeout)
        self._accept(response.upload)

    def write(self) -> Steps:
        """Send everything from the committed offset on over one stream."""
        failure: "queue.SimpleQueue[BaseException]" = queue.SimpleQueue()
        watchdog = Watchdog(STALL_SECONDS)
        try:
            response = yield Send(_wire.call("WriteUpload"), self._chunks(failure, watchdog),
                                  self._deadline.left(), watchdog)
        except BrainalignError:
            # What failed while a chunk was read says more than the call that ended of it.
            if not failure.empty():
                raise failure.get() from None
            raise
        self._accept(response.upload)

    def _accept(self, upload: Any) -> None:
        self._upload_id = upload.upload_id or self._upload_id
        self.committed = upload.committed_bytes
        self.complete = upload.complete
        self._progress.arrived(self.committed, self._tensor.size_bytes, is_position=True)

    def _chunks(self, failure: Any, watchdog: Watchdog) -> "Iterator[Any]":
        make = _wire.call("WriteUpload").request
        offset = self.committed
        size = self._tensor.size_bytes
        first = True
        while first or offset < size:
            try:
                data = bytes(self._tensor.source.read(offset, min(self._chunk, size - offset)))
            except BaseException as error:
                failure.put(error)
                raise
            # gRPC asks for the next chunk when it has room for it.
            watchdog.touch()
            yield make(upload_id=self._upload_id if first else "", offset_bytes=offset, data=data,
                       crc32c=crc32c(data))
            first = False
            offset += len(data)
            self._progress.arrived(offset, size, is_position=True)
        watchdog.seconds = VERIFY_SECONDS


def missing_of(error: BrainalignError, tensors: "List[Tensor]") -> "Optional[List[Tensor]]":
    """Return the tensors that a rejected job names as missing; None if it is about others."""
    if error.reason != "TENSOR_MISSING":
        return None
    named = {subject for subject, _ in error.violations}
    return [t for t in unique(tensors) if not named or t.digest in named]
