#include "server/jobs/job_aging.h"

#include <spdlog/spdlog.h>

#include <utility>
#include <vector>

namespace brainalign {
namespace {

// Each is a durable change. This many fit into a second without delaying other work.
constexpr int kMostAtOnce = 100;
constexpr absl::Duration kBetweenScans = absl::Minutes(1);

}  // namespace

JobAging::JobAging(Limits limits, Clock clock, const Store* store, JobBook* book)
    : limits_(limits), clock_(std::move(clock)), store_(store), book_(book) {}

void JobAging::Step() {
  const absl::Time now = clock_();
  if (now < next_look_) return;
  const auto counts = store_->CountJobs();
  if (!counts.ok()) {
    spdlog::warn("looking for old jobs: {}", std::string(counts.status().message()));
    next_look_ = now + kBetweenScans;
    return;
  }
  int removed = 0;
  for (const auto& [project, jobs] : *counts) {
    removed += RemoveSome(project, jobs, kMostAtOnce - removed);
  }
  if (removed > 0) spdlog::info("removed {} jobs that ended long ago or were too many", removed);
  if (removed < kMostAtOnce) next_look_ = now + kBetweenScans;
}

int JobAging::RemoveSome(const std::string& project, std::int64_t jobs, int limit) {
  const absl::Time ended_before = clock_() - limits_.keep;
  std::int64_t too_many = jobs - limits_.most_of_project;
  std::vector<std::string> old;
  const absl::Status scanned = store_->ScanJobsFromOldest(project, [&](const Job& job) {
    // What was made since cannot have ended before.
    if (too_many <= 0 && job.create_time > ended_before) return false;
    if (IsTerminal(job.state) && (too_many > 0 || job.end_time <= ended_before)) {
      old.push_back(job.job_id);
      --too_many;
    }
    return static_cast<int>(old.size()) < limit;
  });
  if (!scanned.ok()) spdlog::warn("looking for old jobs: {}", std::string(scanned.message()));
  int removed = 0;
  for (const std::string& job_id : old) {
    // A disk that takes no changes takes them later.
    if (!book_->Delete(job_id).ok()) break;
    ++removed;
  }
  return removed;
}

}  // namespace brainalign
