"""Jobs: created once, watched without a gap, fetched when they have ended."""

from typing import Any, Callable, Dict, List, Optional

from . import _results, _wire
from ._calls import Open, Read, Sleep, Steps, Unary
from ._job_info import JobInfo
from ._plain_values import plain_text, whole_number
from ._retry import FIRST_CONTACT_ATTEMPTS, Deadline, Retry, repeat
from ._uncertainty import Parts
from .errors import (BrainalignError, CancelledError, DamagedError, JobFailedError,
                     ServerTooOldError, StateError, UnreachableError)

CALL_SECONDS = 30.0
# The server looks at every tensor before it answers.
CREATE_SECONDS = 120.0
_PAGE = 100


def get_info(deadline: Deadline) -> Steps:
    """Return the server's `ServerInfo`."""
    get = _wire.call("GetServerInfo")
    try:
        response = yield from repeat(
            lambda: Unary(get, get.request(), deadline.within(CALL_SECONDS)), deadline,
            FIRST_CONTACT_ATTEMPTS)
    except ServerTooOldError:
        raise ServerTooOldError("What answers there is no brainalign server, or one that is older "
                                "than 0.1.") from None
    return _wire.server_info(response)


def create(request: Any, deadline: Deadline) -> Steps:
    """Create a job, once however often the call is repeated; return its `JobInfo`.

    Raises
    ------
    ServerTooOldError
        If the server ignores one of the options; the job is cancelled then.
    """
    response = yield from repeat(
        lambda: Unary(_wire.call("CreateJob"), request, deadline.within(CREATE_SECONDS)), deadline)
    info = _wire.job_info(response.job)
    call = _wire.call("GetJobSpecification")
    echoed = yield from repeat(
        lambda: Unary(call, call.request(job_id=info.job_id), deadline.within(CALL_SECONDS)),
        deadline)
    unknown = _wire.unknown_options(request.spec, echoed.spec)
    if unknown:
        yield from cancel(info.job_id, deadline)
        names = ", ".join(unknown)
        raise ServerTooOldError(
            f"The server is too old for {names}, and ignores it. The job {info.job_id} was "
            f"cancelled. Ask for an update of the server, or leave out {names}.", field=unknown[0])
    return info


def get(job_id: str, deadline: Deadline) -> Steps:
    """Return a job's `JobInfo`."""
    call = _wire.call("GetJob")
    plain_text("job_id", job_id)
    response = yield from repeat(
        lambda: Unary(call, call.request(job_id=job_id), deadline.within(CALL_SECONDS)), deadline)
    return _wire.job_info(response.job)


def cancel(job_id: str, deadline: Deadline) -> Steps:
    """Stop a job; return its `JobInfo`."""
    call = _wire.call("CancelJob")
    plain_text("job_id", job_id)
    response = yield from repeat(
        lambda: Unary(call, call.request(job_id=job_id), deadline.within(CALL_SECONDS)), deadline)
    return _wire.job_info(response.job)


def delete(job_id: str, deadline: Deadline) -> Steps:
    """Forget a job that has ended."""
    call = _wire.call("DeleteJob")
    plain_text("job_id", job_id)
    yield from repeat(
        lambda: Unary(call, call.request(job_id=job_id), deadline.within(CALL_SECONDS)), deadline)


def newest(states: Any, person: str, recording: str, model: str, limit: int,
           deadline: Deadline) -> Steps:
    """Return at most `limit` jobs that pass the filters, the newest first. An empty one is none."""
    call = _wire.call("ListJobs")
    for field, text in (("person", person), ("recording", recording), ("model", model)):
        plain_text(field, text)
    limit = whole_number("limit", limit, 0)
    request = call.request(states=_wire.state_numbers(states), person=person, recording=recording,
                           model=model)
    jobs: "List[Any]" = []
    while len(jobs) < limit:
        request.page_size = min(_PAGE, limit - len(jobs))
        response = yield from repeat(
            lambda: Unary(call, request, deadline.within(CALL_SECONDS)), deadline)
        jobs += [_wire.job_info(job) for job in response.jobs]
        request.page_token = response.next_page_token
        if not request.page_token:
            break
    return jobs


def fetch(info: JobInfo, deadline: Deadline) -> Steps:
    """Return the fields of a result that is ready."""
    job_id = info.job_id
    call = _wire.call("GetJobResult")
    response = yield from repeat(
        lambda: Unary(call, call.request(job_id=job_id), deadline.within(CREATE_SECONDS)), deadline)
    result = _results.Assembly(response.result, info, _results.inputs_of(response.spec))
    read = _wire.call("ReadResultArray")
    for name in result.missing():
        yield from read_bytes(read, lambda offset: read.request(
            job_id=job_id, name=name, offset_bytes=offset), result.begin(name), deadline)
    fields = result.fields()
    if fields["uncertainty"] is not None:
        yield from _add_uncertainty(job_id, fields, deadline)
    return fields


