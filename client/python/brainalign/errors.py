"""What goes wrong, as exceptions.

Each is a `BrainalignError`, and also the exception of Python that a program would expect in its
place: ``except ValueError`` catches an `InputError`.
"""

from typing import Any, Mapping, Optional, Sequence, Tuple

__all__ = [
    "AccessError", "BrainalignError", "CancelledError", "DamagedError", "ExistsError",
    "InputError", "JobFailedError", "LimitError", "NotFoundError", "ServerError",
    "ServerTooOldError", "StateError", "TransferStalledError", "TimedOutError",
    "UnreachableError",
]


class BrainalignError(Exception):
    """Base of all errors of this package.

    Parameters
    ----------
    message : str
        One sentence, or a line for each wrong field.
    reason : str
        Stable, in capitals, such as ``QUOTA_UPLOADS``; docs/errors.md lists them. Empty if no
        server rejected the call.
    field : str
        The argument or field that is wrong, such as ``options.folds``; empty if it is none.
    violations : sequence of (str, str)
        Every wrong field with its sentence.
    limit : float or None
        The limit that was exceeded, where there is one.
    request_id : str
        Names the call in the server's log; empty if it reached no server.
    retry_after : float or None
        Seconds after which another try may succeed.
    hint : str
        What to do about it; empty if there is nothing to say.
    metadata : mapping of str to str
        The values of the sentence, as docs/errors.md lists them.
    """

    def __init__(self, message: str, *, reason: str = "", field: str = "",
                 violations: Sequence[Tuple[str, str]] = (), limit: Optional[float] = None,
                 request_id: str = "", retry_after: Optional[float] = None, hint: str = "",
                 metadata: Optional[Mapping[str, str]] = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.field = field
        self.violations = list(violations)
        self.limit = limit
        self.request_id = request_id
        self.retry_after = retry_after
        self.hint = hint
        self.metadata = dict(metadata or {})

    def __str__(self) -> str:
        text = str(self.args[0])
        if self.hint and self.hint not in text:
            text = f"{text}\n{self.hint}"
        return text

    def __reduce__(self) -> Tuple[Any, ...]:
        return _rebuild, (type(self), self.args[0], self.__dict__)


def _rebuild(kind: type, message: str, members: "dict[str, Any]") -> BrainalignError:
    error: BrainalignError = kind(message)
    error.__dict__.update(members)
    return error


class InputError(BrainalignError, ValueError):
    """An argument, a file or a field of a request is wrong; the message says what is right."""


class NotFoundError(BrainalignError, LookupError):
    """There is no such job, recording, tensor or file."""


class ExistsError(BrainalignError, FileExistsError):
    """There is something else under this name."""


class AccessError(BrainalignError, PermissionError):
    """The server does not know who calls, or does not allow this call."""


class LimitError(BrainalignError):
    """A quota or limit of the server is used up; `limit` says which number."""


class StateError(BrainalignError):
    """The call does not fit the state of what it names, such as a job that has not ended."""


class DamagedError(BrainalignError, OSError):
    """Bytes do not match their checksum."""


class UnreachableError(BrainalignError, ConnectionError):
    """No server answers, or the connection broke and did not come back."""


class TimedOutError(BrainalignError, TimeoutError):
    """The timeout of the caller has passed. Work at the server continues."""


class TransferStalledError(TimedOutError):
    """No byte of an upload was taken for 30 seconds. Calling again resumes the upload."""


class CancelledError(BrainalignError):
    """The job was cancelled."""


class JobFailedError(BrainalignError):
    """The job failed at the server; `reason` is its JobReason."""


class ServerTooOldError(BrainalignError, NotImplementedError):
    """The server is too old for this call."""


class ServerError(BrainalignError, RuntimeError):
    """The server failed. Its log contains the cause under `request_id`."""


# Status codes of gRPC by their names.
_BY_CODE = {
    "CANCELLED": UnreachableError,
    "INVALID_ARGUMENT": InputError,
    "DEADLINE_EXCEEDED": TimedOutError,
    "NOT_FOUND": NotFoundError,
    "ALREADY_EXISTS": ExistsError,
    "PERMISSION_DENIED": AccessError,
    "UNAUTHENTICATED": AccessError,
    "RESOURCE_EXHAUSTED": LimitError,
    "FAILED_PRECONDITION": StateError,
    "ABORTED": StateError,
    "OUT_OF_RANGE": InputError,
    "UNIMPLEMENTED": ServerTooOldError,
    "UNAVAILABLE": UnreachableError,
    "DATA_LOSS": DamagedError,
}

# What to do about a reason of docs/errors.md, where the sentence does not say it.
HINTS = {
    "ACCESS_FILE_INVALID": "Correct access.json, or restore it.",
    "ACCESS_EXPIRED": "Ask the administrator for a new token.",
    "ACCESS_REVOKED": "Ask the administrator.",
    "ARRAY_NOT_FOUND": "result.fields has the arrays that there are.",
    "CALL_CANCELLED": "",
    "CHUNK_CHECKSUM": "Call again: the upload goes on where it stands.",
    "CHUNK_GAP": "Call again: the upload goes on where it stands.",
    "CHUNK_PAST_END": "Call again with an array that does not change meanwhile.",
    "DIGEST_MISMATCH": "The data changed while they were sent: call again when they are still.",
    "DISK_FULL": "Ask the administrator.",
    "DRAINING": "Call again when the server is back.",
    "FOLDER_EXISTS": "Name another folder.",
    "INVALID_FIELD": "",
    "JOB_NOT_ENDED": "Cancel the job, or wait for its end.",
    "JOB_NOT_FOUND": "Look for the id with client.jobs().",
    "JOB_NOT_SUCCEEDED": "job.result() waits for the end of the job.",
    "JOB_TOO_LARGE": "Use fewer layers, times or folds, or ask the administrator.",
    "NO_RANDOM_NUMBERS": "Ask the administrator.",
    "NO_THREADS": "Call again in a few seconds.",
    "NO_UNCERTAINTY": "Ask for nulls= and draws=.",
    "OFFSET_OUT_OF_RANGE": "",
    "OPTIONS_INVALID": "Correct the file of options.",
    "QUEUE_FULL": "Call again when jobs have ended.",
    "QUOTA_CPU_HOURS": "Wait, or ask the administrator for more.",
    "QUOTA_JOBS": "Call again in a moment, or delete jobs.",
    "QUOTA_PROMISED_BYTES": "Finish or cancel other uploads.",
    "QUOTA_QUEUED_JOBS": "Call again when one has ended.",
    "QUOTA_RELEASED_NUMBERS": "Use fewer layers, or ask the lab that sealed the recording.",
    "QUOTA_RESOURCES": "Delete a recording, word table or model.",
    "QUOTA_STORED_BYTES": "Ask the administrator for more.",
    "QUOTA_SUBMISSIONS": "Ask the lab that sealed the recording for more.",
    "QUOTA_UPLOADS": "Finish or cancel another upload.",
    "RECORDING_LOST": "Its project must upload it again.",
    "RECORDING_SEALED": "An admin of its project can unseal it.",
    "RESOURCE_EXISTS": "Choose another name, or delete it first.",
    "RESOURCE_NOT_FOUND": "",
    "RESULT_DAMAGED": "Submit the job again with skip_cache=True.",
    "ROLE_TOO_LOW": "Ask the administrator for another role.",
    "SEQUENCE_NOT_REACHED": "",
    "SERVER_READ_ONLY": "Call again later; reading goes on.",
    "SHUTTING_DOWN": "Call again in a moment.",
    "TENSOR_DAMAGED": "Call again: the tensor is uploaded again.",
    "TENSOR_MISSING": "Call again: the tensors are uploaded again.",
    "TENSOR_SIZE": "",
    "TENSOR_UNREADABLE": "Ask the administrator: the server's log contains the cause.",
    "TOKEN_MISSING": "Get a token from the administrator, and pass it or run brainalign login.",
    "TOKEN_UNKNOWN": "Log in again: brainalign login.",
    "TOO_MANY_CALLS": "Call again in a few seconds.",
    "TOO_MANY_UPLOADS": "Call again when other uploads have ended.",
    "UNCERTAINTY_TOO_LARGE": "Read the result with: brainalign result JOB.",
    "UPLOAD_BUSY": "Another program sends the same data: wait until it ends.",
    "UPLOAD_NOT_FOUND": "Call again: the upload starts afresh.",
    "WORD_TABLES_DIFFER": "Use activations of the recording's words.",
}


def class_for_code(code: str) -> "type[BrainalignError]":
    """Return the class of a status code of gRPC, such as ``NOT_FOUND``."""
    return _BY_CODE.get(code, ServerError)
