"""Broken connections, killed servers, frozen networks."""

import asyncio
import threading
import time

import numpy as np
import pytest

import brainalign as ba
from brainalign import _connection, _jobs, _upload

MIB = 1 << 20


@pytest.fixture
def large():
    """Activations of 12 MiB."""
    return ba.Activations(
        np.random.default_rng(3).normal(size=(1, 3072, 1024)).astype(np.float32))


def uploader(address, asynchronous):
    """The upload of a client that waits or is awaited, with a connection of its own."""
    async def awaited(*arguments, **options):
        async with ba.aio.Client(address) as client:
            return await client.upload(*arguments, **options)

    def waiting(*arguments, **options):
        with ba.Client(address) as client:
            return client.upload(*arguments, **options)

    if asynchronous:
        return lambda *arguments, **options: asyncio.run(awaited(*arguments, **options))
    return waiting


def test_an_upload_goes_on_where_it_was_cut(proxy, large):
    proxy.cut_after = 4 * MIB
    with ba.Client(proxy.address) as client:
        found = client.upload(large)
    assert found == {"activations": large.tensors()[0].digest}
    assert proxy.cuts >= 2
    # What was on its way, and not yet on disk, at each cut: the sync interval and the windows.
    assert proxy.sent <= 12 * MIB + proxy.cuts * 4 * MIB


def test_a_killed_server_loses_a_sync_interval_at_most(own_server, proxy, large):
    with ba.Client(proxy.address) as client:
        events = []

        def kill(event):
            events.append(event)
            if event.phase == "send" and event.done > 6 * MIB and own_server.process.poll() is None:
                if not any(e.phase == "killed" for e in events):
                    own_server.kill()
                    events.append(ba.ProgressEvent("killed", 0, 1))
                    threading.Timer(0.3, own_server.start).start()

        client.upload(large, progress=kill)
        assert any(e.phase == "killed" for e in events)
        assert events[-1].phase == "store" and events[-1].done == events[-1].total
        assert all(e.done < e.total for e in events if e.phase in ("send", "verify"))
    assert proxy.sent <= 12 * MIB + 8 * MIB


def test_nothing_is_sent_that_is_there(proxy, large):
    with ba.Client(proxy.address) as client:
        client.upload(large)
        before = proxy.sent
        client.upload(large)
    assert proxy.sent - before < 4096


def test_a_silent_network_is_noticed_before_a_transfer_counts_as_stalled():
    assert _connection.KEEPALIVE_SECONDS + _connection.KEEPALIVE_TIMEOUT_SECONDS < (
        _upload.STALL_SECONDS)
    assert _upload.STALL_SECONDS == 30


def test_the_server_lets_clients_ask_whether_it_lives(server):
    # Imported after the package, which sets what grpc reads from the environment.
    import grpc
    # Three pings too many, and a server closes the connection.
    channel = grpc.insecure_channel(server.address, [
        ("grpc.keepalive_time_ms", 1500), ("grpc.http2.max_pings_without_data", 0),
        ("grpc.keepalive_permit_without_calls", 1)])
    states = []
    channel.subscribe(states.append)
    grpc.channel_ready_future(channel).result(60)
    time.sleep(8)
    channel.close()
    assert states[-1] == grpc.ChannelConnectivity.READY, states


@pytest.mark.parametrize("asynchronous", [False, True], ids=["waiting", "awaited"])
@pytest.mark.parametrize("phase", ["hash", "send", "verify"])
def test_a_frozen_network_is_told(proxy, large, monkeypatch, phase, asynchronous):
    # The three ways to notice it: a call without an answer, a chunk that is not taken, and, when
    # the network has taken the last chunk, a ping without an answer.
    monkeypatch.setattr(_connection, "KEEPALIVE_SECONDS", 0.5)
    monkeypatch.setattr(_connection, "KEEPALIVE_TIMEOUT_SECONDS", 0.5)
    monkeypatch.setattr(_upload, "STALL_SECONDS", 600.0 if phase == "verify" else 1.0)
    upload = uploader(proxy.address, asynchronous)

    def freeze(event):
        if event.phase == phase and (phase != "send" or event.done > 3 * MIB):
            proxy.frozen.set()

    # The stall is told before the caller's time is over, and as a stall.
    with pytest.raises(ba.errors.TransferStalledError, match="took no byte") as caught:
        upload(large, progress=freeze, timeout=300)
    assert isinstance(caught.value, TimeoutError)
    assert proxy.frozen.is_set()
    proxy.frozen.clear()
    upload(large)


def test_no_job_is_made_twice(own_server, proxy, data):
    with ba.Client(own_server.address) as direct:
        direct.align(data.epochs, data.layers, times=data.times, name="first").result()
        proxy.cut_after = 2500
        ids = set()
        for i in range(40):
            with ba.Client(proxy.address) as client:
                ids.add(client.align(data.epochs, data.layers, times=data.times, name=str(i),
                                     lint=False).job_id)
        made = direct.jobs(limit=1000)
    assert len(ids) == 40
    assert len(made) == 41
    assert sorted(int(j.name) for j in made if j.name != "first") == list(range(40))


def test_a_watch_goes_on_after_a_restart(own_server, data):
    random = np.random.default_rng(5)
    with ba.Client(own_server.address) as client:
        job = client.align(random.normal(size=(2000, 40, 40)), random.normal(size=(4, 2000, 100)),
                           times=np.arange(40) / 40, lint=False)
        tiles = job.tiles()
        seen = [next(tiles)]
        own_server.kill()
        threading.Timer(0.2, own_server.start).start()
        seen += list(tiles)
        places = [(t.layers.start, t.times.start) for t in seen]
        assert len(places) == len(set(places))
        assert sum(t.score.size for t in seen) == 4 * 40
        assert job.result().score.shape == (4, 40)


def test_a_call_ends_by_its_deadline(proxy):
    proxy.frozen.set()
    with ba.Client(proxy.address) as client:
        begin = time.monotonic()
        with pytest.raises((ba.errors.TimedOutError, ba.errors.UnreachableError)):
            client.info(timeout=1.5)
        assert time.monotonic() - begin < _jobs.CALL_SECONDS
