#include "server/part_settings.h"

#include <algorithm>
#include <cstdint>

#include "core/process_limits.h"
#include "server/rpc/listen_credentials.h"
#include "server/rpc/network_port.h"

namespace brainalign {
namespace {

constexpr std::int64_t kChunkBytes = std::int64_t{1} << 20;
constexpr int kMaxDigestsPerCall = 1000;
constexpr int kMaxDownloads = 64;

}  // namespace

ServerOptions FillIn(ServerOptions options) {
  if (options.threads == 0) options.threads = UsableThreads();
  if (options.memory_budget_bytes == 0) options.memory_budget_bytes = UsableMemoryBytes() / 2;
  if (options.brain_cache_bytes < 0) options.brain_cache_bytes = options.memory_budget_bytes / 4;
  return options;
}

ProjectLimits QuotasOf(const ServerOptions& options) {
  return {.stored_bytes = options.quota_stored_bytes,
          .queued_jobs = options.quota_queued_jobs,
          .running_jobs = options.quota_running_jobs,
          .uploads = options.quota_uploads,
          .cpu_hours = options.quota_cpu_hours};
}

UseShares MakeShares(const ServerOptions& options) {
  return {options.person_share, options.project_share};
}

UploadLimits MakeUploadLimits(const ServerOptions& options) {
  UploadLimits limits;
  limits.max_chunk_bytes = kChunkBytes;
  limits.max_tensor_bytes = options.max_tensor_bytes;
  limits.sync_interval_bytes = options.sync_interval_bytes;
  limits.idle_timeout = absl::Seconds(options.upload_idle_seconds);
  limits.shares = MakeShares(options);
  return limits;
}

JobSettings MakeJobSettings(const ServerOptions& options) {
  JobSettings settings;
  settings.threads = options.threads;
  settings.memory_budget_bytes = options.memory_budget_bytes;
  settings.brain_cache_bytes = options.brain_cache_bytes;
  settings.scratch_folder = options.data_folder;
  settings.max_running_executions = options.max_running_jobs;
  settings.limits.max_result_values = options.max_result_values;
  settings.heartbeat = absl::Seconds(options.heartbeat_seconds);
  settings.limits.max_jobs_of_project = options.keep_jobs;
  return settings;
}

TensorCare::Settings MakeCareSettings(const ServerOptions& options) {
  TensorCare::Settings settings;
  settings.scrub_bytes_per_second = options.scrub_bytes_per_second;
  settings.removal_interval = std::clamp(absl::Seconds(options.unused_tensor_seconds) / 8,
                                         absl::Seconds(1), absl::Hours(1));
  return settings;
}

TokenRule RuleOf(const ServerOptions& options) {
  if (options.access == AccessMode::kOpen) return TokenRule::kNever;
  const bool always = options.access == AccessMode::kToken || !IsLoopback(options.listen_host);
  return always ? TokenRule::kAlways : TokenRule::kOnceGiven;
}

ServerFacts MakeFacts(const ServerOptions& options, absl::Time now) {
  const UploadLimits uploads = MakeUploadLimits(options);
  ServerFacts facts;
  facts.limits.set_max_chunk_bytes(kChunkBytes);
  facts.limits.set_max_tensor_bytes(options.max_tensor_bytes);
  facts.limits.set_max_digests_per_call(kMaxDigestsPerCall);
  FillLimits(MakeJobSettings(options).limits, facts.limits);
  facts.limits.set_max_open_uploads(uploads.max_open_uploads);
  facts.limits.set_person_share(uploads.shares.person);
  facts.limits.set_project_share(uploads.shares.project);
  facts.limits.set_max_streams_per_connection(kMaxStreamsPerConnection);
  facts.limits.set_max_downloads(kMaxDownloads);
  facts.limits.set_max_watches(options.max_watches);
  facts.limits.set_max_upload_streams(options.max_upload_streams);
  facts.limits.set_upload_idle_seconds(options.upload_idle_seconds);
  facts.limits.set_unused_tensor_seconds(options.unused_tensor_seconds);
  facts.limits.set_stall_seconds(options.stall_seconds);
  facts.threads = options.threads;
  facts.memory_budget_bytes = options.memory_budget_bytes;
  facts.start_time = now;
  return facts;
}

TensorCalls::Limits MakeTensorLimits(const ServerOptions& options) {
  return {options.max_upload_streams, kMaxDownloads, kMaxDigestsPerCall, kChunkBytes,
          MakeShares(options)};
}

}  // namespace brainalign
