#ifndef BRAINALIGN_SERVER_CALLS_SERVER_CALLS_H_
#define BRAINALIGN_SERVER_CALLS_SERVER_CALLS_H_

#include "absl/time/time.h"
#include "brainalign/v1/server.pb.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/scrubber.h"
#include "server/calls/call_gate.h"
#include "server/jobs/job_book.h"
#include "server/jobs/limits.h"
#include "server/store/store.h"

namespace brainalign {

// The limits of requests, from the limits of jobs and resources.
void FillLimits(const JobLimits& jobs, v1::ServerLimits& limits);

// Facts that do not change while the server runs.
struct ServerFacts {
  v1::ServerLimits limits;
  int threads = 0;
  std::int64_t memory_budget_bytes = 0;
  absl::Time start_time;
};

// brainalign.v1.ServerService. The pointers must outlive it.
class ServerCalls {
 public:
  ServerCalls(const CallGate* gate, ServerFacts facts, JobBook* book, const BlobFolder* blobs,
              const Store* store, const Scrubber* scrubber);

  absl::StatusOr<v1::GetServerInfoResponse> GetServerInfo(const Credentials& credentials,
                                                          const v1::GetServerInfoRequest& request);

 private:
  absl::Status Describe(const Caller& caller, v1::GetServerInfoResponse& response) const;
  void DescribeStorage(v1::StorageStatus& storage) const;

  const CallGate* const gate_;
  const ServerFacts facts_;
  JobBook* const book_;
  const BlobFolder* const blobs_;
  const Store* const store_;
  const Scrubber* const scrubber_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_SERVER_CALLS_H_
