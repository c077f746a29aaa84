#include "bench/job/second_model.h"

#include <memory>

#include "core/align/brain_cache.h"

namespace brainalign {

absl::StatusOr<nlohmann::json> RunSecondModel(const Workload& workload, const JobRequest& request,
                                              std::int64_t cache_bytes) {
  JobRequest now = request;
  now.brain_cache = std::make_shared<BrainCache>(cache_bytes);
  absl::StatusOr<nlohmann::json> first = RunJob(workload, now);
  if (!first.ok()) return first;
  now.other_model = true;
  absl::StatusOr<nlohmann::json> second = RunJob(workload, now);
  if (!second.ok()) return second;
  const BrainCache::Counts kept = now.brain_cache->counts();
  now.brain_cache.reset();
  absl::StatusOr<nlohmann::json> without = RunJob(workload, now);
  if (!without.ok()) return without;
  const auto total = [](const nlohmann::json& report) {
    return report["seconds"]["total"].get<double>();
  };
  return nlohmann::json{
      {"cache",
       {{"limit_bytes", cache_bytes}, {"held_bytes", kept.held_bytes}, {"entries", kept.entries}}},
      {"spared_share", 1 - total(*second) / total(*without)},
      {"same_bits", (*second)["score"] == (*without)["score"]},
      {"first", *std::move(first)},
      {"second", *std::move(second)},
      {"second_without_cache", *std::move(without)}};
}

}  // namespace brainalign
