#ifndef BRAINALIGN_SERVER_ROWS_CODEC_H_
#define BRAINALIGN_SERVER_ROWS_CODEC_H_

#include <optional>
#include <string>

#include "core/align/result.h"
#include "server/rows/job.h"
#include "server/rows/model.h"
#include "server/rows/recording.h"
#include "server/rows/scrub.h"
#include "server/rows/share.h"
#include "server/rows/specification.h"
#include "server/rows/upload.h"
#include "server/rows/word_table.h"

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
std::string Encode(const Recording& recording);
std::string Encode(const WordTable& table);
std::string Encode(const Model& model);
std::string Encode(const MadeResource& made);
std::string Encode(const SealPolicy& policy);
std::string Encode(const Submission& submission);  // the order is part of the key
std::string Encode(const Event& event);            // the sequence is part of the key
std::string Encode(const JobSpecification& specification);
std::string Encode(const JobLayers& layers);
// A brainalign.v1.ResultTile. Results: server/rows/stored_result.h.
std::string Encode(const TileScores& tile);

std::optional<Upload> DecodeUpload(const std::string& bytes);
std::optional<Blob> DecodeBlob(const std::string& bytes);
std::optional<Holding> DecodeHolding(const std::string& bytes);
std::optional<ScrubState> DecodeScrub(const std::string& bytes);
std::optional<Job> DecodeJob(const std::string& bytes);
std::optional<Execution> DecodeExecution(const std::string& bytes);
std::optional<Charge> DecodeCharge(const std::string& bytes);
std::optional<Shares> DecodeShares(const std::string& bytes);
std::optional<Recording> DecodeRecording(const std::string& bytes);
std::optional<WordTable> DecodeWordTable(const std::string& bytes);
std::optional<Model> DecodeModel(const std::string& bytes);
std::optional<MadeResource> DecodeMadeResource(const std::string& bytes);
std::optional<Submission> DecodeSubmission(const std::string& bytes);
std::optional<Event> DecodeEvent(const std::string& bytes);
std::optional<JobSpecification> DecodeSpecification(const std::string& bytes);
std::optional<JobLayers> DecodeJobLayers(const std::string& bytes);
std::optional<TileScores> DecodeTile(const std::string& bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_CODEC_H_
