#ifndef BRAINALIGN_CLIENT_TENSORS_DIGEST_H_
#define BRAINALIGN_CLIENT_TENSORS_DIGEST_H_

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// SHA-256 of a tensor's data bytes, 64 lower-case hexadecimal digits: its identity on every server.
// `on_bytes`, if not null, is called repeatedly with the number of bytes since its last call.
// CANCELLED if `stop` is requested, FAILED_PRECONDITION if the tensor's file could not be read.
absl::StatusOr<std::string> Sha256OfData(const Tensor& tensor,
                                         const std::function<void(std::int64_t)>& on_bytes,
                                         const std::stop_token& stop);

// The same of bytes in memory.
std::string Sha256OfBytes(const std::string& bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_TENSORS_DIGEST_H_
