// Sealed recordings of a server: scored by others, read by nobody.
#ifndef BRAINALIGN_CLIENT_RECORDINGS_RECORDING_CALLS_H_
#define BRAINALIGN_CLIENT_RECORDINGS_RECORDING_CALLS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "client/jobs/job.h"

namespace brainalign {

// What those who may score it see.
struct Recording {
  std::string recording;  // PROJECT/NAME
  std::string description;
  std::int64_t words = 0;
  std::vector<double> times_seconds;  // (T)
  int max_layers = 0;
  std::int64_t max_submissions = 0;
  std::int64_t submissions_left = 0;
  double create_time_unix_seconds = 0;
  std::vector<std::string> projects;  // who may submit; told to its own project alone
};

struct SealRequest {
  std::string name;
  std::string description;
  RequestedBrain brain;
  std::vector<std::string> projects;  // empty: every project
  std::int64_t max_submissions = 0;   // 0: the server's choice
  int max_layers = 0;                 // 0: the server's choice
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

// Each of these tries again while the server is out of reach, as the connection's retry
// says, and otherwise returns the server's own error.

absl::StatusOr<Recording> SealRecording(Connection& connection, const SealRequest& request);
// NOT_FOUND unless the caller may score it.
absl::StatusOr<Recording> GetRecording(Connection& connection, const std::string& recording);
absl::StatusOr<std::vector<Recording>> ListRecordings(Connection& connection);
absl::Status UnsealRecording(Connection& connection, const std::string& recording);
// Newest first, at most `limit` (0: all).
absl::StatusOr<std::vector<Submission>> ListSubmissions(Connection& connection,
                                                        const std::string& recording, int limit);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RECORDINGS_RECORDING_CALLS_H_
