// What a server tells of jobs, recordings and itself, as JSON: an array or object each, ending in a
// newline. Names of fields stay. Times are UTC as RFC 3339 has them; what is unknown is null.
#ifndef BRAINALIGN_CLIENT_REPORT_LISTING_JSON_H_
#define BRAINALIGN_CLIENT_REPORT_LISTING_JSON_H_

#include <string>
#include <vector>

#include "client/connection/server_info.h"
#include "client/jobs/job.h"
#include "client/operation/operation.h"
#include "client/recordings/recording_calls.h"
#include "client/resources/model_calls.h"
#include "client/resources/word_table_calls.h"
#include "client/tensors/upload.h"

namespace brainalign {

std::string JobsToJson(const std::vector<Job>& jobs);
// One job, on one line.
std::string JobToJsonLine(const Job& job);
std::string ServerInfoToJson(const ServerInfo& info, const std::string& address);
// `mode`: by what the server knows the caller; empty if it does not say.
std::string CallerToJson(const CallerIdentity& caller, const std::string& address,
                         const std::string& mode);
std::string RecordingToJson(const Recording& recording);
std::string RecordingsToJson(const std::vector<Recording>& recordings);
std::string WordTableToJson(const WordTable& table);
std::string WordTablesToJson(const std::vector<WordTable>& tables);
std::string ModelToJson(const Model& model);
std::string ModelsToJson(const std::vector<Model>& models);
// A job with what it computes: `specification` is GetJobSpecificationJson's.
std::string JobToJson(const Job& job, const std::string& specification);
std::string JobToJson(const Job& job);
std::string DeletedJobsToJson(const std::vector<std::string>& job_ids);
std::string TensorsToJson(const std::vector<StoredTensor>& tensors);
std::string SubmissionsToJson(const std::vector<Submission>& submissions);
std::string QueueToJson(const std::vector<QueueEntry>& entries);
std::string UploadsToJson(const std::vector<UploadEntry>& uploads);
std::string DiskToJson(const DiskUse& use);
std::string ErrorsToJson(const std::vector<LoggedError>& errors);
std::string DrainToJson(const DrainState& state);
std::string ReloadToJson(const ReloadOutcome& outcome);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_LISTING_JSON_H_
