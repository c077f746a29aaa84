#ifndef BRAINALIGN_SERVER_RECORDINGS_CHECK_RECORDING_H_
#define BRAINALIGN_SERVER_RECORDINGS_CHECK_RECORDING_H_

#include <string>

#include "absl/status/status.h"
#include "server/jobs/limits.h"
#include "server/rows/recording.h"

namespace brainalign {

// Whether a recording can be kept: checked like a job's brain, and its texts for their length.
// `record` is what it would be in the database. INVALID_ARGUMENT with the fields of
// CreateRecordingRequest.
absl::Status CheckRecording(const Recording& recording, const std::string& record,
                            const JobLimits& limits);

// Whether a recording can be sealed like this; its policy is settled. INVALID_ARGUMENT with the
// fields of SealRecordingRequest, also if no submission at all could be made.
absl::Status CheckSeal(const Recording& recording, const RecordingSeal& seal,
                       const JobLimits& limits);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RECORDINGS_CHECK_RECORDING_H_
