#ifndef BRAINALIGN_CLIENT_JOBS_JOB_H_
#define BRAINALIGN_CLIENT_JOBS_JOB_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/tensors/upload.h"
#include "core/align/result.h"
#include "core/problem/spec.h"

namespace brainalign {

enum class JobState { kUnknown, kQueued, kRunning, kSucceeded, kFailed, kCancelled };

// "queued", "running", "succeeded", "failed", "cancelled" or "unknown".
const char* Name(JobState state);

inline bool HasEnded(JobState state) {
  return state == JobState::kSucceeded || state == JobState::kFailed ||
         state == JobState::kCancelled;
}

// Why a job is in its state, where the state alone does not say.
enum class JobReason {
  kNone,
  kWaitingForMemory,
  kServerRestarted,
  kTooManyAttempts,
  kComputationFailed,
  kCancelledByClient,
  kServedFromCache,
  kJoined,
  kInputLost,
  kInputUnreadable,
};

// For people, such as "waiting for memory"; empty for kNone.
const char* Name(JobReason reason);

// A job as the server last told of it.
struct Job {
  std::string job_id;
  std::string name;
  JobState state = JobState::kUnknown;
  JobReason reason = JobReason::kNone;
  std::string message;  // one sentence, or empty
  int attempt = 0;
  int tiles_done = 0;
  int tiles_total = 0;
  std::int64_t sequence = 0;  // of the last event
  double create_time_unix_seconds = 0;
  double start_time_unix_seconds = 0;  // 0: not yet
  double end_time_unix_seconds = 0;    // 0: not yet
  std::int64_t memory_bytes = 0;
  double estimated_seconds = 0;  // of computing, made before it began; 0: unknown
  int layers = 0;
  int times = 0;
  int folds = 0;
  int queue_place = 0;                // from 1; 0: it does not wait, or is too far behind
  double expected_start_seconds = 0;  // from when it was told; with queue_place
  double expected_end_seconds = 0;    // from when it was told; 0: unknown
  std::string project;                // whose it is; empty where the server knows no projects
  std::string person;                 // who submitted it; may be empty
};

// Among one person's jobs, and a little between people.
enum class JobPriority { kLow, kNormal, kHigh };

// The recording of a job, by a tensor that the server holds.
struct RequestedBrain {
  StoredTensor tensor;
  bool is_continuous = false;  // (s, samples), else epochs (w, s, T)
  double sfreq_hz = 0;
  std::vector<double> onsets_seconds;
  std::vector<double> times_seconds;
  std::vector<std::int64_t> groups;
};

// A layer of a job: a whole tensor (w, d), or a slice of one (L, w, d).
struct RequestedLayer {
  StoredTensor activations;
  std::int64_t slice = 0;
  double relative_depth = 0;
  std::string name;
};

struct JobRequest {
  RequestedBrain brain;
  // PROJECT/NAME of a sealed recording, in the place of `brain`.
  std::string recording = {};
  std::vector<RequestedLayer> layers;
  AlignmentOptions options;
  std::string name;
  bool skip_cache = false;
  JobPriority priority = JobPriority::kNormal;
  // The same id creates one job, however often it is sent. Empty: a new UUID.
  std::string request_id;
};

// What a finished job yields.
struct JobResult {
  AlignmentResult alignment;
  std::string job_id;
  bool from_cache = false;
  double compute_seconds = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_JOBS_JOB_H_
