"""A channel to a server: opened when it is first needed, and again after a fork."""

import contextlib
import os
import secrets
import weakref
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from . import _calls, _failures
from ._forks import Gate, grpc_ends, grpc_forks_itself
from ._proto import Method
from ._server_choice import Choice, is_loopback
from .errors import InputError, StateError

# Imported after `_failures`, which sets what grpc reads from the environment.
import grpc  # noqa: E402  isort: skip

# A connection on which nothing arrives for so long is asked whether it lives, and given up without
# an answer: together less than the 30 seconds after which a transfer counts as stalled.
KEEPALIVE_SECONDS = 15.0
KEEPALIVE_TIMEOUT_SECONDS = 10.0
_SYSTEM_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"


def _pem(argument: str, path: str) -> "Optional[bytes]":
    if not path:
        return None
    try:
        with open(path, "rb") as file:
            text = file.read(1 << 24)
    except OSError:
        text = b""
    if b"-----BEGIN " not in text:
        raise InputError(f"{argument} {path!r} cannot be read as a PEM file.", field=argument)
    return text


def _credentials(choice: Choice) -> Any:
    if not choice.tls_ca:
        if choice.tls_certificate or choice.tls_key or choice.tls_server_name:
            raise InputError("With TLS options, tls_ca is needed: a file of CA certificates, or "
                             "'system'.", field="tls_ca")
        return None
    if bool(choice.tls_certificate) != bool(choice.tls_key):
        raise InputError("tls_certificate and tls_key are given together.",
                         field="tls_certificate")
    authorities = _SYSTEM_AUTHORITIES if choice.tls_ca == "system" else choice.tls_ca
    return grpc.ssl_channel_credentials(
        _pem("tls_ca", authorities), _pem("tls_key", choice.tls_key),
        _pem("tls_certificate", choice.tls_certificate))


def _arguments(choice: Choice) -> "List[Tuple[str, Any]]":
    arguments: "List[Tuple[str, Any]]" = [
        # Notices a server or a network that is gone, also while nothing is sent.
        ("grpc.keepalive_time_ms", round(1000 * KEEPALIVE_SECONDS)),
        ("grpc.keepalive_timeout_ms", round(1000 * KEEPALIVE_TIMEOUT_SECONDS)),
        ("grpc.http2.max_pings_without_data", 0), ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.min_reconnect_backoff_ms", 20000), ("grpc.max_reconnect_backoff_ms", 1000),
        ("grpc.enable_retries", 0), ("grpc.use_local_subchannel_pool", 1),
        # A result holds a matrix for each fold.
        ("grpc.max_receive_message_length", 256 << 20),
    ]
    if is_loopback(choice.address):
        arguments.append(("grpc.enable_http_proxy", 0))
    if choice.tls_server_name:
        arguments.append(("grpc.ssl_target_name_override", choice.tls_server_name))
    return arguments


class Call:
    """A call of a waiting client that a fork ends.

    Parameters
    ----------
    handle : grpc.Future or grpc.Call
        The call.
    generation : int
        Of the gate, when it began.
    """

    def __init__(self, handle: Any, generation: int) -> None:
        self.handle = handle
        self._generation = generation

    @contextlib.contextmanager
    def going_on(self) -> "Iterator[Any]":
        """Be inside grpc with the call; what fails since a fork ended it says so.

        Raises
        ------
        ForkedError
            If a fork ended it, before or now.
        """
        with _gate.entered() as generation:
            if generation != self._generation:
                raise _failures.forked()
            try:
                yield self.handle
            except (_failures.RpcError, _failures.FutureCancelledError):
                if _gate.generation != self._generation:
                    raise _failures.forked() from None
                raise

    def cancel(self) -> None:
        """End it."""
        with _gate.entered() as generation:
            if generation == self._generation:
                self.handle.cancel()


