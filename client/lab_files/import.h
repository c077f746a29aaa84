#ifndef BRAINALIGN_CLIENT_LAB_FILES_IMPORT_H_
#define BRAINALIGN_CLIENT_LAB_FILES_IMPORT_H_

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/lab_files/run_apart.h"

namespace brainalign {

struct ImportOptions {
  std::vector<std::string> files = {};
  std::string dir = {};
  std::vector<std::string> takings =
      {};                  // NAME=VARIABLE[:AXIS,...]; empty: by the variables' names
  std::string words = {};  // a word table to be copied; empty: none
  std::int64_t block_bytes = std::int64_t{64} << 20;  // that are read at a time, about
};

struct ImportRun {
  std::stop_token stop = {};
  ByteProgress on_progress = nullptr;  // may be null
};

// Makes the folder `dir` an experiment's, of arrays in the files of a lab, or adds to it. Its files
// appear together or not at all, and replace nothing. Elements keep their type; integers of arrays
// become f32 or f64, which hold them exactly. Returns sentences about what was written. Errors name
// file, variable and what would be right: NOT_FOUND, ALREADY_EXISTS, INVALID_ARGUMENT,
// FAILED_PRECONDITION, CANCELLED, or the system's. A file so damaged that its library crashes is
// INVALID_ARGUMENT.
absl::StatusOr<std::vector<std::string>> ImportLabFiles(const ImportOptions& options,
                                                        const ImportRun& run);

// The variables in the files, as a JSON array with an object for each file: file, format and
// variables, each with name, type, shape and, if it cannot be read, refusal. Errors as above.
absl::StatusOr<std::string> ListLabFiles(const std::vector<std::string>& files,
                                         const std::stop_token& stop);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_LAB_FILES_IMPORT_H_
