"""Failures of calls as errors of this package."""

import os
import re
from typing import Any, Dict, List, Optional, Tuple

# With epoll a forked child would share a descriptor (see _forks). grpc reads it at its first call.
os.environ.setdefault("GRPC_POLL_STRATEGY", "poll")
# What a broken connection writes to standard error is in the error that is raised.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc  # noqa: E402

from ._proto import message  # noqa: E402
from .errors import HINTS, BrainalignError, TransferStalledError, class_for_code  # noqa: E402
from .errors import LimitError, ServerTooOldError, UnreachableError  # noqa: E402
from ._proto.version import VERSION  # noqa: E402

RpcError = grpc.RpcError
FutureCancelledError = grpc.FutureCancelledError

_DETAILS = "type.googleapis.com/google.rpc."
REQUEST_ID = "x-request-id"

# The connection is up, and nothing comes over it.
_SILENCE = ("keepalive watchdog", "ping timeout", "before receiving settings frame")
# What gRPC and the TLS library below it write, in lower case; the first that is found counts.
_SIGNS = (
    ("certificate verify failed", "the server's certificate is not from a CA in tls_ca, "
     "or has expired"),
    ("certificate_verify_failed", "the server's certificate is not from a CA in tls_ca, "
     "or has expired"),
    ("hostname verification check failed", "the server's certificate has another name; if it is "
     "the right server, give that name as tls_server_name"),
    ("is not in peer certificate", "the server's certificate has another name; if it is the "
     "right server, give that name as tls_server_name"),
    ("certificate required", "the server requires a certificate of yours (tls_certificate, "
     "tls_key)"),
    ("certificate_required", "the server requires a certificate of yours (tls_certificate, "
     "tls_key)"),
    ("wrong version number", "the other side does not speak TLS"),
    ("wrong_version_number", "the other side does not speak TLS"),
    ("ssl_error", "no TLS connection could be made"),
    ("handshake", "no TLS connection could be made"),
    ("connection refused", "nothing listens there"),
    ("no such file", "nothing listens there"),
    ("dns resolution failed", "no machine with this name is known"),
    ("c-ares", "no machine with this name is known"),
    ("no route to host", "there is no route to it"),
    ("unreachable", "there is no route to it"),
    ("http1.x", "the other side does not speak gRPC"),
    ("settings frame", "the other side does not speak gRPC"),
    ("received http2 header with status", "a proxy answered that it cannot reach the server"),
    ("socket closed", "the connection was closed"),
    ("connection reset", "the connection was closed"),
    ("broken pipe", "the connection was closed"),
    ("goaway", "the connection was closed"),
    ("timed out", "no answer arrived in time"),
    ("deadline exceeded", "no answer arrived in time"),
)


# Fields of requests and what they are called here; the first that fits counts.
_WRITTEN = (
    ("spec.options.", ""), ("spec.brain.times_seconds", "times"),
    ("spec.brain.onsets_seconds", "onsets"), ("spec.brain.groups", "groups"),
    ("spec.brain.sessions", "sessions"), ("spec.brain.session_starts", "session_starts"),
    ("spec.brain", "recording"),
    ("spec.layers", "activations"), ("spec.nuisance.features", "nuisance"), ("spec.", ""),
)
_FIELD = re.compile(r"\bspec\.[a-z_]+(?:\.[a-z_]+|\[\d+\])*")


class SilentError(UnreachableError):
    """A connection is up, and the other side has not answered for a while."""


class ForkedError(UnreachableError):
    """A call was ended because the process was forked."""


def forked() -> ForkedError:
    """The error of a call that a fork has ended."""
    return ForkedError("The call was ended by a fork of this process.")


def aio_errors() -> "type[BaseException]":
    """The error that awaited calls raise."""
    import grpc.aio
    kind: "type[BaseException]" = grpc.aio.AioRpcError
    return kind


def end_of_stream() -> Any:
    """What reading returns at the end of an awaited stream."""
    import grpc.aio
    return grpc.aio.EOF


def stalled() -> TransferStalledError:
    """The error of an upload during which nothing was taken."""
    return TransferStalledError(
        "The upload stalled: the server took no byte for 30 seconds.",
        hint="Look whether the network is up, then call again: it goes on where it stands.")


def _metadata_of(error: Any) -> "Dict[str, Any]":
    trailing = error.trailing_metadata() or ()
    return {str(key).lower(): value for key, value in trailing}


def _transport(text: str) -> str:
    lower = text.lower()
    return next((said for sign, said in _SIGNS if sign in lower), "")


