"""Other processes: workers of joblib, forks beside calls, a client that travels."""

import multiprocessing
import os
import pickle
import select
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


def run_in_fork(check):
    """Whether `check` is true in a forked process.

    grpc's handler runs Python inside of fork(). If another thread has just asked for the
    interpreter's lock, the child waits there for a thread that it does not have. Such a child never
    comes back from os.fork(), so it has not said that it began; it is ended, and another is made.
    """
    for _ in range(5):
        began, begins = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(begins, b"x")
            signal.alarm(120)
            try:
                os._exit(0 if check() else 3)
            finally:
                os._exit(4)
        os.close(begins)
        ready, _, _ = select.select([began], [], [], 20)
        if not ready:
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        os.close(began)
        if ready:
            return status == 0
    return False


def test_a_fork_beside_a_watch_harms_neither(client):
    random = np.random.default_rng(2)
    job = client.align(random.normal(size=(3000, 60, 60)), random.normal(size=(6, 3000, 200)),
                       times=np.arange(60) / 60, nulls=1000, lint=False)
    started, ends = threading.Event(), []

    def watch():
        try:
            job.result(progress=lambda event: started.set())
        except ba.errors.CancelledError as error:
            ends.append(error)

    thread = threading.Thread(target=watch)
    thread.start()
    assert started.wait(300)
    assert run_in_fork(lambda: client.attach(job.job_id).job_id == job.job_id)
    with ba.Client(client._choice.address) as other:
        other.attach(job.job_id).cancel()
    thread.join(300)
    assert len(ends) == 1
