// Single calls, each made once, with what the protocol promises of its answer checked.
// A call that the server's death cuts off returns UNAVAILABLE: nothing was acknowledged.
#ifndef BRAINALIGN_TESTS_DURABILITY_CRASH_CALLS_H_
#define BRAINALIGN_TESTS_DURABILITY_CRASH_CALLS_H_

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/connection/connection.h"
#include "tests/durability/crash/known_jobs.h"
#include "tests/durability/crash/known_tensors.h"

namespace brainalign {

// Submits, or submits again.
absl::Status Submit(Connection& connection, const Questions& questions, KnownJobs& jobs,
                    const KnownJob& submission);
absl::Status Get(Connection& connection, KnownJobs& jobs, const std::string& job_id);
absl::Status Cancel(Connection& connection, KnownJobs& jobs, const std::string& job_id);
// Deletes a job that was taken for that, and asks for it once more.
absl::Status Delete(Connection& connection, KnownJobs& jobs, const std::string& job_id);

// Every job that the server lists, newest first.
absl::StatusOr<std::vector<v1::Job>> ListAll(Connection& connection, int page_size);

// Reads one stream of events from after `after_sequence`, until event `until` or, if
// that is 0, until the server ends the stream. No event may be missing or come twice.
absl::Status Follow(Connection& connection, KnownJobs& jobs, const std::string& job_id,
                    std::int64_t after_sequence, std::int64_t until);

// The result of a job that succeeded, held against its answer.
absl::Status CheckResult(Connection& connection, const Questions& questions, const KnownJob& job);

// Begins an upload, if `tensor` has none, and sends some of it.
absl::Status UploadSome(Connection& connection, std::mt19937_64& random, KnownTensor& tensor);
absl::Status GiveUp(Connection& connection, KnownTensor& tensor);
// Holds where the server says that the upload stands against what it acknowledged.
absl::Status CheckUpload(Connection& connection, const KnownTensor& tensor);
absl::Status CheckBytes(Connection& connection, const KnownTensor& tensor);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_CRASH_CALLS_H_