def _add_uncertainty(job_id: str, fields: "Dict[str, Any]", deadline: Deadline) -> Steps:
    """Add p values and intervals, or a note that says why the result has none."""
    try:
        parts = yield from _read_uncertainty(job_id, deadline)
    except (ServerTooOldError, StateError) as error:
        # The result is whole without them; the command line computes those that are too large.
        fields["notes"] = [*fields["notes"], f"No uncertainty is given: {error}"]
        return
    parts.into(fields)


def _read_uncertainty(job_id: str, deadline: Deadline) -> Steps:
    """Return what the server computes from the result's nulls and influences."""
    call = _wire.call("ReadUncertainty")
    retry = Retry(deadline)
    while True:
        parts = Parts()
        stream = yield Open(call, call.request(job_id=job_id), deadline.left())
        try:
            while True:
                response = yield Read(stream)
                if response is None:
                    return parts
                parts.add(response)
        except BrainalignError as error:
            delay = retry.delay_after(error)
            if delay is None:
                raise
        finally:
            stream.cancel()
        yield Sleep(delay)


def read_bytes(call: Any, request_from: "Callable[[int], Any]", into: bytearray,
               deadline: Deadline) -> Steps:
    """Append what a call streams, after a break from where it ended.

    Parameters
    ----------
    call : Method
        Answers with chunks that have an offset and a checksum.
    request_from : callable
        The request for all from an offset on.
    into : bytearray
        Where the bytes go.
    deadline : Deadline
        When to give up.
    """
    retry = Retry(deadline, (UnreachableError, DamagedError))
    while True:
        before = len(into)
        stream = yield Open(call, request_from(before), deadline.left())
        try:
            while True:
                response = yield Read(stream)
                if response is None:
                    return
                _results.add_chunk(into, response)
        except BrainalignError as error:
            if len(into) > before:
                retry.progress()
            delay = retry.delay_after(error)
            if delay is None:
                raise
        finally:
            stream.cancel()
        yield Sleep(delay)


def check_succeeded(info: Any) -> None:
    """Raise unless a job that has ended has succeeded.

    Raises
    ------
    CancelledError
        If it was cancelled.
    JobFailedError
        If it failed, with the server's sentence.
    """
    if info.state == "cancelled":
        raise CancelledError(f"The job {info.job_id} was cancelled.", reason=info.reason)
    if info.state == "failed":
        raise JobFailedError(f"The job {info.job_id} failed: {info.message}", reason=info.reason)


class Watch:
    """The events of a job in order, each once, whatever breaks on the way.

    Parameters
    ----------
    job_id : str
        Which job.
    progress : Progress
        Hears of waiting and computing.
    """

    def __init__(self, job_id: str, progress: Any) -> None:
        self.job_id = job_id
        self.ended: "Optional[Any]" = None
        self._progress = progress
        self._sequence = 0
        self._streamed: Any = None
        self._stream: Any = None

    def next_tile(self, deadline: Deadline) -> Steps:
        """Return the next `Tile`; None when the job has ended, which `ended` then holds."""
        retry = Retry(deadline)
        while self.ended is None:
            deadline.check(f"the job {self.job_id} continues")
            before = self._sequence
            try:
                if self._stream is None:
                    call = _wire.call("WatchJob")
                    self._stream = yield Open(call, call.request(
                        job_id=self.job_id, after_sequence=self._sequence), deadline.left())
                response = yield Read(self._stream)
                if response is not None:
                    tile = self._take(response)
                    if tile is not None:
                        return tile
                    continue
                self._stream = None
                # Nothing follows the last event: whoever starts after it sees none.
                info = yield from get(self.job_id, deadline)
                if info.has_ended and info.sequence <= self._sequence:
                    self.ended = info
                    return None
                raise UnreachableError("The server closed the watch before the job's end.")
            except BrainalignError as error:
                self.close()
                deadline.check(f"the job {self.job_id} continues")
                if self._sequence > before:
                    retry.progress()
                delay = retry.delay_after(error)
                if delay is None:
                    raise
                self._progress.job("compute", 0.0, f"{error.args[0]} Again in {delay:.1f} s.")
            yield Sleep(delay)
        return None

    def close(self) -> None:
        """End the stream."""
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.cancel()

    def _take(self, response: Any) -> Any:
        if response.HasField("streamed"):
            self._streamed = response.streamed
        kind = response.WhichOneof("event")
        if kind == "heartbeat":
            self._tell(response.heartbeat)
            return None
        if response.sequence <= self._sequence:
            return None
        if response.sequence != self._sequence + 1:
            raise UnreachableError(f"Event {response.sequence} of the job came after event "
                                   f"{self._sequence}.")
        self._sequence = response.sequence
        if kind == "tile":
            return _results.tile(response.tile, self._streamed)
        if kind == "job":
            info = _wire.job_info(response.job)
            if info.has_ended:
                self.ended = info
                self.close()
        return None

    def _tell(self, heartbeat: Any) -> None:
        if heartbeat.queue_place > 0:
            self._progress.job("queue", 0.0, f"place {heartbeat.queue_place}, starts in about "
                               f"{heartbeat.expected_start_seconds:.0f} s")
            return
        self._progress.job("compute", heartbeat.progress)
