#include "server/schedule/schedule.h"

#include <algorithm>
#include <utility>

namespace brainalign {

Schedule::Schedule(FairShare::Settings share, StartOrder::Settings order)
    : share_(std::move(share)), order_(std::move(order)) {}

void Schedule::Add(const Waiting& waiting) {
  MutexLock lock(mutex_);
  ++version_;
  share_.Enter(waiting.id, waiting.owner);
  order_.Add(waiting);
}

void Schedule::Remove(std::int64_t id) {
  MutexLock lock(mutex_);
  ++version_;
  order_.Remove(id);
  share_.Leave(id);
}

StartOrder::Choice Schedule::Next(double now_seconds) {
  MutexLock lock(mutex_);
  return order_.Next(now_seconds, share_);
}

void Schedule::Start(std::int64_t id) {
  MutexLock lock(mutex_);
  if (order_.waiting().count(id) == 0) return;
  ++version_;
  order_.Start(id, share_);
  share_.Start(id);
}

void Schedule::PutBack(std::int64_t id, double not_before_seconds) {
  MutexLock lock(mutex_);
  if (!share_.Has(id)) return;
  ++version_;
  if (order_.is_running(id)) share_.PutBack(id);
  order_.PutBack(id, not_before_seconds);
}

void Schedule::SetMemory(std::int64_t id, std::int64_t memory_bytes) {
  MutexLock lock(mutex_);
  order_.SetMemory(id, memory_bytes);
}

std::vector<std::int64_t> Schedule::InTurn(std::vector<std::int64_t> ids) const {
  std::vector<std::pair<FairShare::ServiceTurn, std::int64_t>> turns;
  turns.reserve(ids.size());
  MutexLock lock(mutex_);
  for (const std::int64_t id : ids) turns.emplace_back(share_.service_turn(id), id);
  std::sort(turns.begin(), turns.end());
  std::transform(turns.begin(), turns.end(), ids.begin(),
                 [](const auto& turn) { return turn.second; });
  return ids;
}

void Schedule::Charge(std::int64_t id, double seconds) {
  MutexLock lock(mutex_);
  charged_ = true;
  share_.Charge(id, seconds);
}

std::optional<Shares> Schedule::TakeShares() {
  MutexLock lock(mutex_);
  if (!charged_) return std::nullopt;
  charged_ = false;
  return share_.Save();
}

void Schedule::RestoreShares(const Shares& shares) {
  MutexLock lock(mutex_);
  ++version_;
  share_.Restore(shares);
}

void Schedule::PassOver(const std::vector<std::int64_t>& asked, std::int64_t taker) {
  if (asked.empty()) return;
  MutexLock lock(mutex_);
  share_.PassOver(asked, taker);
}

QueueState Schedule::Look(double now_seconds, std::size_t most) const {
  MutexLock lock(mutex_);
  const std::size_t per_line = most / std::max<std::size_t>(1, order_.line_count()) + 1;
  return {now_seconds, 1, share_, order_.Front(per_line), {}};
}

std::int64_t Schedule::version() const {
  MutexLock lock(mutex_);
  return version_;
}

}  // namespace brainalign
