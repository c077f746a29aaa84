#include "server/calls/tensor_calls.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/rows/convert.h"
#include "server/rows/digest.h"
#include "server/rows/status_details.h"

namespace brainalign {

TensorCalls::TensorCalls(const CallGate* gate, const Recordings* recordings, const Limits& limits,
                         StallGuard* guard, Uploads* uploads, Tensors* tensors, BlobFolder* blobs,
                         const std::atomic<bool>* stopping)
    : gate_(gate),
      recordings_(recordings),
      uploads_(uploads),
      tensors_(tensors),
      blobs_(blobs),
      stopping_(stopping),
      guard_(guard),
      max_digests_per_call_(limits.digests_per_call),
      chunk_bytes_(limits.chunk_bytes),
      upload_streams_("upload streams", limits.upload_streams, limits.shares),
      downloads_("downloads", limits.downloads, limits.shares) {}

v1::Upload TensorCalls::ToProto(const Upload& upload) const {
  v1::Upload proto;
  proto.set_upload_id(upload.upload_id);
  *proto.mutable_tensor() = brainalign::ToProto(upload.tensor);
  proto.set_size_bytes(upload.size_bytes);
  proto.set_committed_bytes(upload.committed_bytes);
  proto.set_complete(upload.complete);
  *proto.mutable_expire_time() = brainalign::ToProto(uploads_->ExpireTime(upload));
  return proto;
}

absl::StatusOr<v1::FindMissingTensorsResponse> TensorCalls::FindMissingTensors(
    const Credentials& credentials, const v1::FindMissingTensorsRequest& request) {
  return gate_->Answer<v1::FindMissingTensorsResponse>(
      credentials, Method::kFindMissingTensors,
      [&](const Call& call, v1::FindMissingTensorsResponse& response) -> absl::Status {
        if (request.digests_size() > max_digests_per_call_) {
          return OverLimitError("digests",
                                absl::StrCat("has ", request.digests_size(), " entries; at most ",
                                             max_digests_per_call_),
                                request.digests_size(), max_digests_per_call_);
        }
        for (int i = 0; i < request.digests_size(); ++i) {
          const std::string& digest = request.digests(i);
          if (!IsDigest(digest)) {
            return InvalidFieldError(absl::StrCat("digests[", i, "]"), DescribeBadDigest(digest));
          }
          auto there = tensors_->Use(call.caller().project, digest);
          if (!there.ok()) return there.status();
          if (!*there) response.add_missing_digests(digest);
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::StartUploadResponse> TensorCalls::StartUpload(
    const Credentials& credentials, const v1::StartUploadRequest& request) {
  return gate_->Answer<v1::StartUploadResponse>(
      credentials, Method::kStartUpload,
      [&](const Call& call, v1::StartUploadResponse& response) -> absl::Status {
        std::vector<FieldProblem> problems;
        const TensorRef ref = TensorRefFromProto(request.tensor(), "tensor", problems);
        if (!problems.empty()) return InvalidFieldsError(problems);
        auto upload =
            uploads_->Start(call.caller().project, ref, request.size_bytes(), call.caller().person);
        if (!upload.ok()) return upload.status();
        *response.mutable_upload() = ToProto(*upload);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::WriteUploadResponse> TensorCalls::WriteUpload(
    const Credentials& credentials, Source<v1::WriteUploadRequest> receive) {
  return gate_->Answer<v1::WriteUploadResponse>(
      credentials, Method::kWriteUpload,
      [&](const Call& call, v1::WriteUploadResponse& response) -> absl::Status {
        const CallLimit::Place place(upload_streams_, call.caller());
        if (!place.status().ok()) return place.status();
        auto upload = Receive(call, receive);
        if (!upload.ok()) return upload.status();
        *response.mutable_upload() = ToProto(*upload);
        return absl::OkStatus();
      });
}

absl::StatusOr<Upload> TensorCalls::Receive(const Call& call,
                                            Source<v1::WriteUploadRequest> receive) {
  StallGuard::Stream stream(*guard_, call.peer(), call.cancel());
  v1::WriteUploadRequest chunk;
  const auto read = [&] { return receive(chunk); };
  if (!stream.Await(read)) {
    return InvalidFieldError("upload_id", "is missing: the stream ended before its first message");
  }
  const auto go_on = [&] { return !*stopping_ && !call.is_gone(); };
  auto writer = uploads_->OpenWriter(call.caller().project, chunk.upload_id(), go_on);
  if (absl::IsCancelled(writer.status()) && *stopping_) return ShuttingDownError();
  if (!writer.ok()) return writer.status();
  do {
    if (*stopping_) return ShuttingDownError();
    if (absl::Status access = call.CheckAccess(); !access.ok()) return access;
    if (chunk.data().empty()) continue;
    absl::Status status =
        (*writer)->Write(chunk.offset_bytes(), *chunk.mutable_data(), chunk.crc32c());
    if (!status.ok()) return status;
    if ((*writer)->IsWhole()) return (*writer)->Finish();
  } while (stream.Await(read));
  // Read also ends if the connection breaks. Then there is no client to answer, but the received
  // bytes are kept.
  if (call.is_gone()) return absl::CancelledError("the call was cancelled");
  return (*writer)->Finish();
}

absl::StatusOr<v1::QueryUploadResponse> TensorCalls::QueryUpload(
    const Credentials& credentials, const v1::QueryUploadRequest& request) {
  return gate_->Answer<v1::QueryUploadResponse>(
      credentials, Method::kQueryUpload,
      [&](const Call& call, v1::QueryUploadResponse& response) -> absl::Status {
        auto upload = uploads_->Query(call.caller().project, request.upload_id());
        if (!upload.ok()) return upload.status();
        *response.mutable_upload() = ToProto(*upload);
        return absl::OkStatus();
      });
}

absl::StatusOr<v1::CancelUploadResponse> TensorCalls::CancelUpload(
    const Credentials& credentials, const v1::CancelUploadRequest& request) {
  return gate_->Answer<v1::CancelUploadResponse>(
      credentials, Method::kCancelUpload,
      [&](const Call& call, v1::CancelUploadResponse& /*response*/) -> absl::Status {
        return uploads_->Cancel(call.caller().project, request.upload_id());
      });
}

absl::Status TensorCalls::ReadTensor(const Credentials& credentials,
                                     const v1::ReadTensorRequest& request,
                                     Sink<v1::ReadTensorResponse> send) {
  return gate_->Run(credentials, Method::kReadTensor, [&](const Call& call) -> absl::Status {
    const CallLimit::Place place(downloads_, call.caller());
    if (!place.status().ok()) return place.status();
    return Send(call, request, send);
  });
}

absl::Status TensorCalls::Send(const Call& call, const v1::ReadTensorRequest& request,
                               Sink<v1::ReadTensorResponse> send) {
  if (!IsDigest(request.digest())) {
    return InvalidFieldError("digest", DescribeBadDigest(request.digest()));
  }
  auto there = tensors_->Has(call.caller().project, request.digest());
  if (!there.ok()) return there.status();
  if (!*there) {
    return WithReason(
        absl::NotFoundError(absl::StrCat("tensor ", request.digest(), " is not on the server")),
        "TENSOR_MISSING", {{"digest", request.digest()}});
  }
  auto is_sealed = recordings_->IsSealed(call.caller().project, request.digest());
  if (!is_sealed.ok()) return is_sealed.status();
  if (*is_sealed) {
    return WithReason(absl::PermissionDeniedError(absl::StrCat(
                          "tensor ", request.digest(),
                          " is of a sealed recording, which does not leave the server; an admin of "
                          "the project can unseal it")),
                      "RECORDING_SEALED", {{"digest", request.digest()}});
  }
  const auto go_on = [&] { return !*stopping_ && !call.is_gone(); };
  if (absl::Status status = tensors_->VerifyOnce(request.digest(), go_on); !status.ok()) {
    return status;
  }
  auto file = blobs_->OpenToRead(request.digest());
  if (!file.ok()) return file.status();
  auto size_bytes = file->SizeInBytes();
  if (!size_bytes.ok()) return size_bytes.status();
  std::int64_t offset = request.offset_bytes();
  if (offset < 0 || offset > *size_bytes) {
    return WithReason(absl::OutOfRangeError(absl::StrCat(
                          "offset_bytes is ", offset, "; the tensor has ", *size_bytes, " bytes")),
                      "OFFSET_OUT_OF_RANGE", {{"size_bytes", absl::StrCat(*size_bytes)}});
  }
  if (request.has_limit_bytes() && request.limit_bytes() < 1) {
    return InvalidFieldError("limit_bytes",
                             absl::StrCat("is ", request.limit_bytes(),
                                          "; give 1 or more, or leave it out to read to the end"));
  }
  std::int64_t left = *size_bytes - offset;
  if (request.has_limit_bytes()) left = std::min(left, request.limit_bytes());
  StallGuard::Stream stream(*guard_, call.peer(), call.cancel());
  v1::ReadTensorResponse response;
  while (left > 0) {
    if (*stopping_) return ShuttingDownError();
    if (absl::Status access = call.CheckAccess(); !access.ok()) return access;
    if (call.is_gone()) return absl::CancelledError("the call was cancelled");
    const std::int64_t step = std::min(left, chunk_bytes_);
    std::string& data = *response.mutable_data();
    data.resize(static_cast<std::size_t>(step));
    if (absl::Status status = file->ReadAt(offset, data.data(), data.size()); !status.ok()) {
      return status;
    }
    response.set_offset_bytes(offset);
    response.set_crc32c(Crc32c(data.data(), data.size()));
    if (!stream.Await([&] { return send(response); })) {
      return absl::CancelledError("the client has gone");
    }
    offset += step;
    left -= step;
  }
  return absl::OkStatus();
}

}  // namespace brainalign
