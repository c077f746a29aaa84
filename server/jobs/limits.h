#ifndef BRAINALIGN_SERVER_JOBS_LIMITS_H_
#define BRAINALIGN_SERVER_JOBS_LIMITS_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/access/project_limits.h"
#include "server/rows/recording.h"

namespace brainalign {

// Limits of requests.
struct JobLimits {
  int max_name_bytes = 256;
  int max_request_id_bytes = 64;
  int max_layers = 256;
  std::int64_t max_words = 200'000;
  int max_times = 4096;
  int max_alphas = 256;
  int max_folds = 100;
  // Layers times time samples times folds, nulls, and targets or sensors with scores of their own.
  std::int64_t max_result_values = 16'000'000;
  int max_window_bounds = 64;
  int max_queued_executions = 100'000;
  std::int64_t max_resources_of_project = 1000;  // of each kind
  // Of a recording, word table or model in the database: 4,000 sensors with names and positions.
  std::int64_t max_resource_bytes = std::int64_t{256} << 10;
  int max_word_columns = 64;
  std::int64_t max_jobs_of_project = 100'000;  // ended ones too; older ones are removed for them
};

// Called before a job against a sealed recording is accepted: whether it is permitted.
using CheckSubmission =
    std::function<absl::Status(const Recording& recording, const Submission& next)>;

// How jobs run.
struct JobSettings {
  JobLimits limits;
  // The resources of the executor in this process. The job book uses Executor::capacity.
  int threads = 1;
  std::int64_t memory_budget_bytes = std::int64_t{1} << 30;
  // The cache of recordings, in addition to the budget; 0: no cache.
  std::int64_t brain_cache_bytes = 0;
  // Folder for temporary files of a running job that do not fit into the budget; may be empty.
  std::string scratch_folder;
  int max_running_executions = 64;

  int max_crashes = 3;
  // The limits of each project; empty: no limits. Called with locks held.
  LimitsOf limits_of;
  // Needed for jobs against sealed recordings.
  CheckSubmission check_submission;
  // Longest interval between two messages to a watcher.
  absl::Duration heartbeat = absl::Seconds(5);
  // After the store refused to write, or the disk to read, an execution waits this long;
  // twice as long after each time that its inputs cannot be read, up to the longest.
  absl::Duration retry_delay = absl::Seconds(5);
  absl::Duration longest_retry_delay = absl::Minutes(10);
  // A job whose inputs could not be read for this long fails.
  absl::Duration unreadable_patience = absl::Hours(24);
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_LIMITS_H_
