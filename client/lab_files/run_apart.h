#ifndef BRAINALIGN_CLIENT_LAB_FILES_RUN_APART_H_
#define BRAINALIGN_CLIENT_LAB_FILES_RUN_APART_H_

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace brainalign {

using ByteProgress = std::function<void(std::int64_t done, std::int64_t all)>;

// Runs `work` in a process of its own and returns its answer. HDF5 and matio can crash on damaged
// files, which then ends that process alone: INVALID_ARGUMENT with `crashed`, a sentence.
// `work` must not start threads, and what it prints is lost. It reports its progress, which goes to
// `on_progress` (may be null). CANCELLED once `stop` is requested: the process is ended then.
absl::StatusOr<std::string> RunApart(
    const std::function<absl::StatusOr<std::string>(const ByteProgress& report)>& work,
    const std::string& crashed, const std::stop_token& stop, const ByteProgress& on_progress);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_LAB_FILES_RUN_APART_H_
