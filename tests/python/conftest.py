"""A real server and its data for the tests of the Python package."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

TREE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BRAINALIGN_BUILD", TREE / "build" / "release"))
BIN = pathlib.Path(os.environ.get("BRAINALIGN_BIN", BUILD / "bin"))
REAL_FILES = pathlib.Path(os.environ.get("BRAINALIGN_TEST_DATA",
                                         TREE.parent / "shared" / "data"))
sys.path.insert(0, str(BUILD / "python"))
os.environ["BRAINALIGND"] = str(BIN / "brainalignd")
os.environ["BRAINALIGN_PROGRESS"] = "0"
for name in ("BRAINALIGN_SERVER", "BRAINALIGN_TOKEN", "BRAINALIGN_TOKEN_FILE"):
    os.environ.pop(name, None)


def pytest_collection_modifyitems(items):
    """Put tests that fork first.

    A child in which grpc can be used needs a parent without open channels, and tests of broken
    networks leave some for up to 20 seconds.
    """
    items.sort(key=lambda item: item.path.name != "test_processes.py")


class Server:
    """A brainalignd of the tests' own."""

    def __init__(self, folder, *options):
        self.folder = pathlib.Path(folder)
        self.options = options
        self.port = 0
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [str(BIN / "brainalignd"), "--data", str(self.folder / "data"), "--listen",
             f"127.0.0.1:{self.port}", *self.options],
            stdout=subprocess.PIPE, stderr=open(self.folder / "log", "ab"))
        for line in self.process.stdout:
            if line.startswith(b"listening on "):
                self.address = line.split()[-1].decode()
                self.port = int(self.address.rsplit(":", 1)[1])
                return
        raise RuntimeError((self.folder / "log").read_text())

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        self.process.wait(30)


class Proxy:
    """Forwards bytes to a server, and cuts or freezes connections on request.

    `cut_after` is how many bytes towards the server go through before a connection is cut.
    """

    def __init__(self, port):
        self.target = port
        self.cut_after = None
        self.frozen = threading.Event()
        self.sent = 0
        self.cuts = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                near.close()
                continue
            threading.Thread(target=self._pump, args=(near, far, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(far, near, False), daemon=True).start()

    def _pump(self, source, sink, counted):
        passed = 0
        try:
            while True:
                data = source.recv(65536)
                while self.frozen.is_set():
                    time.sleep(0.01)
                if not data:
                    break
                passed += len(data)
                if counted and self.cut_after is not None and passed > self.cut_after:
                    self.cuts += 1
                    break
                sink.sendall(data)
                if counted:
                    self.sent += len(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self._listener.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """A server that all tests share."""
    made = Server(tmp_path_factory.mktemp("server"))
    yield made
    made.stop()


@pytest.fixture
def own_server(tmp_path):
    """A server of one test, with small sync intervals."""
    made = Server(tmp_path, "--sync-interval", "1MiB")
    yield made
    made.stop()


@pytest.fixture
def proxy(own_server):
    """A proxy in front of `own_server`."""
    made = Proxy(own_server.port)
    yield made
    made.frozen.clear()
    made.close()


@pytest.fixture
def client(server):
    """A client of the shared server."""
    import brainalign as ba
    with ba.Client(server.address) as made:
        yield made


class Data:
    """A recording with two layers, one of which it contains with a delay."""

    def __init__(self, seed=0, words=120, sensors=6, times=4, width=5):
        random = np.random.default_rng(seed)
        self.layers = random.normal(size=(2, words, width)).astype(np.float32)
        self.epochs = random.normal(size=(words, sensors, times)).astype(np.float32)
        self.epochs[:, :width, 2] += 2 * self.layers[1]
        self.times = np.arange(times) / 10


@pytest.fixture
def data():
    """Small data with a known answer: layer 1 at 0.2 s."""
    return Data()
