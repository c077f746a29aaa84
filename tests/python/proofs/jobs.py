"""Shows that no job of the Python package is made or computed twice, whatever breaks.

    jobs.py [--long] [--jobs N] [--seed N]

Clients create jobs through a proxy that cuts their connections, while the server is killed
(kill -9) and started again. Afterwards each job is there once, was computed once and has the bits
of an undisturbed server.
"""

import argparse
import collections
import contextlib
import pathlib
import random
import sys
import tempfile
import threading
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from conftest import Data, Proxy, Server  # noqa: E402  isort: skip

import brainalign as ba  # noqa: E402  isort: skip

CLIENTS = 4
# Jobs that are created between two kills, and seconds after the last of them.
KILL_AFTER_JOBS = (5, 35)
KILL_AFTER_SECONDS = (0.0, 0.2)
# Fewer than a tensor has, which is therefore there before: connections are cut among the calls.
CUT_AFTER_BYTES = 6000


def options_of(number):
    """Options that make a job of its own; a penalty is part of what is computed."""
    return {"alphas": [1.0 + number], "selection": "fixed", "purge_seconds": 0.0, "lint": False,
            "progress": False, "name": str(number)}


class Killer(threading.Thread):
    """Kills the server again and again until `end`."""

    def __init__(self, server, ids, chance):
        super().__init__(daemon=True)
        self._server = server
        self._ids = ids
        self._chance = chance
        self._ended = threading.Event()
        self.kills = 0

    def run(self):
        due = self._chance.randint(*KILL_AFTER_JOBS)
        while not self._ended.wait(0.01):
            if len(self._ids) < due:
                continue
            time.sleep(self._chance.uniform(*KILL_AFTER_SECONDS))
            self._server.kill()
            self.kills += 1
            self._server.start()
            due = len(self._ids) + self._chance.randint(*KILL_AFTER_JOBS)

    def end(self):
        self._ended.set()
        self.join()


def create_all(address, data, numbers, ids, failures):
    """Create the jobs that are left in `numbers`; note numbers and ids."""
    with ba.Client(address) as client:
        while True:
            try:
                number = numbers.popleft()
            except IndexError:
                return
            failed = 0
            while True:
                try:
                    # After a call that gave up, the job may be there or not: look first.
                    found = [] if not failed else [j.job_id for j in client.jobs(limit=10**6)
                                                   if j.name == str(number)]
                    job_id = found[0] if found else client.align(
                        data.epochs, data.layers, times=data.times, **options_of(number)).job_id
                    break
                except ba.errors.UnreachableError:
                    failed += 1
                    failures.append(number)
            ids.append((number, job_id))


def check_job(client, number, job_id):
    """Return the result of a job after looking at its events."""
    job = client.attach(job_id)
    places = [(t.layers.start, t.times.start) for t in job.tiles(timeout=600)]
    info = job.refresh()
    assert info.state == "succeeded" and info.name == str(number), info
    assert len(places) == len(set(places)) == info.tiles_total, (info, places)
    return info, job.result(progress=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--jobs", type=int, default=100)
    parser.add_argument("--long", action="store_const", dest="jobs", const=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        print(prove(asked.jobs, asked.seed, pathlib.Path(folder), stack))


def start(folder, stack):
    """A server with its data in `folder`, which ends with the proof."""
    folder.mkdir()
    server = Server(folder)
    stack.callback(server.kill)
    return server


def prove(jobs, seed, folder, stack):
    """Create, disturb and check `jobs` jobs; return what happened."""
    data = Data(seed, words=60)
    server = start(folder / "disturbed", stack)
    with ba.Client(server.address) as client:
        client.upload(ba.Recording(data.epochs, times=data.times), progress=False)
        client.upload(ba.Activations(data.layers), progress=False)
    proxy = Proxy(server.port)
    proxy.cut_after = CUT_AFTER_BYTES
    numbers = collections.deque(range(jobs))
    ids, failures = collections.deque(), collections.deque()
    killer = Killer(server, ids, random.Random(seed))
    clients = [threading.Thread(target=create_all, args=(proxy.address, data, numbers, ids,
                                                         failures)) for _ in range(CLIENTS)]
    begin = time.monotonic()
    killer.start()
    for thread in clients:
        thread.start()
    for thread in clients:
        thread.join()
    killer.end()
    took = time.monotonic() - begin
    proxy.close()
    assert sorted(n for n, _ in ids) == list(range(jobs)), "a client ended early"
    check_all(server, start(folder / "undisturbed", stack), data, ids)
    return (f"passed: {jobs} jobs, each made and computed once; {killer.kills} kills, "
            f"{proxy.cuts} cut connections, {len(failures)} calls that gave up; {took:.0f} s")


def check_all(server, undisturbed, data, ids):
    """Check that the jobs of the server are those that were asked for."""
    with ba.Client(server.address) as client, ba.Client(undisturbed.address) as other:
        listed = client.jobs(limit=10**6)
        names = collections.Counter(j.name for j in listed)
        assert not [name for name, count in names.items() if count > 1], "a job was made twice"
        assert {j.job_id for j in listed} == {job_id for _, job_id in ids}
        keys = set()
        for number, job_id in ids:
            info, result = check_job(client, number, job_id)
            # One that was made before under another id would answer, or be joined.
            assert info.reason not in ("SERVED_FROM_CACHE", "JOINED"), info
            keys.add(info.cache_key)
            if number % 20 == 0:
                twin = other.align(data.epochs, data.layers, times=data.times,
                                   **options_of(number)).result(progress=False)
                assert np.array_equal(twin.score_per_fold, result.score_per_fold), number
        assert len(keys) == len(ids)


if __name__ == "__main__":
    main()
