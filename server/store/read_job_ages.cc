#include <utility>

#include "server/rows/codec.h"
#include "server/store/keys.h"
#include "server/store/store.h"

// Jobs by age, for the removal of old ones.

namespace brainalign {

absl::Status Store::ScanJobsFromOldest(const std::string& project,
                                       const std::function<bool(const Job&)>& visit) const {
  constexpr std::size_t kPage = 128;
  const std::string prefix = ProjectOrderPrefix(project);
  std::string from = prefix;
  while (true) {
    // In pages, so that no scan of the database is open while the caller visits jobs.
    std::vector<std::string> job_ids;
    absl::Status scanned = database_->Scan(
        Family::kFacts, prefix, from, [&](absl::string_view key, absl::string_view job_id) {
          from = std::string(key) + '\0';  // the next page begins after it
          job_ids.emplace_back(job_id);
          return job_ids.size() < kPage;
        });
    if (!scanned.ok()) return scanned;
    for (const std::string& job_id : job_ids) {
      auto job = FindJob(job_id);
      if (!job.ok()) return job.status();
      if (job->has_value() && !visit(**job)) return absl::OkStatus();
    }
    if (job_ids.size() < kPage) return absl::OkStatus();
  }
}

absl::StatusOr<std::map<std::string, std::int64_t>> Store::CountJobs() const {
  std::map<std::string, std::int64_t> counts;
  const std::string prefix = ProjectOrderPrefix();
  absl::Status scanned = database_->Scan(Family::kFacts, prefix, prefix,
                                         [&](absl::string_view key, absl::string_view /*job_id*/) {
                                           ++counts[ProjectOfOrderKey(key)];
                                           return true;
                                         });
  if (!scanned.ok()) return scanned;
  return counts;
}

}  // namespace brainalign
