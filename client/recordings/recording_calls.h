// Recordings that a server keeps, and sealed ones, which others can score and nobody can read.
#ifndef BRAINALIGN_CLIENT_RECORDINGS_RECORDING_CALLS_H_
#define BRAINALIGN_CLIENT_RECORDINGS_RECORDING_CALLS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/jobs/job.h"

namespace brainalign {

// The policy of a sealed recording: which computations are permitted, and which results are
// released. In a request, nothing or empty stands for the server's default, which protects the
// recording. In an answer all are set.
struct SealPolicy {
  std::vector<std::string> metrics;            // such as "pearson", by Name(Metric)
  std::vector<std::string> directions;         // such as "brain_to_model"
  std::optional<std::int64_t> min_test_words;  // of each fold
  bool release_fold_scores = false;
  bool release_alpha_counts = false;
  bool release_cache_key = false;
  std::optional<double> score_step;  // released scores are multiples of it
  std::optional<std::int64_t> max_released_numbers;
};

// What others may do with a sealed recording.
struct RecordingSeal {
  int max_layers = 0;
  std::int64_t max_submissions = 0;
  std::int64_t submissions_left = 0;
  std::vector<std::string> projects;  // that may submit; only its own project sees it
  SealPolicy policy;
  std::optional<std::int64_t> released_numbers_left;  // its own project has no budget
};

// A row of a recording, for people. Empty or unset: not known.
struct Sensor {
  std::string name;
  std::string kind;                                      // such as "mag"
  std::string unit;                                      // such as "T"
  std::optional<std::array<double, 3>> position_metres;  // in the recording's own coordinates
};

// A recording as the caller may see it. If it belongs to another project, form, word table, person,
// sensors and brain are empty.
struct Recording {
  std::string name;  // PROJECT/NAME
  std::string display_name;
  std::string description;
  std::string kind;  // such as "meg"; empty: not known; "unknown (7)" for a newer server's
  std::string form;  // "continuous" or "epochs"
  std::int64_t words = 0;
  std::vector<double> times_seconds;  // (T)
  std::string word_table;             // PROJECT/NAME; empty: none
  std::string word_table_digest;
  std::string person;
  std::vector<Sensor> sensors;  // none in lists
  double create_time_unix_seconds = 0;
  std::optional<RecordingSeal> seal;  // nothing: it is not sealed
  std::optional<RequestedBrain> brain = std::nullopt;
};

// A recording to create. Its tensors must be on the server.
struct RecordingRequest {
  std::string name;
  std::string display_name = {};
  std::string description = {};
  std::string kind = {};        // "meg", "eeg", "ecog", "fmri"; empty: not known
  std::string word_table = {};  // PROJECT/NAME; empty: none
  std::vector<Sensor> sensors = {};
  RequestedBrain brain;
};

// The terms under which other projects may score a recording of the caller's project.
struct SealRequest {
  std::string name;
  std::vector<std::string> projects;                 // empty: every project
  std::optional<std::int64_t> max_submissions = {};  // nothing: the server's choice
  std::optional<int> max_layers = {};                // nothing: the server's choice
  SealPolicy policy;
};

// One job against a sealed recording.
struct Submission {
  double create_time_unix_seconds = 0;
  std::string project;
  std::string person;
  std::string job_id;
  std::string job_name;
  std::vector<std::string> activations;  // digests
};

// Each of these calls is retried as the connection's retry options say while the server cannot be
// reached. Other errors are those of the server.

// May be repeated: the same recording under the same name is created once. ALREADY_EXISTS if
// another recording has the name.
absl::StatusOr<Recording> CreateRecording(Connection& connection, const RecordingRequest& request);
// No error if there is none.
absl::Status DeleteRecording(Connection& connection, const std::string& recording);
// INVALID_ARGUMENT also for an unknown metric or direction.
absl::StatusOr<Recording> SealRecording(Connection& connection, const SealRequest& request);
// NOT_FOUND unless it belongs to the caller's project, or the caller may score it.
absl::StatusOr<Recording> GetRecording(Connection& connection, const std::string& recording);
// Those that the caller may see. With `person`, only those of the caller's project that this person
// created.
absl::StatusOr<std::vector<Recording>> ListRecordings(Connection& connection,
                                                      const std::string& person = "");
absl::Status UnsealRecording(Connection& connection, const std::string& recording);
// Newest first, at most `limit` (0: all).
absl::StatusOr<std::vector<Submission>> ListSubmissions(Connection& connection,
                                                        const std::string& recording, int limit);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RECORDINGS_RECORDING_CALLS_H_
