#!/usr/bin/env python3
"""Records calls to a server of the release that this file lies beside: the bytes of
every request, and what came back.

    record_calls.py HOST:PORT RELEASED_FOLDER OUT.json

The server must be fresh. Needs python3-grpcio, python3-protobuf and protoc. Used once
for each release; later versions are held to what it wrote (recorded_calls_test.cc).
"""
import base64
import hashlib
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import grpc

CASTAGNOLI = 0x82F63B78


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (CASTAGNOLI if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def load_messages(released):
    out = tempfile.mkdtemp()
    files = sorted(str(path) for path in pathlib.Path(released).rglob("*.proto"))
    subprocess.run(["protoc", f"-I{released}", f"--python_out={out}", *files], check=True)
    sys.path.insert(0, out)
    from brainalign.v1 import job_pb2, server_pb2, tensor_pb2
    return tensor_pb2, job_pb2, server_pb2


class Recorder:
    def __init__(self, address):
        self.channel = grpc.insecure_channel(address)
        self.calls = []

    def call(self, method, requests, answer):
        """Makes one call; `requests` is one message, or a list for a client's stream."""
        path = f"/brainalign.v1.{method}"
        sent = [message.SerializeToString() for message in
                (requests if isinstance(requests, list) else [requests])]
        kind = "stream" if isinstance(requests, list) else "unary"
        streams = ("WatchJob", "ReadTensor", "ReadResultArray")
        back = "stream" if method.endswith(streams) else "unary"
        function = getattr(self.channel, f"{kind}_{back}")(path)
        got, code, details = [], 0, b""
        try:
            result = function(iter(sent) if kind == "stream" else sent[0], timeout=30)
            got = list(result) if back == "stream" else [result]
        except grpc.RpcError as error:
            code = error.code().value[0]
            details = dict(error.trailing_metadata()).get("grpc-status-details-bin", b"")
        self.calls.append({
            "method": path,
            "requests": [base64.b64encode(one).decode() for one in sent],
            "code": code,
            "details": base64.b64encode(details).decode(),
            "responses": [base64.b64encode(one).decode() for one in got],
        })
        return [answer.FromString(one) for one in got]


def tensor_of(tensor_pb2, shape, seed):
    """A float32 tensor of numbers that anyone can make again."""
    count, state, values = 1, seed, []
    for length in shape:
        count *= length
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(state / 2**31 - 1)
    data = struct.pack(f"<{count}f", *values)
    ref = tensor_pb2.TensorRef(digest=hashlib.sha256(data).hexdigest())
    ref.spec.data_type = tensor_pb2.DATA_TYPE_F32
    ref.spec.shape.extend(shape)
    return ref, data


def list_of(tensor_pb2, code, data_type, numbers):
    """A tensor with a number for each word."""
    data = struct.pack(f"<{len(numbers)}{code}", *numbers)
    ref = tensor_pb2.TensorRef(digest=hashlib.sha256(data).hexdigest())
    ref.spec.data_type = data_type
    ref.spec.shape.append(len(numbers))
    return ref, data


def main():
    address, released, out = sys.argv[1:]
    tensor_pb2, job_pb2, server_pb2 = load_messages(released)
    recorder = Recorder(address)
    call = recorder.call

    call("ServerService/GetServerInfo", server_pb2.GetServerInfoRequest(),
         server_pb2.GetServerInfoResponse)

    def chunks(upload_id, data, size):
        return [tensor_pb2.WriteUploadRequest(
            upload_id=upload_id if at == 0 else "", offset_bytes=at, data=data[at:at + size],
            crc32c=crc32c(data[at:at + size])) for at in range(0, len(data), size)]

    def start(ref, data):
        return call("TensorService/StartUpload",
                    tensor_pb2.StartUploadRequest(tensor=ref, size_bytes=len(data)),
                    tensor_pb2.StartUploadResponse)[0].upload

    words, times = 60, [0.0, 0.1, 0.2, 0.3]
    epochs = tensor_of(tensor_pb2, [words, 3, len(times)], 1)
    layers = [tensor_of(tensor_pb2, [words, 2], seed) for seed in (2, 3)]
    onsets = list_of(tensor_pb2, "d", tensor_pb2.DATA_TYPE_F64,
                     [0.5 * word for word in range(words)])
    groups = list_of(tensor_pb2, "q", tensor_pb2.DATA_TYPE_I64,
                     [word // 12 for word in range(words)])
    for ref, data in [epochs, onsets, groups, *layers]:
        call("TensorService/FindMissingTensors",
             tensor_pb2.FindMissingTensorsRequest(digests=[ref.digest]),
             tensor_pb2.FindMissingTensorsResponse)
        upload = start(ref, data)
        call("TensorService/WriteUpload", chunks(upload.upload_id, data, 1000),
             tensor_pb2.WriteUploadResponse)
        call("TensorService/QueryUpload",
             tensor_pb2.QueryUploadRequest(upload_id=upload.upload_id),
             tensor_pb2.QueryUploadResponse)
    call("TensorService/ReadTensor",
         tensor_pb2.ReadTensorRequest(digest=layers[0][0].digest, offset_bytes=8, limit_bytes=40),
         tensor_pb2.ReadTensorResponse)
    other = tensor_of(tensor_pb2, [100], 9)
    upload = start(*other)
    bad = chunks(upload.upload_id, other[1], 400)
    bad[0].crc32c ^= 1
    call("TensorService/WriteUpload", bad, tensor_pb2.WriteUploadResponse)
    call("TensorService/CancelUpload",
         tensor_pb2.CancelUploadRequest(upload_id=upload.upload_id),
         tensor_pb2.CancelUploadResponse)
    call("TensorService/QueryUpload", tensor_pb2.QueryUploadRequest(upload_id=upload.upload_id),
         tensor_pb2.QueryUploadResponse)
    call("TensorService/FindMissingTensors",
         tensor_pb2.FindMissingTensorsRequest(digests=["short"]),
         tensor_pb2.FindMissingTensorsResponse)

    request = job_pb2.CreateJobRequest(request_id="a-request", display_name="a job")
    brain = request.spec.brain
    brain.epochs.CopyFrom(epochs[0])
    brain.times_seconds.extend(times)
    brain.onsets_seconds.CopyFrom(onsets[0])
    brain.groups.CopyFrom(groups[0])
    for index, (ref, _) in enumerate(layers):
        request.spec.layers.add(activations=ref, relative_depth=(index + 1) / 2,
                                name=f"layer {index}")
    job = call("JobService/CreateJob", request, job_pb2.CreateJobResponse)[0].job
    call("JobService/WatchJob", job_pb2.WatchJobRequest(job_id=job.job_id),
         job_pb2.WatchJobResponse)
    call("JobService/GetJob", job_pb2.GetJobRequest(job_id=job.job_id), job_pb2.GetJobResponse)
    call("JobService/GetJobResult", job_pb2.GetJobResultRequest(job_id=job.job_id),
         job_pb2.GetJobResultResponse)
    for name, offset in [("fold_sizes", 0), ("fold_sizes", 12), ("no such array", 0),
                         ("fold_sizes", 41)]:
        call("JobService/ReadResultArray",
             job_pb2.ReadResultArrayRequest(job_id=job.job_id, name=name, offset_bytes=offset),
             job_pb2.ReadResultArrayResponse)
    call("JobService/CreateJob", request, job_pb2.CreateJobResponse)
    request.request_id = "another-request"
    request.display_name = "from the cache"
    call("JobService/CreateJob", request, job_pb2.CreateJobResponse)
    request.request_id = "a-third-request"
    request.skip_cache = True
    options = request.spec.options
    options.preset, options.direction, options.metric = 1, 2, 1
    options.folds, options.pca = 3, 0
    options.alphas.extend([0.1, 10])
    third = call("JobService/CreateJob", request, job_pb2.CreateJobResponse)[0].job
    call("JobService/WatchJob", job_pb2.WatchJobRequest(job_id=third.job_id),
         job_pb2.WatchJobResponse)
    call("JobService/GetJobResult", job_pb2.GetJobResultRequest(job_id=third.job_id),
         job_pb2.GetJobResultResponse)
    call("JobService/CancelJob", job_pb2.CancelJobRequest(job_id=third.job_id),
         job_pb2.CancelJobResponse)
    call("JobService/ListJobs", job_pb2.ListJobsRequest(page_size=10, states=[3]),
         job_pb2.ListJobsResponse)
    request.display_name = "another body"
    call("JobService/CreateJob", request, job_pb2.CreateJobResponse)
    request.request_id = "a-wrong-request"
    request.spec.layers[0].relative_depth = 7
    call("JobService/CreateJob", request, job_pb2.CreateJobResponse)
    request.spec.layers[0].relative_depth = 0.5
    request.spec.layers[1].activations.CopyFrom(tensor_of(tensor_pb2, [words, 2], 10)[0])
    call("JobService/CreateJob", request, job_pb2.CreateJobResponse)
    call("JobService/ListJobs", job_pb2.ListJobsRequest(page_token="none"),
         job_pb2.ListJobsResponse)
    call("JobService/GetJob", job_pb2.GetJobRequest(job_id="nobody"), job_pb2.GetJobResponse)
    call("JobService/GetJobResult", job_pb2.GetJobResultRequest(job_id="nobody"),
         job_pb2.GetJobResultResponse)

    pathlib.Path(out).write_text(json.dumps(recorder.calls, indent=1) + "\n")


main()
