#ifndef BRAINALIGN_SERVER_RECORDINGS_RECORDINGS_H_
#define BRAINALIGN_SERVER_RECORDINGS_RECORDINGS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/mutex.h"
#include "server/blobs/tensors.h"
#include "server/jobs/limits.h"
#include "server/resources/resource_admission.h"
#include "server/rows/recording.h"
#include "server/runtime/clock.h"
#include "server/store/store.h"

namespace brainalign {

absl::Status RecordingNotFoundError(const std::string& name);

// Recordings, their seals, and the logs of submissions against them. Names are PROJECT/NAME, or
// NAME in the caller's project. Thread-safe. The pointers must outlive it.
class Recordings {
 public:
  Recordings(JobLimits limits, Clock clock, Store* store, Tensors* tensors);

  // `recording` is as it was asked for. The one that its request made, if that was made before.
  // INVALID_ARGUMENT with the fields; otherwise the errors of ResourceAdmission::Admit.
  absl::StatusOr<Recording> Create(Recording recording);
  // NOT_FOUND unless it is the project's, or sealed and `project` may submit against it.
  absl::StatusOr<Recording> Find(const std::string& project, const std::string& name) const;
  // The project's recording of this name, if it has one.
  absl::StatusOr<std::optional<Recording>> FindOwn(const std::string& project,
                                                   const std::string& name) const;
  // Those that Find would find, in the order of their names, from the one after `after` on; with a
  // person those of the project that the person made.
  absl::StatusOr<std::vector<Recording>> List(const std::string& project, const std::string& person,
                                              const ResourceName& after, int limit) const;
  // No error if the project has none of this name; FAILED_PRECONDITION if it is sealed.
  absl::Status Delete(const std::string& project, const std::string& name);
  // Seals the project's recording, or changes its seal if it is sealed. 0 stands for the default.
  // NOT_FOUND; INVALID_ARGUMENT with the fields; FAILED_PRECONDITION if its tensors are lost.
  absl::StatusOr<Recording> Seal(const std::string& project, const std::string& name,
                                 RecordingSeal seal);
  // No error if the project has sealed none of this name.
  absl::Status Unseal(const std::string& project, const std::string& name);

  // Puts the recording into a specification that names it. NOT_FOUND as Find;
  // INVALID_ARGUMENT for more layers than a submission may have.
  absl::StatusOr<Recording> Resolve(const std::string& project,
                                    JobSpecification& specification) const;
  // Whether a tensor must not be read from the project's store.
  absl::StatusOr<bool> IsSealed(const std::string& project, const std::string& digest) const;

  // The methods below require a sealed recording. The remaining budget of `project`, and of
  // `person` in all projects. A job that ended without a tile of scores does not count. Numbers
  // that are released twice count once.
  struct Left {
    std::int64_t submissions = 0;
    std::int64_t numbers = 0;
  };
  absl::StatusOr<Left> LeftTo(const Recording& recording, const std::string& project,
                              const std::string& person) const;
  // RESOURCE_EXHAUSTED if one more submission, or the numbers of this one, are too many. The
  // recording's own project has no limit.
  absl::Status CheckSubmission(const Recording& recording, const Submission& next) const;
  // Of one person, or of all if it is empty: newest first, below `before_order`, also of a
  // recording that was unsealed or deleted. NOT_FOUND for another project's, and if there neither
  // is nor was such a recording.
  absl::StatusOr<std::vector<Submission>> ListSubmissions(const std::string& project,
                                                          const std::string& name,
                                                          const std::string& person,
                                                          std::int64_t before_order,
                                                          int limit) const;

 private:
  struct Used;
  absl::StatusOr<std::int64_t> CountReleasedNumbers(const Submission& submission) const;
  absl::StatusOr<Used> UsedBy(const Recording& recording, const std::string& project,
                              const std::string& person) const;

  // Fixed after construction.
  const JobLimits limits_;
  const Clock clock_;
  Store* const store_;
  const ResourceAdmission admission_;

  Mutex mutex_;  // held while one is changed
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RECORDINGS_RECORDINGS_H_
