// One tensor's upload: start, write, and after a break ask where the server
// stands and go on from there.
#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/connection/stubs.h"
#include "client/tensors/upload.h"
#include "client/wire/crc32c.h"
#include "client/wire/spec_to_proto.h"

namespace brainalign {
namespace {

constexpr std::int64_t kChunkBytes = 1 << 20;

// Damage is worth fewer tries than an absence: each may cost the whole tensor, and
// a file that changes while it is sent never arrives whole.
constexpr int kMaxDamagedInARow = 6;

// The loop around all calls does the waiting.
const RetryOptions kOnce = {.max_attempts = 1};

class TensorUploader {
 public:
  TensorUploader(Connection& connection, const Tensor& tensor, const std::string& digest,
                 const TensorObserver& observer)
      : connection_(connection), tensor_(tensor), digest_(digest), observer_(observer) {
    const std::int64_t limit = connection.server_info().max_chunk_bytes;
    chunk_bytes_ = limit > 0 ? std::min(kChunkBytes, limit) : kChunkBytes;
  }

  std::int64_t committed_bytes() const { return upload_.committed_bytes(); }
  bool complete() const { return upload_.complete(); }
  bool was_there() const { return was_there_; }

  // Learns where the server stands: whether it has the tensor, or else how much of
  // it, by opening an upload or asking about the open one.
  absl::Status Locate() {
    if (!upload_.upload_id().empty()) {
      absl::Status queried = Query();
      // It has expired, or was discarded for a wrong digest: from the start.
      if (queried.code() != absl::StatusCode::kNotFound) return queried;
      upload_.Clear();
    } else {
      const absl::StatusOr<std::vector<std::string>> missing =
          FindMissing(connection_, {digest_}, kOnce);
      if (!missing.ok()) return missing.status();
      if (missing->empty()) {
        was_there_ = true;
        upload_.set_complete(true);
        return absl::OkStatus();
      }
    }
    v1::StartUploadRequest request;
    request.mutable_tensor()->set_digest(digest_);
    *request.mutable_tensor()->mutable_spec() = ToProto(tensor_.spec());
    request.set_size_bytes(tensor_.size_bytes());
    absl::StatusOr<v1::StartUploadResponse> response = Call<v1::StartUploadResponse>(
        connection_.options(), kOnce, connection_.options().call_timeout_seconds,
        [&](grpc::ClientContext* context, auto* answer) {
          return connection_.stubs().tensors->StartUpload(context, request, answer);
        });
    if (!response.ok()) return response.status();
    return Accept(std::move(*response->mutable_upload()));
  }

  // Sends everything from the committed offset on over one stream. OK if the
  // server ended the stream well, be the upload complete or not.
  absl::Status Write() {
    CallContext context(connection_.options(), /*timeout_seconds=*/0);
    v1::WriteUploadResponse response;
    const auto stream = connection_.stubs().tensors->WriteUpload(context.get(), &response);
    v1::WriteUploadRequest chunk;
    chunk.set_upload_id(upload_.upload_id());
    std::int64_t offset = upload_.committed_bytes();
    do {
      const std::int64_t size = std::min(chunk_bytes_, tensor_.size_bytes() - offset);
      chunk.set_offset_bytes(offset);
      chunk.set_data(tensor_.data() + offset, static_cast<std::size_t>(size));
      // Zeros in the place of what cannot be read are not sent as data.
      if (!tensor_.CheckReadable().ok()) break;
      chunk.set_crc32c(Crc32c(chunk.data()));
      if (!stream->Write(chunk)) break;
      offset += size;
      observer_.on_position(offset);
    } while (offset < tensor_.size_bytes());
    stream->WritesDone();
    absl::Status status = context.Conclude(stream->Finish());
    if (!status.ok()) return status;
    return Accept(std::move(*response.mutable_upload()));
  }

 private:
  absl::Status Query() {
    v1::QueryUploadRequest request;
    request.set_upload_id(upload_.upload_id());
    absl::StatusOr<v1::QueryUploadResponse> response = Call<v1::QueryUploadResponse>(
        connection_.options(), kOnce, connection_.options().call_timeout_seconds,
        [&](grpc::ClientContext* context, auto* answer) {
          return connection_.stubs().tensors->QueryUpload(context, request, answer);
        });
    if (!response.ok()) return response.status();
    return Accept(std::move(*response->mutable_upload()));
  }

  // Sets the position to the server's offset.
  absl::Status Accept(v1::Upload upload) {
    if (upload.committed_bytes() < 0 || upload.committed_bytes() > tensor_.size_bytes()) {
      return absl::InternalError(absl::StrCat("The server reports that it holds ",
                                              upload.committed_bytes(), " of ",
                                              tensor_.size_bytes(), " bytes."));
    }
    if (upload.upload_id().empty()) upload.set_upload_id(upload_.upload_id());
    upload_ = std::move(upload);
    observer_.on_position(upload_.complete() ? tensor_.size_bytes() : upload_.committed_bytes());
    return absl::OkStatus();
  }

  Connection& connection_;
  const Tensor& tensor_;
  const std::string& digest_;
  const TensorObserver& observer_;
  std::int64_t chunk_bytes_;
  v1::Upload upload_;
  bool was_there_ = false;
};

RetryOptions UploadRetry(const ConnectionOptions& options) {
  RetryOptions retry = options.retry;
  // ABORTED: our own broken stream may still count as the writer at the server.
  // DATA_LOSS: a chunk was damaged on the way. OUT_OF_RANGE: the server came back
  // with fewer bytes than it had taken. CANCELLED, which is not our own stop: the server
  // ended the stream of a client that slept. DEADLINE_EXCEEDED: we slept during a call.
  retry.codes.insert({absl::StatusCode::kAborted, absl::StatusCode::kDataLoss,
                      absl::StatusCode::kOutOfRange, absl::StatusCode::kNotFound,
                      absl::StatusCode::kCancelled, absl::StatusCode::kDeadlineExceeded});
  return retry;
}

}  // namespace

absl::StatusOr<bool> UploadTensor(Connection& connection, const Tensor& tensor,
                                  const std::string& digest, const TensorObserver& observer) {
  const ConnectionOptions& options = connection.options();
  Retry retry(UploadRetry(options), *options.clock, options.stop);
  TensorUploader uploader(connection, tensor, digest, observer);
  bool first = true;
  std::int64_t furthest = 0;
  int damaged = 0;
  while (true) {
    absl::Status status = uploader.Locate();
    if (status.ok() && first) {
      first = false;
      furthest = uploader.complete() ? tensor.size_bytes() : uploader.committed_bytes();
      observer.on_found(furthest);
    }
    if (status.ok() && uploader.complete()) return uploader.was_there();
    if (status.ok()) {
      if (uploader.committed_bytes() > furthest) {
        furthest = uploader.committed_bytes();
        retry.Progress();
        damaged = 0;
      }
      status = uploader.Write();
      if (status.ok() && uploader.complete()) return false;
      // No further try would find more of the file.
      if (absl::Status readable = tensor.CheckReadable(); !readable.ok()) return readable;
      if (status.ok()) {
        status = absl::UnavailableError("The server ended the upload before its end.");
      }
      if (absl::IsDataLoss(status) && ++damaged == kMaxDamagedInARow) return status;
    }
    const bool again =
        retry.Again(status, [&](double seconds) { observer.on_break(status, seconds); });
    if (!again) return options.stop.stop_requested() ? absl::CancelledError("Stopped.") : status;
  }
}

}  // namespace brainalign
