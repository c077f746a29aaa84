#ifndef BRAINALIGN_CLIENT_JOBS_JOB_H_
#define BRAINALIGN_CLIENT_JOBS_JOB_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/experiment/preparation.h"
#include "client/tensors/upload.h"
#include "core/align/result.h"
#include "core/problem/spec.h"

namespace brainalign {

// Values are the protocol's. A newer server may tell others.
enum class JobState { kUnknown, kQueued, kRunning, kSucceeded, kFailed, kCancelled };

// "queued", "running", "succeeded", "failed" or "cancelled"; "unknown (7)" for what this client has
// no name for.
std::string Name(JobState state);

inline bool HasEnded(JobState state) {
  return state == JobState::kSucceeded || state == JobState::kFailed ||
         state == JobState::kCancelled;
}

// Why a job is in its state, where the state alone does not say. Values as of JobState.
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

// For people, such as "waiting for memory"; empty for kNone; "unknown (12)" as for a state.
std::string Name(JobReason reason);

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
  int nulls = 0;                      // matrices that are computed beside the scores
  int blocks = 0;                     // of words whose influence is computed
  int queue_place = 0;                // from 1; 0: it does not wait, or is too far behind
  double expected_start_seconds = 0;  // from when it was told; with queue_place
  double expected_end_seconds = 0;    // from when it was told; 0: unknown
  std::string project;                // whose it is; empty where the server knows no projects
  std::string person;                 // who submitted it; may be empty
  std::string layer_order = {};       // where the order of its layers comes from; may be empty
  // What was done to its recording before it was sent, without session_starts, and EdgeWords of it.
  std::optional<Preparation> preparation = std::nullopt;
  std::int64_t edge_words = 0;
  std::string recording = {};  // PROJECT/NAME that it named; empty: it brought its own
  std::string model = {};      // PROJECT/NAME that it named; empty: it brought its own
};

// What the rows and columns of a job's matrix are.
struct MatrixAxes {
  std::vector<std::string> layer_names;  // (L)
  std::vector<double> depth;             // (L)
  std::vector<double> times_seconds;     // (T)
};

// Among one person's jobs, and a little between people.
enum class JobPriority { kLow, kNormal, kHigh };

// The recording of a job, by tensors that the server holds.
struct RequestedBrain {
  StoredTensor tensor;
  bool is_continuous = false;  // (s, samples), else epochs (w, s, T)
  double sfreq_hz = 0;
  std::vector<double> times_seconds;
  std::optional<StoredTensor> onsets_seconds;  // (w) of f64
  std::optional<StoredTensor> groups;          // (w) of i64
  std::optional<StoredTensor> sessions;        // (w) of i64
};

// A layer of a job: a whole tensor (w, d), or a slice of one (L, w, d).
struct RequestedLayer {
  StoredTensor activations;
  std::int64_t slice = 0;
  double relative_depth = 0;
  std::string name;
};

// What every server takes.
inline constexpr std::size_t kMostLayerOrderBytes = 256;

struct JobRequest {
  RequestedBrain brain;
  // PROJECT/NAME of a recording that the server keeps, in the place of `brain`.
  std::string recording = {};
  // PROJECT/NAME of a model that the server keeps, in the place of `layers`.
  std::string model = {};
  std::vector<RequestedLayer> layers;
  // (w, c) of what options.nuisance names.
  std::optional<StoredTensor> nuisance = {};
  // Digest of the word table of what the job brings along, of which options.where tests columns:
  // the caller's project has the table. Empty: it is not stated.
  std::string word_table_digest = {};
  AlignmentOptions options;
  std::string name;
  // Where the order of the layers comes from, for people. Not sent beyond kMostLayerOrderBytes.
  std::string layer_order = {};
  // What was done to `brain` before it was sent, and EdgeWords of it.
  std::optional<Preparation> preparation = std::nullopt;
  std::int64_t edge_words = 0;
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
  // Where the order of the layers comes from, as a clause; empty if the job does not say.
  std::string layer_order;
  // What was done to the recording, where the client that submitted the job prepared it; and how
  // many of the words used are near to the edges of that (EdgeWords).
  std::optional<Preparation> preparation = std::nullopt;
  std::int64_t edge_words = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_JOBS_JOB_H_
