#ifndef BRAINALIGN_CLIENT_EXPERIMENT_VECTOR_FILES_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_VECTOR_FILES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// Path of the file `name` in the folder `dir`.
std::string FilePath(const std::string& dir, const std::string& name);

// Whether the folder has an entry of this name, even a broken link: an entry that cannot be read is
// not treated as missing.
bool HasFile(const std::string& dir, const std::string& name);

// Each of the following reads the file `name` of the folder `dir`, which holds `meaning` ("the
// onset of each word"). NOT_FOUND, or INVALID_ARGUMENT if it contains something else, both with the
// file and what would be right. FAILED_PRECONDITION, with the file, if it could not be read.

// An array of any shape. Large ones are mapped, not read.
absl::StatusOr<Tensor> OpenArray(const std::string& dir, const std::string& name,
                                 const std::string& meaning);

// One axis, of any length but 0.
absl::StatusOr<std::vector<double>> ReadVector(const std::string& dir, const std::string& name,
                                               const std::string& meaning);

// One axis with one number for each of `count` things, such as "layer".
absl::StatusOr<std::vector<double>> ReadVectorOf(const std::string& dir, const std::string& name,
                                                 const std::string& meaning, std::size_t count,
                                                 const std::string& thing);

// A single number, in any shape.
absl::StatusOr<double> ReadNumber(const std::string& dir, const std::string& name,
                                  const std::string& meaning);

// One axis of whole numbers, stored as integers of any kind, bool or floating-point numbers; not
// empty.
absl::StatusOr<std::vector<std::int64_t>> ReadWholeNumbers(const std::string& dir,
                                                           const std::string& name,
                                                           const std::string& meaning);

// Lines of a text without the white space around them; empty ones are left out. At least one.
absl::StatusOr<std::vector<std::string>> ReadLines(const std::string& dir, const std::string& name,
                                                   const std::string& meaning);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_VECTOR_FILES_H_
