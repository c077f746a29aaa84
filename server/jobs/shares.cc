#include <spdlog/spdlog.h>

#include <algorithm>

#include "server/jobs/job_book.h"

// What each has had of the threads' time outlives a restart. It goes along with changes that
// become durable anyway: a crash costs a second of it, and what units under way had.

namespace brainalign {
namespace {

constexpr double kSecondsBetweenShares = 1;

}  // namespace

void JobBook::CarryShares(const std::vector<JobChange>& jobs, Change& change) {
  // What ends may be the last change for long.
  const bool at_once = stopping_ || std::any_of(jobs.begin(), jobs.end(), [](const auto& changed) {
                         return IsTerminal(changed.job.state);
                       });
  MutexLock lock(mutex_);
  const double now = steady_seconds_();
  if (!at_once && now < next_shares_seconds_) return;
  const std::optional<Shares> shares = schedule_->TakeShares();
  if (!shares) return;
  next_shares_seconds_ = now + kSecondsBetweenShares;
  AddShares(*shares, change);
}

absl::Status JobBook::RestoreShares() {
  auto shares = store_->FindShares();
  if (!shares.ok()) return shares.status();
  if (shares->has_value()) schedule_->RestoreShares(**shares);
  return absl::OkStatus();
}

void JobBook::SaveShares() {
  const std::optional<Shares> shares = schedule_->TakeShares();
  if (!shares) return;
  Change change;
  AddShares(*shares, change);
  if (absl::Status status = store_->Commit(change); !status.ok()) {
    spdlog::warn("the thread time of projects and people is not stored: {}",
                 std::string(status.message()));
  }
}

}  // namespace brainalign
