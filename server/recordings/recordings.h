#ifndef BRAINALIGN_SERVER_RECORDINGS_RECORDINGS_H_
#define BRAINALIGN_SERVER_RECORDINGS_RECORDINGS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/blobs/tensors.h"
#include "server/clock.h"
#include "server/jobs/limits.h"
#include "server/mutex.h"
#include "server/record/recording.h"
#include "server/store/store.h"

namespace brainalign {

// Sealed recordings: made, found by who may, and their logs of submissions. Thread-safe.
// The pointers must outlive it.
class Recordings {
 public:
  Recordings(JobLimits limits, Clock clock, Store* store, Tensors* tensors);

  // Checked like a job's brain. INVALID_ARGUMENT with the fields; FAILED_PRECONDITION if the
  // project does not hold the tensors; ALREADY_EXISTS.
  absl::StatusOr<SealedRecording> Seal(SealedRecording recording);
  // NOT_FOUND unless `project` has sealed it or may submit against it. `full_name` is
  // PROJECT/NAME.
  absl::StatusOr<SealedRecording> Find(const std::string& project,
                                       const std::string& full_name) const;
  absl::StatusOr<std::vector<SealedRecording>> List(const std::string& project) const;
  // No error if the project has sealed none of this name.
  absl::Status Unseal(const std::string& project, const std::string& full_name);

  // Puts the recording into a specification that names it. NOT_FOUND as Find;
  // INVALID_ARGUMENT for more layers than a submission may have.
  absl::StatusOr<SealedRecording> Resolve(const std::string& project,
                                          JobSpecification& specification) const;
  // Submissions that `project` may still make. One that ended without a single tile of
  // scores does not count.
  absl::StatusOr<std::int64_t> SubmissionsLeft(const SealedRecording& recording,
                                               const std::string& project) const;
  // Newest first, below `before_order`, also of a recording that was unsealed. NOT_FOUND
  // for another project's.
  absl::StatusOr<std::vector<Submission>> ListSubmissions(const std::string& project,
                                                          const std::string& full_name,
                                                          std::int64_t before_order,
                                                          int limit) const;
  // Whether a tensor must not be read from the project's store.
  absl::StatusOr<bool> IsSealed(const std::string& project, const std::string& digest) const;

 private:
  // Fixed after construction.
  const JobLimits limits_;
  const Clock clock_;
  Store* const store_;
  Tensors* const tensors_;

  Mutex mutex_;  // held while one is sealed or unsealed
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RECORDINGS_RECORDINGS_H_
