#ifndef BRAINALIGN_CLIENT_EXPERIMENT_JOINED_ARRAYS_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_JOINED_ARRAYS_H_

#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// The `parts` one after another on `axis`, as a mapped file without a name in $TMPDIR, or in
// /var/tmp. It is on disk because it can be larger than memory, and disappears with the last copy
// of the tensor. The bytes are those of numpy.concatenate. Requires: at least one part; the parts
// are dense and of one type, one order and one shape but for `axis`. RESOURCE_EXHAUSTED or the
// system's error, with the folder, if the file cannot be made; FAILED_PRECONDITION if a part could
// not be read; CANCELLED if `stop` is requested.
absl::StatusOr<Tensor> JoinArrays(const std::vector<Tensor>& parts, int axis,
                                  const std::stop_token& stop);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_JOINED_ARRAYS_H_
