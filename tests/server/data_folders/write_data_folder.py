#!/usr/bin/env python3
"""Writes the data folder of a brainalignd as a crash leaves it, for the tests of later versions.

    write_data_folder.py BRAINALIGND OUT.tar.gz

Runs the given server on a folder of its own, and kills it (SIGKILL) when the folder holds: a job that
succeeded, one that was cancelled, one that was running with some tiles done, one that was waiting in
the queue, an upload that has some of its bytes, and two that are complete. All that is alice's, of the
project lab, who has sealed her recording; bob, of the project guests, which has a quota, has submitted a
model against it. What a client was told of each lies beside the folder in told.json, their tokens, too.
Run once for each released version; the archive is kept for
ever and must open for ever.

Needs protoc, grpc_python_plugin, and Python's grpc and protobuf (python3-grpcio, python3-protobuf).
"""
import base64
import hashlib
import json
import pathlib
import random
import signal
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
from array import array

ROOT = pathlib.Path(__file__).resolve().parents[3]
WORDS, SENSORS, TIMES, LAYERS, DIMENSIONS = 160, 6, 120, 3, 6


def import_stubs(folder):
    """Generates the protocol's Python modules into `folder` and imports them."""
    protos = sorted(str(p.relative_to(ROOT / "proto")) for p in (ROOT / "proto").rglob("*.proto"))
    subprocess.run(
        ["protoc", "-I", ROOT / "proto", f"--python_out={folder}", f"--grpc_out={folder}",
         "--plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin", *protos], check=True)
    sys.path.insert(0, str(folder))


