#include "server/jobs/stored_shares.h"

#include <spdlog/spdlog.h>

#include <optional>
#include <string>
#include <utility>

#include "server/store/changes.h"

namespace brainalign {
namespace {

constexpr double kSecondsBetweenShares = 1;

}  // namespace

StoredShares::StoredShares(SteadyClock clock, Store* store, Schedule* schedule)
    : clock_(std::move(clock)), store_(store), schedule_(schedule) {}

absl::Status StoredShares::Restore() {
  auto shares = store_->FindShares();
  if (!shares.ok()) return shares.status();
  if (shares->has_value()) schedule_->RestoreShares(**shares);
  return absl::OkStatus();
}

void StoredShares::Carry(bool at_once, Change& change) {
  MutexLock lock(mutex_);
  const double now = clock_();
  if (!at_once && now < next_seconds_) return;
  const std::optional<Shares> shares = schedule_->TakeShares();
  if (!shares) return;
  next_seconds_ = now + kSecondsBetweenShares;
  AddShares(*shares, change);
}

void StoredShares::Save() {
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
