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

// A tensor to bring to the server, and what to call it in messages.
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

// Makes sure that the server holds every tensor, begun in the order given and a few
// at a time: hashes each (the next one while others are sent), asks whether it is
// missing, and sends it in chunks with checksums. A break of any kind is mended from where the
// server stands, for as long as the connection's retry allows; uploads left behind by an earlier
// run are gone on with. `observer` may be null; it is called from one thread at a time.
//
// Errors: CANCELLED on a stop; FAILED_PRECONDITION, naming the file, if one could not be read;
// otherwise the server's last answer. Each has the tensor's name in front.
absl::StatusOr<std::vector<StoredTensor>> UploadTensors(Connection& connection,
                                                        const std::vector<TensorToUpload>& tensors,
                                                        const UploadObserver& observer);

// What UploadTensor tells on its way; none may be null.
struct TensorObserver {
  // Bytes that the server held before any were sent; at most once.
  std::function<void(std::int64_t)> on_found;
  // Bytes that it has been sent or held; steps back after a break.
  std::function<void(std::int64_t)> on_position;
  // Why the upload broke, and the wait in seconds before it goes on.
  std::function<void(const absl::Status&, double)> on_break;
};

// Brings one tensor whose digest is known to the server; returns whether it was
// there already, as a whole.
absl::StatusOr<bool> UploadTensor(Connection& connection, const Tensor& tensor,
                                  const std::string& digest, const TensorObserver& observer);

// Those of `digests` that the server does not hold, in the order given.
absl::StatusOr<std::vector<std::string>> FindMissing(Connection& connection,
                                                     const std::vector<std::string>& digests,
                                                     const RetryOptions& retry);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_TENSORS_UPLOAD_H_
