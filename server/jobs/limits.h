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

// What a client may ask for.
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

// Asked before a job against a sealed recording is taken in: whether it may be.
using CheckSubmission =
    std::function<absl::Status(const Recording& recording, const Submission& next)>;

// How jobs run.
struct JobSettings {
  JobLimits limits;
  // What the executor in this process has; the job book goes by Executor::capacity.
  int threads = 1;
  std::int64_t memory_budget_bytes = std::int64_t{1} << 30;
  // Beside the budget, for what is kept of recordings; 0: nothing is.
  std::int64_t brain_cache_bytes = 0;
  // Where what does not fit into the budget is kept while a job runs; may be empty.
  std::string scratch_folder;
  int max_running_executions = 64;

  int max_crashes = 3;
  // What each project may use; empty: as much as there is. Called with locks held.
  LimitsOf limits_of;
  // Needed for jobs against sealed recordings.
  CheckSubmission check_submission;
  // A watcher hears something at least this often.
  absl::Duration heartbeat = absl::Seconds(5);
  // After the store refused to write, or the disk to read, an execution waits this long;
  // twice as long after each time that its inputs cannot be read, up to the longest.
  absl::Duration retry_delay = absl::Seconds(5);
  absl::Duration longest_retry_delay = absl::Minutes(10);
  // Whose inputs could not be read for so long fails.
  absl::Duration unreadable_patience = absl::Hours(24);
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_LIMITS_H_
