#include "server/rpc/server_rpc.h"

#include <utility>

#include "core/align/spec.h"
#include "server/record/convert.h"
#include "server/rpc/call.h"
#include "server/rpc/status.h"

namespace brainalign {

ServerRpc::ServerRpc(ServerFacts facts, JobBook* book, const BlobFolder* blobs)
    : facts_(std::move(facts)), book_(book), blobs_(blobs) {}

grpc::Status ServerRpc::GetServerInfo(grpc::ServerContext* context,
                                      const v1::GetServerInfoRequest* /*request*/,
                                      v1::GetServerInfoResponse* response) {
  if (auto caller = Authenticate(*context); !caller.ok()) return ToGrpc(caller.status());
  response->set_version(BRAINALIGN_VERSION);
  response->set_numerics_version(NumericsVersion());
  *response->mutable_limits() = facts_.limits;
  response->set_threads(facts_.threads);
  response->set_memory_budget_bytes(facts_.memory_budget_bytes);
  auto free_bytes = blobs_->FreeBytes();
  if (!free_bytes.ok()) return ToGrpc(free_bytes.status());
  response->set_disk_free_bytes(*free_bytes);
  *response->mutable_start_time() = ToProto(facts_.start_time);
  const JobBook::Counts counts = book_->CountJobs();
  response->set_jobs_queued(counts.queued);
  response->set_jobs_running(counts.running);
  return grpc::Status::OK;
}

}  // namespace brainalign
