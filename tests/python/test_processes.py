"""Other processes: workers of joblib, forks beside calls, a client that travels."""

import asyncio
import contextlib
import multiprocessing
import os
import pickle
import signal
import threading

import numpy as np
import pytest

import brainalign as ba
from conftest import BUILD, Data

OPTIONS = {"alphas": [1.0], "selection": "fixed", "purge_seconds": 0.0, "lint": False}


def score_of(client, seed):
    data = Data(seed)
    return client.align(data.epochs, data.layers, times=data.times, progress=False,
                        **OPTIONS).result(progress=False).score


def test_a_client_travels_without_its_connection(client, data):
    job = client.align(data.epochs, data.layers, times=data.times, **OPTIONS)
    there = pickle.loads(pickle.dumps(job))
    assert there.result() == job.result()
    assert there._client is not client
    there._client.close()
    result = job.result()
    assert pickle.loads(pickle.dumps(result)) == result


def test_workers_of_joblib_share_the_server(client, monkeypatch):
    joblib = pytest.importorskip("joblib")
    # Workers are new processes, which import the package by themselves.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(
        [str(BUILD / "python"), os.path.dirname(__file__)]))
    found = joblib.Parallel(n_jobs=2, backend="loky", timeout=300)(
        joblib.delayed(score_of)(client, seed) for seed in range(3))
    joblib.externals.loky.get_reusable_executor().shutdown(wait=True)
    for seed, score in enumerate(found):
        assert np.array_equal(score, score_of(client, seed))


def test_forked_workers_of_a_pool_call_too(client):
    expected = [score_of(client, seed) for seed in range(2)]
    pool = multiprocessing.get_context("fork").Pool(2)
    try:
        found = pool.starmap_async(score_of, [(client, seed) for seed in range(2)]).get(300)
    finally:
        pool.terminate()
    assert all(np.array_equal(a, b) for a, b in zip(expected, found))


def in_a_fork(check):
    """Whether `check()` is true in a forked process, which is given two minutes."""
    child = os.fork()
    if child == 0:
        signal.alarm(120)
        try:
            os._exit(0 if check() else 3)
        finally:
            os._exit(4)
    return os.waitpid(child, 0)[1] == 0


@contextlib.contextmanager
def busy_threads(count):
    """Threads that ask for the interpreter's lock all the time."""
    ended = threading.Event()

    def spin():
        while not ended.is_set():
            pass

    threads = [threading.Thread(target=spin) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def long_job(client):
    """A job that does not end before it is cancelled."""
    random = np.random.default_rng(2)
    return client.align(random.normal(size=(3000, 60, 60)), random.normal(size=(6, 3000, 200)),
                        times=np.arange(60) / 60, nulls=1000, lint=False)


def test_forks_beside_a_watch_and_busy_threads_harm_none(client):
    job = long_job(client)
    started, ends = threading.Event(), []

    def watch():
        try:
            job.result(progress=lambda event: started.set())
        except ba.errors.CancelledError as error:
            ends.append(error)

    thread = threading.Thread(target=watch)
    thread.start()
    assert started.wait(300)
    # More than the tries that a call is given without progress.
    with busy_threads(2):
        for _ in range(20):
            assert in_a_fork(lambda: client.attach(job.job_id).job_id == job.job_id)
    with ba.Client(client._choice.address) as other:
        other.attach(job.job_id).cancel()
    thread.join(300)
    assert len(ends) == 1


def is_told_that_grpc_does_not_work(call):
    try:
        call()
    except ba.errors.StateError as error:
        return "forked while grpc had open connections" in str(error)
    return False


def test_a_fork_amid_a_call_of_the_same_thread_harms_none(client):
    # A handler of a signal runs in the middle of what the main thread does.
    job = long_job(client)
    forks, handled = [], threading.Semaphore(0)

    def check():
        try:
            return client.attach(job.job_id).job_id == job.job_id
        except ba.errors.StateError:
            return is_told_that_grpc_does_not_work(client.info)

    def fork(*_):
        forks.append(in_a_fork(check))
        handled.release()

    def ask():
        for _ in range(10):
            os.kill(os.getpid(), signal.SIGUSR1)
            handled.acquire(timeout=300)
        with ba.Client(client._choice.address) as other:
            other.attach(job.job_id).cancel()

    before = signal.signal(signal.SIGUSR1, fork)
    thread = threading.Thread(target=ask)
    try:
        thread.start()
        with pytest.raises(ba.errors.CancelledError):
            job.result(progress=False)
    finally:
        thread.join()
        signal.signal(signal.SIGUSR1, before)
    assert forks == [True] * 10


def test_an_upload_goes_on_beside_forks(client):
    layer = np.random.default_rng(4).normal(size=(1, 6000, 1024)).astype(np.float32)
    large = ba.Activations(layer)
    sending, found = threading.Event(), []

    def send():
        found.append(client.upload(large, progress=lambda event: (
            sending.set() if event.phase == "send" else None)))

    thread = threading.Thread(target=send)
    thread.start()
    assert sending.wait(300)
    for _ in range(5):
        assert in_a_fork(lambda: client.info().version != "")
    thread.join(300)
    assert found == [{"activations": large.tensors()[0].digest}]


def test_tiles_go_on_in_parent_and_child(client):
    random = np.random.default_rng(5)
    job = client.align(random.normal(size=(400, 10, 20)), random.normal(size=(4, 400, 30)),
                       times=np.arange(20) / 20, lint=False)
    tiles = job.tiles()
    seen = [next(tiles)]

    def rest():
        return sum(tile.score.size for tile in seen + list(tiles)) == 4 * 20

    assert in_a_fork(rest)
    assert rest()


def test_a_child_is_told_where_grpc_does_not_work(server):
    async def fork_with_an_open_client():
        async with ba.aio.Client(server.address) as client:
            await client.info()
            return in_a_fork(lambda: is_told_that_grpc_does_not_work(
                lambda: ba.Client(server.address).info()))

    assert asyncio.run(fork_with_an_open_client())
    # When it is closed, nothing stands in the way.
    assert in_a_fork(lambda: ba.Client(server.address).info().version != "")
