"""Every rejection of the server is an error that a program can read."""

import pathlib
import pickle
import re
import traceback

import numpy as np
import pytest

import brainalign as ba
from brainalign import _failures, errors
from brainalign._proto import message

TREE = pathlib.Path(__file__).resolve().parents[2]


def reasons():
    text = (TREE / "docs" / "errors.md").read_text()
    return re.findall(r"^\| `([A-Z_]+)` \| ([A-Z_, ]+) \|", text, re.M)


class Rejected:
    """What gRPC raises."""

    def __init__(self, code, text, details=b"", request_id="r1"):
        self._code, self._text, self._details, self._id = code, text, details, request_id

    def code(self):
        return getattr(_failures.grpc.StatusCode, self._code)

    def details(self):
        return self._text

    def trailing_metadata(self):
        return (("grpc-status-details-bin", self._details), ("x-request-id", self._id))


def packed(*details):
    status = message("ErrorStatus")()
    for detail in details:
        status.details.add(type_url=f"type.googleapis.com/google.rpc.{detail.DESCRIPTOR.name}",
                           value=detail.SerializeToString())
    return status.SerializeToString()


def test_every_reason_has_its_class_and_hint():
    found = reasons()
    assert len(found) > 40
    assert set(errors.HINTS) == {reason for reason, _ in found}
    for reason, codes in found:
        for code in codes.split(", "):
            info = message("ErrorInfo")(reason=reason, domain="brainalign",
                                        metadata={"limit": "5", "usage": "4"})
            error = _failures.error_of(Rejected(code, "A sentence.", packed(info)))
            if code != "INTERNAL":
                assert type(error) is not errors.ServerError, code
            assert (error.reason, error.limit, error.request_id) == (reason, 5.0, "r1")
            assert error.hint == errors.HINTS[reason]


def test_fields_and_waits_are_read():
    bad = message("BadRequest")()
    bad.field_violations.add(field="spec.options.folds", description="folds is 1.")
    wait = message("RetryInfo")()
    wait.retry_delay.seconds = 2
    wait.retry_delay.nanos = 500000000
    info = message("ErrorInfo")(reason="INVALID_FIELD")
    error = _failures.error_of(Rejected("INVALID_ARGUMENT", "Wrong.", packed(info, bad, wait)))
    assert isinstance(error, ValueError) and error.field == "folds"
    assert error.violations == [("folds", "folds is 1.")]
    assert error.retry_after == 2.5
    assert str(error) == "Wrong.\nfolds is 1."


@pytest.mark.parametrize("field, said, expected", [
    ("spec.options.pca", "pca is 9; use at most 5", "pca is 9; use at most 5"),
    ("spec.options.folds", "is 120; at most 100", "folds is 120; at most 100"),
    ("spec.brain", "only 5 words are given", "recording: only 5 words are given"),
    ("spec.layers[2].activations", "holds NaN", "activations[2] holds NaN"),
    ("spec.brain.times_seconds", "is empty", "times is empty"),
    ("spec.nuisance.features", "has the shape 5", "nuisance has the shape 5")])
def test_fields_are_called_as_arguments_are(field, said, expected):
    bad = message("BadRequest")()
    bad.field_violations.add(field=field, description=said)
    info = message("ErrorInfo")(reason="INVALID_FIELD")
    error = _failures.error_of(Rejected("INVALID_ARGUMENT", f"{field} {said}", packed(info, bad)))
    assert str(error) == expected
    assert error.field == expected.split(" ")[0].rstrip(":")


@pytest.mark.parametrize("name", errors.__all__)
def test_errors_survive_pickling(name):
    kind = getattr(errors, name)
    error = kind("Wrong.", reason="R", field="f", limit=3.0, request_id="i", retry_after=1.0,
                 hint="Do.", violations=[("f", "d")], metadata={"a": "b"})
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is kind and again.__dict__ == error.__dict__
    assert str(again) == "Wrong.\nDo." and issubclass(kind, ba.BrainalignError)


def test_a_traceback_has_two_frames_of_ours_at_most(server, data):
    with ba.Client(server.address) as client:
        for call in (lambda: client.attach("0" * 32), lambda: client.align(
                data.epochs, data.layers, times=data.times, folds=10 ** 6)):
            with pytest.raises(ba.BrainalignError) as caught:
                call()
            ours = [frame for frame in traceback.extract_tb(caught.value.__traceback__)
                    if "/brainalign/" in frame.filename]
            assert 1 <= len(ours) <= 2
            assert caught.value.__suppress_context__


