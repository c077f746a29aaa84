// One tensor's upload: start, write, and after a break ask where the server
// stands and go on from there.
#include <isa-l/crc.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/connection/stubs.h"
#include "client/tensors/upload.h"
#include "client/wire/spec_to_proto.h"

namespace brainalign {
namespace {

constexpr std::int64_t kChunkBytes = 1 << 20;

std::uint32_t Crc32c(const std::string& data) {
  // isa-l reads only, but takes a pointer to non-const bytes.
  auto* bytes = reinterpret_cast<unsigned char*>(const_cast<char*>(data.data()));
  return crc32_iscsi(bytes, static_cast<int>(data.size()), 0xFFFFFFFFu) ^ 0xFFFFFFFFu;
}

class TensorUploader {
 public:
  TensorUploader(Connection& connection, const Tensor& tensor, const std::string& digest,
                 const std::function<void(std::int64_t)>& on_position)
      : connection_(connection), tensor_(tensor), digest_(digest), on_position_(on_position) {
    const std::int64_t limit = connection.server_info().max_chunk_bytes;
    chunk_bytes_ = limit > 0 ? std::min(kChunkBytes, limit) : kChunkBytes;
  }

  const v1::Upload& upload() const { return upload_; }

  // Learns where the server stands: opens the upload, or asks about the open one.
  absl::Status Locate() {
    if (!upload_.upload_id().empty()) {
      const absl::Status queried = Query();
      // It has expired, or was discarded for a wrong digest: from the start.
      if (queried.code() != absl::StatusCode::kNotFound) return queried;
      upload_.Clear();
    }
    v1::StartUploadRequest request;
    request.mutable_tensor()->set_digest(digest_);
    *request.mutable_tensor()->mutable_spec() = ToProto(tensor_.spec());
    request.set_size_bytes(tensor_.size_bytes());
    absl::StatusOr<v1::StartUploadResponse> response = Call<v1::StartUploadResponse>(
        connection_.options(), [&](grpc::ClientContext* context, auto* answer) {
          return connection_.stubs().tensors->StartUpload(context, request, answer);
        });
    if (!response.ok()) return response.status();
    return Accept(std::move(*response->mutable_upload()));
  }

  // Sends everything from the committed offset on over one stream. OK if the
  // server ended the stream well, which upload().complete() tells more of.
  absl::Status Write() {
    CallContext context(connection_.options().stop, /*timeout_seconds=*/0);
    v1::WriteUploadResponse response;
    const auto stream = connection_.stubs().tensors->WriteUpload(context.get(), &response);
    v1::WriteUploadRequest chunk;
    chunk.set_upload_id(upload_.upload_id());
    std::int64_t offset = upload_.committed_bytes();
    do {
      const std::int64_t size = std::min(chunk_bytes_, tensor_.size_bytes() - offset);
      chunk.set_offset_bytes(offset);
      chunk.set_data(tensor_.data() + offset, static_cast<std::size_t>(size));
      chunk.set_crc32c(Crc32c(chunk.data()));
      if (!stream->Write(chunk)) break;
      offset += size;
      on_position_(offset);
    } while (offset < tensor_.size_bytes());
    stream->WritesDone();
    const absl::Status status = StatusFromGrpc(stream->Finish());
    if (!status.ok()) return status;
    return Accept(std::move(*response.mutable_upload()));
  }

 private:
  absl::Status Query() {
    v1::QueryUploadRequest request;
    request.set_upload_id(upload_.upload_id());
    absl::StatusOr<v1::QueryUploadResponse> response = Call<v1::QueryUploadResponse>(
        connection_.options(), [&](grpc::ClientContext* context, auto* answer) {
          return connection_.stubs().tensors->QueryUpload(context, request, answer);
        });
    if (!response.ok()) return response.status();
    return Accept(std::move(*response->mutable_upload()));
  }

  // Takes in where the server says that it stands.
  absl::Status Accept(v1::Upload upload) {
    if (upload.committed_bytes() < 0 || upload.committed_bytes() > tensor_.size_bytes()) {
      return absl::InternalError(absl::StrCat("The server says that it holds ",
                                              upload.committed_bytes(), " of ",
                                              tensor_.size_bytes(), " bytes."));
    }
    if (upload.upload_id().empty()) upload.set_upload_id(upload_.upload_id());
    upload_ = std::move(upload);
    on_position_(upload_.complete() ? tensor_.size_bytes() : upload_.committed_bytes());
    return absl::OkStatus();
  }

  Connection& connection_;
  const Tensor& tensor_;
  const std::string& digest_;
  const std::function<void(std::int64_t)>& on_position_;
  std::int64_t chunk_bytes_;
  v1::Upload upload_;
};

RetryOptions UploadRetry(const ConnectionOptions& options) {
  RetryOptions retry = options.stream_retry;
  // ABORTED: our own broken stream may still count as the writer at the server.
  // DATA_LOSS: a chunk was damaged on the way. OUT_OF_RANGE: the server came back
  // with fewer bytes than it had taken.
  retry.codes.insert({absl::StatusCode::kAborted, absl::StatusCode::kDataLoss,
                      absl::StatusCode::kOutOfRange, absl::StatusCode::kNotFound});
  return retry;
}

}  // namespace

absl::Status UploadTensor(Connection& connection, const Tensor& tensor, const std::string& digest,
                          const std::function<void(std::int64_t)>& on_position,
                          const std::function<void(const absl::Status&, double)>& on_break) {
  const ConnectionOptions& options = connection.options();
  Retry retry(UploadRetry(options), *options.clock, options.stop);
  TensorUploader uploader(connection, tensor, digest, on_position);
  std::int64_t furthest = 0;
  // Damage is worth fewer tries than an absence: each may cost the whole tensor,
  // and a file that changes while it is sent never arrives whole.
  int damaged = 0;
  while (true) {
    absl::Status status = uploader.Locate();
    if (status.ok() && uploader.upload().complete()) return status;
    if (status.ok()) {
      if (uploader.upload().committed_bytes() > furthest) {
        furthest = uploader.upload().committed_bytes();
        retry.Progress();
        damaged = 0;
      }
      status = uploader.Write();
      if (status.ok() && uploader.upload().complete()) return status;
      if (status.ok()) {
        status = absl::UnavailableError("The server ended the upload before its end.");
      }
      if (absl::IsDataLoss(status) && ++damaged == options.call_retry.max_attempts) return status;
    }
    const bool again = retry.Again(status, [&](double seconds) { on_break(status, seconds); });
    if (!again) return options.stop.stop_requested() ? absl::CancelledError("Stopped.") : status;
  }
}

}  // namespace brainalign