class Connection:
    """Calls to one server.

    Parameters
    ----------
    choice : Choice
        Which, and how to come in.
    asynchronous : bool
        Whether its calls are awaited.
    """

    def __init__(self, choice: Choice, asynchronous: bool = False) -> None:
        self.choice = choice
        self._asynchronous = asynchronous
        self._credentials = _credentials(choice)
        self._channel: Any = None
        self._made: "Dict[str, Any]" = {}
        self._calls: "weakref.WeakSet[Call]" = weakref.WeakSet()
        _connections.add(self)

    def metadata(self) -> "Tuple[Tuple[str, str], ...]":
        """What goes with every call: its name in the server's log, and the token."""
        pairs = [(_failures.REQUEST_ID, secrets.token_hex(8))]
        if self.choice.token:
            pairs.append(("authorization", f"Bearer {self.choice.token}"))
        return tuple(pairs)

    def begin(self, make: "Callable[[Method], Any]", method: Method, request: Any,
              timeout: "Optional[float]") -> Call:
        """Begin a call of a waiting client.

        Parameters
        ----------
        make : callable
            `unary`, `send` or `open`.
        method : Method
            Which call.
        request : Any
            One request, or an iterator of them.
        timeout : float or None
            Seconds until the call has ended.
        """
        with _gate.entered() as generation:
            made = make(method)
            # Where there is one response, a future: another thread can cancel it.
            start = getattr(made, "future", made)
            call = Call(start(request, timeout=timeout, metadata=self.metadata()), generation)
            self._calls.add(call)
        return call

    def unary(self, method: Method) -> Any:
        """One request, one response."""
        return self._make("unary_unary", method)

    def send(self, method: Method) -> Any:
        """A stream of requests, one response."""
        return self._make("stream_unary", method)

    def open(self, method: Method) -> Any:
        """One request, a stream of responses."""
        return self._make("unary_stream", method)

    def close(self) -> "Optional[Any]":
        """End the channel; for awaited calls, return what is to be awaited."""
        with _gate.entered():
            return self._close()

    def _close(self) -> "Optional[Any]":
        channel, self._channel = self._channel, None
        self._made.clear()
        return None if channel is None else channel.close()

    def end_calls(self) -> bool:
        """Before a fork, while the gate is closed: end what a waiting client has begun.

        Returns
        -------
        bool
            False if it is too early: a connection that is given up while it is being made keeps
            grpc running for as long as the attempt may take.
        """
        calls = list(self._calls)
        if self._is_connecting() and not all(call.handle.done() for call in calls):
            return False
        for call in calls:
            call.handle.cancel()
        return True

    def _is_connecting(self) -> bool:
        # The public way to learn it takes a thread and 0.2 s.
        inner: Any = getattr(self._channel, "_channel", None)
        if self._asynchronous or not hasattr(inner, "check_connectivity_state"):
            return False
        idle, connecting = (state.value[0] for state in (
            grpc.ChannelConnectivity.IDLE, grpc.ChannelConnectivity.CONNECTING))
        return inner.check_connectivity_state(False) in (idle, connecting)

    def close_for_fork(self) -> bool:
        """Before a fork, when nobody is inside: close the channel of a waiting client."""
        if self._asynchronous or self._channel is None:
            return False
        self._calls.clear()
        self._close()
        return True

    def forget(self) -> None:
        """In a child process: a channel that could not be closed is the parent's."""
        _forgotten.append(self._channel)
        self._channel = None
        self._made.clear()

    def _make(self, kind: str, method: Method) -> Any:
        if method.name not in self._made:
            if self._channel is None:
                self._channel = self._open()
            self._made[method.name] = getattr(self._channel, kind)(
                method.path, request_serializer=method.request.SerializeToString,
                response_deserializer=method.response.FromString)
        return self._made[method.name]

    def _open(self) -> Any:
        if _grpc_is_the_parents:
            raise StateError(
                "This process was forked while grpc had open connections, and grpc does not work "
                "here.", hint="Before a fork, close an aio.Client and what else uses grpc, and do "
                "not fork in a handler of a signal; or start processes by spawn or forkserver.")
        library: Any = grpc
        if self._asynchronous:
            from grpc import aio
            library = aio
        if self._credentials is None:
            return library.insecure_channel(self.choice.address, _arguments(self.choice))
        return library.secure_channel(self.choice.address, self._credentials,
                                      _arguments(self.choice))


_connections: "weakref.WeakSet[Connection]" = weakref.WeakSet()
_gate = Gate()
# Closing the parent's channels in a child could wait for threads that are not there.
_forgotten: "List[Any]" = []
# In the parent, of the fork that goes on: whether grpc has ended.
_grpc_has_ended = True
_grpc_is_the_parents = False


def _before_fork() -> None:
    global _grpc_has_ended
    if _gate.is_inside():
        # grpc is in the middle of something on this very thread: the parent is left alone.
        _grpc_has_ended = False
        return
    connections = list(_connections)
    # Lists: each is asked, also after one has said no.
    _gate.close(lambda: all([connection.end_calls() for connection in connections]))
    closed = [connection.close_for_fork() for connection in connections]
    _grpc_has_ended = grpc_ends(any(closed))


def _after_fork_in_child() -> None:
    global _grpc_is_the_parents
    _gate.begin_in_child()
    _calls.forget_workers()
    if not _grpc_has_ended and not grpc_forks_itself():
        _grpc_is_the_parents = True
    for connection in list(_connections):
        connection.forget()


os.register_at_fork(before=_before_fork, after_in_parent=_gate.open,
                    after_in_child=_after_fork_in_child)
