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

// Values are those of the protocol. A newer server may send others.
enum class JobState { kUnknown, kQueued, kRunning, kSucceeded, kFailed, kCancelled };

// "queued", "running", "succeeded", "failed" or "cancelled"; "unknown (7)" for a value that this
// client does not know.
std::string Name(JobState state);

// Whether a job in this state has ended. A state that this client does not know has not.
inline bool HasEnded(JobState state) {
  return state == JobState::kSucceeded || state == JobState::kFailed ||
         state == JobState::kCancelled;
}

// The reason for a job's state, if there is one. Values as for JobState.
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
  kPutBackByAdministrator,
};

// For people, such as "waiting for memory"; empty for kNone; "unknown (12)" as for a state.
std::string Name(JobReason reason);

// A job, as the server last reported it.
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
  double estimated_seconds = 0;  // of computing, estimated before the start; 0: unknown
  int layers = 0;
  int times = 0;
  int folds = 0;
  int nulls = 0;                      // matrices under circular shifts
  int blocks = 0;                     // of words whose influence is computed
  int queue_place = 0;                // from 1; 0: not waiting, or too far behind
  double expected_start_seconds = 0;  // from the time of the report; set with queue_place
  double expected_end_seconds = 0;    // from the time of the report; 0: unknown
  std::string project;                // the owner; empty if the server has no projects
  std::string person;                 // who submitted it; may be empty
  std::string layer_order = {};       // where the order of its layers comes from; may be empty
  // The filtering and resampling of its recording before it was sent, without session_starts, and
  // its EdgeWords.
  std::optional<Preparation> preparation = std::nullopt;
  std::int64_t edge_words = 0;
  std::string recording = {};  // PROJECT/NAME that the job named; empty: it had its own data
  std::string model = {};      // PROJECT/NAME that the job named; empty: it had its own data
};

// Rows and columns of a job's matrix.
struct MatrixAxes {
  std::vector<std::string> layer_names;  // (L)
  std::vector<double> depth;             // (L)
  std::vector<double> times_seconds;     // (T)
};

// Priority among one person's jobs, with a smaller effect between people.
enum class JobPriority { kLow, kNormal, kHigh };

// The recording of a job, by tensors that the server holds.
struct RequestedBrain {
  StoredTensor tensor;
  bool is_continuous = false;  // (s, samples), else epochs (w, s, T)
  double sfreq_hz = 0;         // of a continuous recording
  std::vector<double> times_seconds;
  std::optional<StoredTensor> onsets_seconds;  // (w) of f64
  std::optional<StoredTensor> groups;          // (w) of i64
  std::optional<StoredTensor> sessions;        // (w) of i64
  // (sessions) of i64
  std::optional<StoredTensor> session_starts = std::nullopt;
};

// A layer of a job: a whole tensor (w, d), or a slice of one (L, w, d).
struct RequestedLayer {
  StoredTensor activations;
  std::int64_t slice = 0;
  double relative_depth = 0;
  std::string name;
};

// The length that every server accepts.
inline constexpr std::size_t kMostLayerOrderBytes = 256;

// A job to create, with inputs that the server holds. Client::Submit makes one from an
// UploadedExperiment.
struct JobRequest {
  RequestedBrain brain;
  // PROJECT/NAME of a recording that the server keeps, instead of `brain`.
  std::string recording = {};
  // PROJECT/NAME of a model that the server keeps, instead of `layers`.
  std::string model = {};
  std::vector<RequestedLayer> layers;
  // (w, c) The columns that options.nuisance names.
  std::optional<StoredTensor> nuisance = {};
  // Digest of the word table of the job's own data. options.where tests its columns, so the
  // caller's project must have the table. Empty: not given.
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

// A tensor that a result was computed from, for the record.
struct JobInput {
  // "recording" (continuous) or "epochs"; "onsets", "groups", "sessions", "session starts";
  // "nuisance"; "activations", or "activations of NAME" for the layer of that name.
  std::string name;
  std::string digest;  // SHA-256 of its data bytes, 64 lower-case hexadecimal digits
  TensorSpec spec;
};

// Whether an input of this name is the recording itself, continuous or as epochs.
inline bool IsRecordingName(const std::string& name) {
  return name == "recording" || name == "epochs";
}

// The result of a finished job.
struct JobResult {
  AlignmentResult alignment;
  std::string job_id;
  bool from_cache = false;
  double compute_seconds = 0;
  // Where the order of the layers comes from, as a clause; empty if the job does not say.
  std::string layer_order;
  // The filtering and resampling of the recording, if the client that submitted the job prepared
  // it, and the number of used words near its edges (EdgeWords).
  std::optional<Preparation> preparation = std::nullopt;
  std::int64_t edge_words = 0;
  // The tensors that it was computed from; empty if that is not known.
  std::vector<JobInput> inputs = {};
  // What was found while the experiment was read, by the client that shows the result; of a job's
  // result what was found while its recording was prepared.
  std::vector<std::string> reading_notes = {};
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_JOBS_JOB_H_
