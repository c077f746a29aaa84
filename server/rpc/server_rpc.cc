#include "server/rpc/server_rpc.h"

#include <utility>

#include "core/problem/spec.h"
#include "core/version.h"
#include "server/record/convert.h"

namespace brainalign {
namespace {

void Fill(const Caller& caller, v1::CallerIdentity& identity) {
  identity.set_person(caller.person);
  identity.set_project(caller.project);
  identity.set_role(static_cast<v1::CallerRole>(caller.role));
  identity.set_all_projects(caller.all_projects);
  if (caller.expire_time != absl::InfiniteFuture()) {
    *identity.mutable_expire_time() = ToProto(caller.expire_time);
  }
}

}  // namespace

ServerRpc::ServerRpc(const CallGate* gate, ServerFacts facts, JobBook* book,
                     const BlobFolder* blobs, const Store* store, const Scrubber* scrubber)
    : gate_(gate),
      facts_(std::move(facts)),
      book_(book),
      blobs_(blobs),
      store_(store),
      scrubber_(scrubber) {}

void ServerRpc::DescribeStorage(v1::StorageStatus& storage) const {
  const absl::Status health = store_->Health();
  storage.set_read_only(!health.ok());
  storage.set_read_only_reason(std::string(health.message()));
  storage.set_soft_mark_bytes(blobs_->marks().soft_bytes);
  storage.set_hard_mark_bytes(blobs_->marks().hard_bytes);
  const ScrubState check = scrubber_->state();
  storage.set_damaged(check.damaged);
  if (check.pass_begin_time > absl::UnixEpoch()) {
    *storage.mutable_check_begin_time() = ToProto(check.pass_begin_time);
  }
  if (check.last_end_time > absl::UnixEpoch()) {
    *storage.mutable_check_end_time() = ToProto(check.last_end_time);
  }
}

grpc::Status ServerRpc::GetServerInfo(grpc::ServerContext* context,
                                      const v1::GetServerInfoRequest* /*request*/,
                                      v1::GetServerInfoResponse* response) {
  return gate_->Run(context, Method::kGetServerInfo, [&](const Call& call) -> absl::Status {
    Fill(call.caller(), *response->mutable_caller());
    return Describe(*response);
  });
}

absl::Status ServerRpc::Describe(v1::GetServerInfoResponse& response) const {
  response.set_version(Version());
  response.set_numerics_version(NumericsVersion());
  *response.mutable_limits() = facts_.limits;
  response.set_threads(facts_.threads);
  response.set_memory_budget_bytes(facts_.memory_budget_bytes);
  auto free_bytes = blobs_->FreeBytes();
  if (!free_bytes.ok()) return free_bytes.status();
  response.set_disk_free_bytes(*free_bytes);
  *response.mutable_start_time() = ToProto(facts_.start_time);
  const JobBook::Counts counts = book_->CountJobs();
  response.set_jobs_queued(counts.queued);
  response.set_jobs_running(counts.running);
  DescribeStorage(*response.mutable_storage());
  if (const BrainCache* cache = book_->brain_cache()) {
    const BrainCache::Counts kept = cache->counts();
    v1::BrainCacheStatus& status = *response.mutable_brain_cache();
    status.set_limit_bytes(cache->limit_bytes());
    status.set_held_bytes(kept.held_bytes);
    status.set_times_found(kept.found);
    status.set_times_missed(kept.missed);
  }
  return absl::OkStatus();
}

}  // namespace brainalign
