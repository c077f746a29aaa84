#ifndef BRAINALIGN_CLIENT_EXPERIMENT_WORD_COLUMNS_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_WORD_COLUMNS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// The values of a column of a word table as they are stored: (w), or (w, c) for texts. `type` is
// "text" (a text file with a line a word), "number", "integer" or "boolean" (a .npy file with one a
// word). Errors name the file and what would be right.
absl::StatusOr<Tensor> ReadWordColumn(const std::string& type, const std::string& path);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_WORD_COLUMNS_H_
