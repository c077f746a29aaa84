#ifndef BRAINALIGN_SERVER_ROWS_JOB_H_
#define BRAINALIGN_SERVER_ROWS_JOB_H_

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "server/rows/project.h"
#include "server/rows/recording.h"

namespace brainalign {

// Values are part of the bytes on disk and of the protocol: append only.
enum class JobState {
  kQueued = 1,
  kRunning = 2,
  kSucceeded = 3,
  kFailed = 4,
  kCancelled = 5,
};

enum class JobReason {
  kNone = 0,
  kWaitingForMemory = 1,
  kServerRestarted = 2,
  kTooManyAttempts = 3,
  kComputationFailed = 4,
  kCancelledByClient = 5,
  kServedFromCache = 6,
  kJoined = 7,
  kInputLost = 8,
  kInputUnreadable = 9,
  kPutBackByAdministrator = 10,
};

// Priority among the jobs of its person.
enum class JobPriority {
  kLow = 1,
  kNormal = 2,
  kHigh = 3,
};

inline bool IsTerminal(JobState state) {
  return state == JobState::kSucceeded || state == JobState::kFailed ||
         state == JobState::kCancelled;
}

// What a client reports of its filtering of a continuous recording (RecordingPreparation in
// job.proto).
struct RecordingPreparation {
  std::vector<double> band_pass_hz;   // lower and upper end; empty: no band-pass
  std::optional<double> resample_hz;  // nothing: not resampled
  double original_sfreq_hz = 0;
  std::optional<std::int64_t> filter_samples;  // nothing: no band-pass
  double largest_shift_seconds = 0;
  std::int64_t edge_words = 0;
  std::vector<std::string> notes = {};
};

// The request of a client. It follows one execution.
struct Job {
  std::string job_id;
  std::int64_t order = 0;  // counts up with each job of the server
  std::string request_id;
  std::string body_digest;  // of the request, to distinguish a repetition from another body
  std::int64_t execution_id = 0;
  std::string project = kDefaultProject;
  std::string person;
  JobPriority priority = JobPriority::kNormal;
  std::string recording;  // the sealed one that it scores, PROJECT/NAME; empty: its own
  std::string model;      // that it named, PROJECT/NAME; empty: its own layers
  // The policy of its result, if the recording belongs to another project; otherwise everything is
  // released.
  std::optional<SealPolicy> release;
  bool has_sent_scores =
      false;  // scores were sent and later replaced; tiles_done counts the others
  std::string name;
  std::string layer_order;  // where the client took it from, for people
  std::optional<RecordingPreparation> preparation;
  JobState state = JobState::kQueued;
  JobReason reason = JobReason::kNone;
  std::string message;
  int attempt = 0;
  int tiles_done = 0;
  int tiles_total = 0;
  std::int64_t sequence = 0;  // of the last event
  absl::Time create_time = absl::InfinitePast();
  absl::Time start_time = absl::InfinitePast();  // InfinitePast: not yet
  absl::Time end_time = absl::InfinitePast();
  std::string cache_key;
  std::int64_t memory_bytes = 0;
  double estimated_seconds = 0;  // of its execution, when that was planned
  int layers = 0;
  int times = 0;
  int folds = 0;
  int nulls = 0;   // that are computed; 0: none
  int blocks = 0;  // of words whose influence is computed; 0: none
  // Its own choice of draws, which are made when its result is read: no part of its execution.
  int draws = 0;
  std::uint64_t seed = 0;
  // Not part of the record: set only while the job is created. The numbers that it releases of
  // another project's recording.
  std::int64_t released_numbers = 0;
  // Not part of the record: set when the job is read, if known.
  int queue_place = 0;                // from 1; 0: it does not wait
  double expected_start_seconds = 0;  // from then; with queue_place
  double expected_end_seconds = 0;    // from then; 0: unknown, or it has ended
};

// The computing of one cache key of a project. Any number of its jobs follow it.
struct Execution {
  std::int64_t execution_id = 0;  // its place in the queue, too
  // The owner. Person and priority are those of the first job.
  std::string project = kDefaultProject;
  std::string person;
  JobPriority priority = JobPriority::kNormal;
  std::string cache_key;
  // Of its matrix alone, where it computes more than that; empty: no other may use its tiles by it.
  std::string matrix_key;
  std::string numerics_version;
  JobState state = JobState::kQueued;
  int attempt = 0;  // runs begun
  int crashes = 0;  // runs during which the server died; -1: a backup was made during its run
  // Where the attempt under way runs, if it outlives the server (Executor::Adopt). Of no meaning
  // unless the state is kRunning.
  std::string executor_handle;
  std::int64_t memory_bytes = 0;
  int tiles_total = 0;
  int layers = 0;
  int times = 0;
  int folds = 0;
  int nulls = 0;                    // that are computed; 0: none
  int blocks = 0;                   // of words whose influence is computed; 0: none
  int block_words = 0;              // as asked for or chosen; 0: neither, or not known
  int min_shift_words = 0;          // the same
  double compute_seconds = 0;       // over all attempts
  double estimated_seconds = 0;     // with the server for itself, when it was planned
  double cpu_seconds = 0;           // of threads, over all attempts
  std::vector<std::string> inputs;  // digests of the tensors that it reads
  // Why it has started over in double precision; empty: it has not.
  std::string why_double;
};

// The CPU time of a successful execution, which is charged to its project.
struct Charge {
  std::string project;
  absl::Time end_time = absl::InfinitePast();
  double cpu_seconds = 0;
};

// One entry of a job's event log: the job as it then was, or a finished tile of
// its execution.
struct Event {
  std::int64_t sequence = 0;
  std::variant<Job, int> content;
};

// A job after a change, and the events of the change.
struct JobChange {
  Job job;
  std::vector<Event> events;
  std::optional<Submission> submission = {};  // of a new job against a sealed recording
  std::optional<JobLayers> layers = {};       // of a new job, if not those of its execution
  std::optional<JobState> before = {};        // its state until now; a new job has none
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_JOB_H_
