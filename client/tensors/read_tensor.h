#ifndef BRAINALIGN_CLIENT_TENSORS_READ_TENSOR_H_
#define BRAINALIGN_CLIENT_TENSORS_READ_TENSOR_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/tensors/upload.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// The elements of a tensor that the server holds, in memory. A stream that breaks is opened again
// where it stopped. NOT_FOUND if the caller's project does not have it; PERMISSION_DENIED if it is
// of a sealed recording; UNIMPLEMENTED for elements of a type that only a newer server knows;
// DATA_LOSS if there are other numbers of bytes than `stored` says.
absl::StatusOr<Tensor> ReadTensor(Connection& connection, const StoredTensor& stored);

// The same of one slice of the first of three axes, which alone is read if it lies in one piece.
// INVALID_ARGUMENT for a slice that there is not.
absl::StatusOr<Tensor> ReadSlice(Connection& connection, const StoredTensor& stored,
                                 std::int64_t slice);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_TENSORS_READ_TENSOR_H_
