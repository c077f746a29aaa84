#include "server/calls/server_calls.h"

#include <bit>
#include <cstdint>
#include <utility>

#include "core/problem/spec.h"
#include "core/version.h"
#include "server/rows/convert.h"
#include "server/rows/page.h"

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

// The largest power of two that is not above.
std::int64_t RoundDown(std::int64_t bytes) {
  return bytes <= 0 ? 0
                    : static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(bytes)));
}

}  // namespace

void FillLimits(const JobLimits& jobs, v1::ServerLimits& limits) {
  limits.set_max_page_size(kMaxPageSize);
  limits.set_max_name_bytes(jobs.max_name_bytes);
  limits.set_max_layers(jobs.max_layers);
  limits.set_max_words(jobs.max_words);
  limits.set_max_times(jobs.max_times);
  limits.set_max_resource_bytes(jobs.max_resource_bytes);
  limits.set_max_word_columns(jobs.max_word_columns);
  limits.set_max_resources_of_project(jobs.max_resources_of_project);
  limits.set_max_request_id_bytes(jobs.max_request_id_bytes);
  limits.set_max_result_values(jobs.max_result_values);
  limits.set_max_folds(jobs.max_folds);
  limits.set_max_alphas(jobs.max_alphas);
  limits.set_max_window_bounds(jobs.max_window_bounds);
  limits.set_max_nuisance_columns(kMaxNuisanceColumns);
  limits.set_max_queue_length(jobs.max_queued_executions);
  limits.set_max_jobs_of_project(jobs.max_jobs_of_project);
}

ServerCalls::ServerCalls(const CallGate* gate, ServerFacts facts, JobBook* book,
                         const BlobFolder* blobs, const Store* store, const Scrubber* scrubber)
    : gate_(gate),
      facts_(std::move(facts)),
      book_(book),
      blobs_(blobs),
      store_(store),
      scrubber_(scrubber) {}

void ServerCalls::DescribeStorage(v1::StorageStatus& storage) const {
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

absl::StatusOr<v1::GetServerInfoResponse> ServerCalls::GetServerInfo(
    const Credentials& credentials, const v1::GetServerInfoRequest& /*request*/) {
  return gate_->Answer<v1::GetServerInfoResponse>(
      credentials, Method::kGetServerInfo,
      [&](const Call& call, v1::GetServerInfoResponse& response) -> absl::Status {
        Fill(call.caller(), *response.mutable_caller());
        return Describe(call.caller(), response);
      });
}

absl::Status ServerCalls::Describe(const Caller& caller,
                                   v1::GetServerInfoResponse& response) const {
  response.set_version(Version());
  response.set_numerics_version(NumericsVersion());
  *response.mutable_limits() = facts_.limits;
  response.set_threads(facts_.threads);
  response.set_memory_budget_bytes(facts_.memory_budget_bytes);
  auto free_bytes = blobs_->FreeBytes();
  if (!free_bytes.ok()) return free_bytes.status();
  // The exact number would reveal the uploads of others.
  response.set_disk_free_bytes(caller.all_projects ? *free_bytes : RoundDown(*free_bytes));
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