def test_a_frame_of_transport_is_put_into_words():
    error = _failures.error_of(Rejected(
        "UNAVAILABLE", "failed to connect: Connection refused", request_id=""))
    assert isinstance(error, ConnectionError) and "nothing listens there" in str(error)
    reset = _failures.error_of(Rejected(
        "RESOURCE_EXHAUSTED", "Received RST_STREAM with error code 11"))
    assert isinstance(reset, errors.UnreachableError)


class OlderServer:
    """A server that knows GetServerInfo alone, or not even that."""

    def __init__(self, *calls):
        import grpc
        from concurrent import futures
        self._server = grpc.server(futures.ThreadPoolExecutor(2))
        info = message("GetServerInfoResponse")(version="0.0.9").SerializeToString()
        self._server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(
            "brainalign.v1.ServerService", {call: grpc.unary_unary_rpc_method_handler(
                lambda request, context: info) for call in calls})])
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def __enter__(self):
        self._server.start()
        return self

    def __exit__(self, *_):
        self._server.stop(None)


def test_a_server_that_is_too_old_is_told_with_the_call_and_both_versions(data):
    with OlderServer("GetServerInfo") as server, ba.Client(server.address) as client:
        assert client.info().version == "0.0.9"
        with pytest.raises(NotImplementedError) as caught:
            client.align(data.epochs, data.layers, times=data.times, lint=False)
        assert "TensorService/FindMissingTensors" in str(caught.value)
        assert "0.0.9" in str(caught.value) and ba.__version__ in str(caught.value)
        with pytest.raises(errors.ServerTooOldError, match="WordTableService/ListWordTables"):
            client.word_tables.list()
    with OlderServer() as server, ba.Client(server.address) as client:
        with pytest.raises(errors.ServerTooOldError, match="no brainalign server"):
            client.info()


def test_a_server_that_asks_to_wait_is_waited_for():
    from brainalign._retry import Deadline, Retry
    retry = Retry(Deadline(None))
    assert retry.delay_after(errors.LimitError("x", retry_after=3.0)) >= 3.0
    assert retry.delay_after(errors.LimitError("x", retry_after=601.0)) is None
    assert retry.delay_after(errors.InputError("x")) is None
    assert Retry(Deadline(1.0)).delay_after(errors.LimitError("x", retry_after=3.0)) is None
    delays = [Retry(Deadline(None)).delay_after(errors.UnreachableError("x")) for _ in range(50)]
    assert 0 <= min(delays) < 0.1 < max(delays) <= 0.2


def test_a_call_for_which_the_server_has_no_thread_is_made_again():
    error = _failures.error_of(Rejected("RESOURCE_EXHAUSTED", "Server Threadpool Exhausted"))
    assert isinstance(error, errors.LimitError) and "no thread for another call" in str(error)
    assert (error.reason, error.retry_after) == ("TOO_MANY_CALLS", 5.0)


@pytest.mark.parametrize("option, value", [
    ("pca", 2**31), ("pca", [1]), ("pca", float("nan")), ("pca", float("inf")), ("pca", None),
    ("folds", float("nan")), ("block_words", 2**40), ("cca_components", 2**33), ("seed", "1"),
    ("purge_seconds", float("nan")), ("purge_seconds", 10**400), ("purge_seconds", True),
    ("alphas", [10**400]), ("alphas", "12"), ("alphas", [float("inf")]), ("arrays", 5),
    ("arrays", [1]), ("where", "\ud800"), ("where", 3), ("metric", None), ("fold_by", ["group"]),
    ("shared_alpha", 1)])
def test_an_option_of_a_wrong_kind_is_named(option, value):
    with pytest.raises(errors.InputError) as caught:
        ba.Options(**{option: value})
    assert caught.value.field == option


def test_numbers_and_texts_of_other_arguments_are_named(client, data):
    recording = ba.Recording(data.epochs, times=data.times)
    calls = {
        "activations": lambda: client.align(recording, {}), "name": lambda: client.align(
            recording, data.layers, name="\ud800"),
        "sfreq": lambda: ba.Recording(continuous=np.zeros((2, 50)), sfreq="x", onsets=[1],
                                      times=[0.1]),
        "job_id": lambda: client.attach(5), "person": lambda: client.jobs(person=5),
        "limit": lambda: client.jobs(limit="a"),
        "timeout": lambda: client.align(recording, data.layers, timeout="a")}
    for field, call in calls.items():
        with pytest.raises(errors.InputError) as caught:
            call()
        assert caught.value.field == field
    job = client.align(recording, data.layers)
    with pytest.raises(errors.InputError, match="timeout is 'a'"):
        job.result(timeout="a")
