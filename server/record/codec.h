#ifndef BRAINALIGN_SERVER_RECORD_CODEC_H_
#define BRAINALIGN_SERVER_RECORD_CODEC_H_

#include <optional>
#include <string>

#include "core/align/result.h"
#include "server/record/job.h"
#include "server/record/recording.h"
#include "server/record/scrub.h"
#include "server/record/share.h"
#include "server/record/specification.h"
#include "server/record/upload.h"

// Records as the bytes that lie in the database (record.proto). Decoding gives
// nothing for bytes that are no such record.

namespace brainalign {

std::string Encode(const Upload& upload);
std::string Encode(const Blob& blob);
std::string Encode(const Holding& holding);
std::string Encode(const ScrubState& scrub);
std::string Encode(const Job& job);
std::string Encode(const Execution& execution);
std::string Encode(const Charge& charge);  // project and end are part of the key
std::string Encode(const Shares& shares);
std::string Encode(const SealedRecording& recording);
std::string Encode(const Submission& submission);  // the order is part of the key
std::string Encode(const Event& event);            // the sequence is part of the key
std::string Encode(const JobSpecification& specification);
// A brainalign.v1.MatrixTile.
std::string Encode(const TileScores& tile);
// A brainalign.v1.AlignmentResult.
std::string Encode(const AlignmentResult& result, double compute_seconds);

std::optional<Upload> DecodeUpload(const std::string& bytes);
std::optional<Blob> DecodeBlob(const std::string& bytes);
std::optional<Holding> DecodeHolding(const std::string& bytes);
std::optional<ScrubState> DecodeScrub(const std::string& bytes);
std::optional<Job> DecodeJob(const std::string& bytes);
std::optional<Execution> DecodeExecution(const std::string& bytes);
std::optional<Charge> DecodeCharge(const std::string& bytes);
std::optional<Shares> DecodeShares(const std::string& bytes);
std::optional<SealedRecording> DecodeRecording(const std::string& bytes);
std::optional<Submission> DecodeSubmission(const std::string& bytes);
std::optional<Event> DecodeEvent(const std::string& bytes);
std::optional<JobSpecification> DecodeSpecification(const std::string& bytes);
std::optional<TileScores> DecodeTile(const std::string& bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RECORD_CODEC_H_