class _Details:
    """What came with a rejection."""

    def __init__(self, content: bytes) -> None:
        self.reason = ""
        self.metadata: "Dict[str, str]" = {}
        self.violations: "List[Tuple[str, str]]" = []
        self.missing: "List[str]" = []
        self.retry_after: "Optional[float]" = None
        for detail in message("ErrorStatus").FromString(content).details:
            name = detail.type_url[len(_DETAILS):]
            if not detail.type_url.startswith(_DETAILS):
                continue
            if name == "ErrorInfo":
                info = message("ErrorInfo").FromString(detail.value)
                self.reason, self.metadata = info.reason, dict(info.metadata)
            elif name == "BadRequest":
                for v in message("BadRequest").FromString(detail.value).field_violations:
                    self.violations.append((_argument(v.field), _with_arguments(v.description)))
            elif name == "PreconditionFailure":
                for v in message("PreconditionFailure").FromString(detail.value).violations:
                    self.violations.append((v.subject, v.description))
                    self.missing.append(v.subject)
            elif name == "QuotaFailure":
                for v in message("QuotaFailure").FromString(detail.value).violations:
                    self.violations.append((v.subject, v.description))
            elif name == "RetryInfo":
                delay = message("RetryInfo").FromString(detail.value).retry_delay
                self.retry_after = max(0.0, delay.seconds + 1e-9 * delay.nanos)


def _argument(field: str) -> str:
    """The field of a request as a program of Python wrote it."""
    for begin, written in _WRITTEN:
        if field.startswith(begin):
            return written + field[len(begin):].replace("].activations", "]")
    return field


def _with_arguments(text: str) -> str:
    """A sentence of the server, with fields as a program of Python wrote them."""
    return _FIELD.sub(lambda found: _argument(found.group()), text)


def _sentence(field: str, description: str) -> str:
    """What is wrong with a field: a description begins with a verb, or is a sentence by itself."""
    if not field or description.startswith(f"{field} "):
        return description
    verb = re.match(r"(is|are|has|have|holds?|needs?|names?|does|must|lies?|gives?) ", description)
    return f"{field}{'' if verb else ':'} {description}"


def explained(error: BrainalignError, address: str, info: Any) -> BrainalignError:
    """Return an error with what only the client knows: which server, and of which version.

    Parameters
    ----------
    error : BrainalignError
        How the steps got there is of no use to the caller, and is forgotten.
    address : str
        Of the server.
    info : ServerInfo or None
        What the server told of itself.
    """
    if isinstance(error, UnreachableError) and not error.hint:
        error.hint = f"The server is {address}."
    if isinstance(error, ServerTooOldError) and not error.hint and info is not None:
        error.hint = f"The server is of version {info.version}, and this package of {VERSION}."
    return error.with_traceback(None)


def error_of(error: Any, call: str = "") -> BrainalignError:
    """Return what a failed call says as an error of this package.

    Parameters
    ----------
    error : grpc.RpcError
        With code, details and trailing metadata.
    call : str
        Which call of the protocol it was.

    Returns
    -------
    BrainalignError
        Of the class of its code; all that the server told is in its members.
    """
    code = error.code().name
    text = _with_arguments(error.details() or "")
    trailing = _metadata_of(error)
    content = trailing.get("grpc-status-details-bin", b"")
    if not content and code == "RESOURCE_EXHAUSTED" and "Threadpool Exhausted" in text:
        # gRPC turned the call away before the server's code saw it.
        return LimitError("The server has no thread for another call at the moment.",
                          reason="TOO_MANY_CALLS", hint=HINTS["TOO_MANY_CALLS"], retry_after=5.0)
    if not content and code in ("RESOURCE_EXHAUSTED", "INTERNAL", "UNKNOWN") and (
            "RST_STREAM" in text):
        return UnreachableError("The connection ended the call before the server answered.")
    if not content and code in ("UNAVAILABLE", "DEADLINE_EXCEEDED", "UNKNOWN", "INTERNAL"):
        if any(sign in text.lower() for sign in _SILENCE):
            return SilentError("The call failed: the other side has stopped to answer.")
        described = _transport(text)
        if described:
            kind = class_for_code("DEADLINE_EXCEEDED" if code == "DEADLINE_EXCEEDED"
                                  else "UNAVAILABLE")
            return kind(f"The call failed: {described}.")
    if not content and code == "UNIMPLEMENTED":
        return ServerTooOldError(f"The server does not have the call {call} at this address: it is "
                                 "older, or this is its socket for administrators.")
    details = _Details(content)
    if all(description in text for _, description in details.violations) and (
            details.reason == "INVALID_FIELD"):
        # The server's text is made of them.
        lines = [_sentence(*violation) for violation in details.violations] or [text]
    else:
        lines = [text] if text else []
        lines += [_sentence(field, description) for field, description in details.violations
                  if description not in text]
    limit = next((details.metadata[key] for key in ("limit", "limit_bytes", "limit_hours")
                  if key in details.metadata), None)
    field = details.violations[0][0] if details.reason == "INVALID_FIELD" and (
        details.violations) else _argument(details.metadata.get("field", ""))
    return class_for_code(code)(
        "\n".join(lines) or "The server gave no reason.", reason=details.reason, field=field,
        violations=details.violations, limit=_number(limit),
        request_id=_text(trailing.get(REQUEST_ID, "")), retry_after=details.retry_after,
        hint=HINTS.get(details.reason, ""), metadata=details.metadata)


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _number(text: "Optional[str]") -> "Optional[float]":
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
