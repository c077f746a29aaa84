#ifndef BRAINALIGN_BENCH_DATA_WORKLOAD_FILES_H_
#define BRAINALIGN_BENCH_DATA_WORKLOAD_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "bench/workload.h"
#include "client/experiment/experiment.h"

namespace brainalign {

// Folder of a workload's data under `data_dir`.
std::string FolderOf(const Workload& workload, const std::string& data_dir);

// Writes the workload's data in the layout that LoadExperiment reads, unless they
// are there. Always the same data, but for rounding. Errors are the system's.
absl::Status EnsureWorkloadFiles(const Workload& workload, const std::string& data_dir);

// Maps them. FAILED_PRECONDITION if what lies there has another shape.
absl::StatusOr<Experiment> OpenWorkload(const Workload& workload, const std::string& data_dir);

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_DATA_WORKLOAD_FILES_H_
