#ifndef BRAINALIGN_CLIENT_TENSORS_UPLOAD_H_
#define BRAINALIGN_CLIENT_TENSORS_UPLOAD_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/tensors/upload_progress.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// A tensor to upload, and its name in messages.
struct TensorToUpload {
  std::string name;
  Tensor tensor;
};

// A tensor that the server holds.
struct StoredTensor {
  std::string name;
  std::string digest;
  TensorSpec spec;
  std::int64_t size_bytes = 0;
  bool was_there = false;  // before anything was sent
};

using UploadObserver = std::function<void(const UploadProgress&)>;

// Uploads all tensors that the server does not have, in the given order and a few at a time. Hashes
// each tensor (the next one while others are sent), asks whether it is missing, and sends it in
// chunks with checksums. After an interruption it continues at the server's offset, as long as the
// connection's retry options allow. An unfinished upload of an earlier run is continued, too.
// `observer` may be null; it is called from one thread at a time.
//
// Errors: CANCELLED on a stop; FAILED_PRECONDITION, naming the file, if one could not be read;
// otherwise the server's last answer. Each has the tensor's name in front.
absl::StatusOr<std::vector<StoredTensor>> UploadTensors(Connection& connection,
                                                        const std::vector<TensorToUpload>& tensors,
                                                        const UploadObserver& observer);

// Callbacks of UploadTensor; none may be null.
struct TensorObserver {
  // Bytes that the server held before any were sent; at most once.
  std::function<void(std::int64_t)> on_found;
  // Bytes that the server has, or that were sent; decreases after an interruption.
  std::function<void(std::int64_t)> on_position;
  // Why the upload was interrupted, and the delay in seconds before the retry.
  std::function<void(const absl::Status&, double)> on_break;
};

// Uploads one tensor with a known digest. Returns whether the server had all of it already.
absl::StatusOr<bool> UploadTensor(Connection& connection, const Tensor& tensor,
                                  const std::string& digest, const TensorObserver& observer);

// The `digests` that the server does not have, in the given order.
absl::StatusOr<std::vector<std::string>> FindMissing(Connection& connection,
                                                     const std::vector<std::string>& digests,
                                                     const RetryOptions& retry);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_TENSORS_UPLOAD_H_