def crc32c(data):
    """CRC-32C (Castagnoli), bit by bit: the amounts are small."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def noise(count, seed):
    """`count` float32 values, little-endian, in steps of 1/4 so that they pack small."""
    numbers = random.Random(seed)
    values = array("f", (round(4 * numbers.gauss(0, 1)) / 4 for _ in range(count)))
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def sequence(count, seed):
    """`count` bytes of the generator that the tests have, too."""
    state, out = seed + 1, bytearray()
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        out.append(state >> 24)
    return bytes(out)


class Calls:
    """A stub whose calls are made by who has a token."""

    def __init__(self, stub, token):
        self.stub, self.metadata = stub, [("authorization", f"Bearer {token}")]

    def __getattr__(self, method):
        call = getattr(self.stub, method)
        return lambda request: call(request, metadata=self.metadata, wait_for_ready=True)


class Client:
    def __init__(self, address, token):
        import grpc
        from brainalign.v1 import (job_pb2, job_pb2_grpc, recording_pb2, recording_pb2_grpc,
                                   tensor_pb2, tensor_pb2_grpc)
        self.job_pb2, self.recording_pb2, self.tensor_pb2 = job_pb2, recording_pb2, tensor_pb2
        channel = grpc.insecure_channel(address)
        self.jobs = Calls(job_pb2_grpc.JobServiceStub(channel), token)
        self.recordings = Calls(recording_pb2_grpc.RecordingServiceStub(channel), token)
        self.tensors = Calls(tensor_pb2_grpc.TensorServiceStub(channel), token)

    def upload(self, data, shape, data_type, until=None):
        """Uploads `data`, or its first `until` bytes. Returns the reference and the upload."""
        t = self.tensor_pb2
        ref = t.TensorRef(digest=hashlib.sha256(data).hexdigest(),
                          spec=t.TensorSpec(data_type=data_type, shape=shape))
        started = self.tensors.StartUpload(t.StartUploadRequest(tensor=ref, size_bytes=len(data)))
        if until is None:
            until = len(data)
        step = 4096
        upload_id = started.upload.upload_id

        def chunks():
            for offset in range(0, until, step):
                part = data[offset:min(offset + step, until)]
                yield t.WriteUploadRequest(upload_id=upload_id, offset_bytes=offset, data=part,
                                           crc32c=crc32c(part))
        upload = self.tensors.WriteUpload(chunks()).upload
        assert upload.committed_bytes == until, upload
        return ref, upload

    def request(self, name, brain, activations, folds):
        from brainalign.v1 import alignment_pb2
        request = self.job_pb2.CreateJobRequest(request_id=f"request of {name}", display_name=name)
        request.spec.brain.CopyFrom(brain)
        for layer in range(LAYERS):
            request.spec.layers.append(alignment_pb2.LayerInput(
                activations=activations, slice=layer, relative_depth=(layer + 1) / LAYERS,
                name=f"layer {layer}"))
        request.spec.options.folds = folds
        return request

    def result_of(self, job_id):
        """Waits for the job's end. Its last event's sequence and its result."""
        p = self.job_pb2
        events = [e for e in self.jobs.WatchJob(p.WatchJobRequest(job_id=job_id))
                  if e.WhichOneof("event") != "heartbeat"]
        job = self.get(job_id)
        assert job.state == p.JOB_STATE_SUCCEEDED, job
        result = self.jobs.GetJobResult(p.GetJobResultRequest(job_id=job_id)).result
        return events[-1].sequence, base64.b64encode(result.SerializeToString()).decode()

    def create(self, request):
        return self.jobs.CreateJob(request).job

    def get(self, job_id):
        return self.jobs.GetJob(self.job_pb2.GetJobRequest(job_id=job_id)).job


def fill_first(client):
    """What the first life of the server leaves: a job that succeeded."""
    from brainalign.v1 import alignment_pb2
    epochs, _ = client.upload(noise(WORDS * SENSORS * TIMES, 1), [WORDS, SENSORS, TIMES],
                              client.tensor_pb2.DATA_TYPE_F32)
    onsets, _ = client.upload(struct.pack(f"<{WORDS}d", *(0.5 * w for w in range(WORDS))), [WORDS],
                              client.tensor_pb2.DATA_TYPE_F64)
    brain = alignment_pb2.BrainInput(epochs=epochs, onsets_seconds=onsets,
                                     times_seconds=[0.01 * t for t in range(TIMES)])
    activations, _ = client.upload(noise(LAYERS * WORDS * DIMENSIONS, 2),
                                   [LAYERS, WORDS, DIMENSIONS], client.tensor_pb2.DATA_TYPE_F32)
    finished_request = client.request("finished", brain, activations, folds=3)
    job_id = client.create(finished_request).job_id
    sequence, result = client.result_of(job_id)
    return brain, activations, {
        "brain_digest": epochs.digest,
        "activations_digest": activations.digest,
        "finished": job_id,
        "finished_request": base64.b64encode(finished_request.SerializeToString()).decode(),
        "finished_sequence": sequence,
        "finished_result": result,
    }


def fill_guest(owner, guest, brain):
    """A sealed recording, and what somebody of another project has submitted against it."""
    from brainalign.v1 import alignment_pb2
    owner.recordings.CreateRecording(owner.recording_pb2.CreateRecordingRequest(
        request_id="request of a recording", name="subject-1", description="a story",
        brain=brain))
    seal = owner.recording_pb2.SealRecordingRequest(
        name="subject-1", projects=["guests"], max_submissions=5)
    seal.policy.min_test_words = WORDS // 4
    owner.recordings.SealRecording(seal)
    model, _ = guest.upload(noise(WORDS * DIMENSIONS, 3), [WORDS, DIMENSIONS],
                            guest.tensor_pb2.DATA_TYPE_F32)
    request = guest.job_pb2.CreateJobRequest(request_id="request of a guest", display_name="a guest's")
    request.spec.brain.recording = "lab/subject-1"
    request.spec.layers.append(alignment_pb2.LayerInput(activations=model, relative_depth=1))
    request.spec.options.folds = 3
    job_id = guest.create(request).job_id
    _, result = guest.result_of(job_id)
    return {"sealed": "lab/subject-1", "submission": job_id, "submission_result": result}


def fill_second(client, brain, activations):
    """What the second life leaves: an upload and jobs under way."""
    p = client.job_pb2
    half = sequence(30000, ord("h"))
    _, upload = client.upload(half, [15000], client.tensor_pb2.DATA_TYPE_I16, until=12288)

    cancelled = client.create(client.request("cancelled", brain, activations, folds=4))
    client.jobs.CancelJob(p.CancelJobRequest(job_id=cancelled.job_id))
    running = client.create(client.request("running", brain, activations, folds=5))
    queued_request = client.request("queued", brain, activations, folds=6)
    queued = client.create(queued_request)
    deadline = time.monotonic() + 60
    while client.get(running.job_id).tiles_done < 2:
        assert time.monotonic() < deadline
    running, queued = client.get(running.job_id), client.get(queued.job_id)
    return {
        "cancelled": cancelled.job_id,
        "running": running.job_id,
        "running_state": running.state,
        "running_tiles_done": running.tiles_done,
        "queued": queued.job_id,
        "queued_state": queued.state,
        "queued_request": base64.b64encode(queued_request.SerializeToString()).decode(),
        "upload_id": upload.upload_id,
        "upload_committed_bytes": upload.committed_bytes,
    }


class Server:
    def __init__(self, program, data, tokens):
        self.process = subprocess.Popen(
            [program, "--listen", "127.0.0.1:0", "--data", data, "--threads", "1",
             "--max-running-jobs", "1", "--memory", "256MiB", "--disk-reserve", "0",
             "--disk-hard-mark", "0",
             "--sync-interval", "4096", "--log-level", "warn"], stdout=subprocess.PIPE, text=True)
        address = self.process.stdout.readline().split()[-1]
        self.owner, self.guest = (Client(address, tokens[name]) for name in ("alice", "bob"))

    def end(self, how):
        self.process.send_signal(how)
        self.process.wait()


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, archive = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        import_stubs(scratch)
        data = scratch / "data"
        subprocess.run([program, "project", "set", "guests", "--new", "--data", data,
                        "--stored-bytes", "1MiB"], check=True, stdout=subprocess.DEVNULL)
        tokens = {
            person: subprocess.run(
                [program, "token", "add", "--data", data, "--person", person, "--project", project,
                 "--role", role], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
            for person, project, role in (("alice", "lab", "admin"), ("bob", "guests", "submitter"))}
        # Two lives, so that the database has tables as well as a log.
        server = Server(program, data, tokens)
        try:
            brain, activations, told = fill_first(server.owner)
            told |= fill_guest(server.owner, server.guest, brain) | {"tokens": tokens}
        finally:
            server.end(signal.SIGTERM)
        server = Server(program, data, tokens)
        try:
            told |= fill_second(server.owner, brain, activations)
        finally:
            server.end(signal.SIGKILL)
        assert told["running_state"] == 2, "the running job had ended: make it bigger"
        assert told["queued_state"] == 1, "the queued job had started: make the running one bigger"
        (scratch / "told.json").write_text(json.dumps(told, indent=1) + "\n")
        for log in (data / "db").glob("LOG*"):  # RocksDB's own notes; no data
            log.unlink()
        with tarfile.open(archive, "w:gz") as tar:
            tar.add(data, "data")
            tar.add(scratch / "told.json", "told.json")
    print(f"{archive}: {pathlib.Path(archive).stat().st_size} bytes")


if __name__ == "__main__":
    main()
