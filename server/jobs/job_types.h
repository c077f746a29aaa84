#ifndef BRAINALIGN_SERVER_JOBS_JOB_TYPES_H_
#define BRAINALIGN_SERVER_JOBS_JOB_TYPES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "core/align/alignment.h"
#include "server/rows/job.h"
#include "server/rows/specification.h"

namespace brainalign {

// Alignment::Create, or a replacement in tests.
using AlignmentFactory = std::function<absl::StatusOr<std::unique_ptr<Alignment>>(
    AlignmentInputs inputs, const AlignmentOptions& options, std::vector<FieldProblem>* problems,
    const AlignmentResources& resources, const CancelCheck& is_cancelled)>;

struct JobRequest {
  std::string request_id;
  std::string project = kDefaultProject;
  std::string person;
  JobPriority priority = JobPriority::kNormal;
  std::string name;
  std::string layer_order;  // where the client took it from, for people
  std::optional<RecordingPreparation> preparation;
  JobSpecification specification;
  // The recording that the specification's brain was taken from.
  std::optional<Recording> recording;
  // PROJECT/NAME of the model that its layers come from; empty: its own layers.
  std::string model;
  bool skip_cache = false;
  // Whether the client has disconnected or its deadline has passed: then nothing is queued for it.
  // Empty: never.
  std::function<bool()> is_gone = nullptr;
};

// NOT_FOUND for an id that names no job.
absl::Status JobNotFoundError(const std::string& job_id);

struct JobQuery {
  std::string project;  // empty: all
  int page_size = 0;    // 0: the server's choice
  std::string page_token;
  std::vector<JobState> states;  // empty: all
  // Empty: all. Recording and model as PROJECT/NAME.
  std::string person;
  std::string recording;
  std::string model;
};

struct JobPage {
  std::vector<Job> jobs;        // newest first
  std::string next_page_token;  // empty on the last page
};

// The specification of a job, with every default of its options resolved.
struct ResolvedSpecification {
  JobSpecification specification;
  AlignmentSpec resolved;
};

// Which executions that have not ended to list. An empty filter is none.
struct QueueQuery {
  std::int64_t after_execution_id = 0;
  std::size_t limit = 0;
  std::vector<JobState> states;
  std::string project;
  // Of one of the jobs of an execution; the recording as PROJECT/NAME.
  std::string person;
  std::string recording;
};

// An execution that has not ended, for the administrator.
struct QueueEntry {
  Execution execution;
  JobReason reason = JobReason::kNone;
  std::vector<std::string> job_ids;
  std::string name;  // of the first of them, like the times
  int tiles_done = 0;
  absl::Time create_time = absl::InfinitePast();
  absl::Time start_time = absl::InfinitePast();  // InfinitePast: not yet
  // As in Job.
  int queue_place = 0;
  double expected_start_seconds = 0;
  double expected_end_seconds = 0;
};

// How much there is at the moment.
struct QueueLoad {
  int running = 0;  // executions with reserved memory
  std::int64_t reserved_bytes = 0;
  double oldest_wait_seconds = 0;  // of those that wait; 0: none does
};

// Counts of jobs since the start of the server.
struct JobTotals {
  std::int64_t computed = 0;  // accepted, without an equal execution
  std::int64_t joined = 0;    // accepted, and joined a running execution
  std::int64_t cached = 0;    // accepted, and answered from the cache
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::int64_t cancelled = 0;
};

struct Heartbeat {
  double progress = 0;                // 0 to 1
  double remaining_seconds = 0;       // until the end, NaN while unknown
  int queue_place = 0;                // 0: it runs, or unknown
  double expected_start_seconds = 0;  // from now; with queue_place
};

// An event for a watcher: the job in its new state, the bytes of a brainalign.v1.ResultTile, or a
// heartbeat.
struct WatchEvent {
  std::int64_t sequence = 0;
  std::variant<Job, std::string, Heartbeat> content;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_JOB_TYPES_H_
