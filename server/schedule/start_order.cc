#include "server/schedule/start_order.h"

#include <algorithm>
#include <utility>

namespace brainalign {
namespace {

// Number of waiting executions of one owner that are considered. An owner who queues more big ones
// before a small one delays only their own.
constexpr int kLookedAtPerLine = 32;

}  // namespace

StartOrder::StartOrder(Settings settings) : settings_(std::move(settings)) {}

StartOrder::Line StartOrder::LineOf(const Owner& owner) {
  return {owner.project, owner.person, owner.priority};
}

void StartOrder::Add(const Waiting& waiting) {
  lines_[LineOf(waiting.owner)].insert(waiting.id);
  waiting_[waiting.id] = waiting;
}

void StartOrder::Remove(std::int64_t id) {
  running_.erase(id);
  blocked_since_.erase(id);
  if (held_ == id) {
    held_ = 0;
    for (auto& [other, running] : running_) running.beside_held = false;
  }
  const auto found = waiting_.find(id);
  if (found == waiting_.end()) return;
  const auto line = lines_.find(LineOf(found->second.owner));
  line->second.erase(id);
  if (line->second.empty()) lines_.erase(line);
  waiting_.erase(found);
}

void StartOrder::Start(std::int64_t id, const FairShare& share) {
  Running running{waiting_.at(id), share.running_of_person(id) == 0, held_ != 0 && held_ != id};
  Remove(id);
  running_[id] = std::move(running);
}

void StartOrder::PutBack(std::int64_t id, double not_before_seconds) {
  const auto running = running_.find(id);
  Waiting waiting = running != running_.end() ? running->second.execution : waiting_.at(id);
  waiting.not_before_seconds = not_before_seconds;
  Remove(id);
  Add(waiting);
}

void StartOrder::SetMemory(std::int64_t id, std::int64_t memory_bytes) {
  const auto found = running_.find(id);
  if (found != running_.end()) found->second.execution.memory_bytes = memory_bytes;
}

bool StartOrder::IsLong(const Waiting& waiting) const {
  return waiting.estimated_seconds <= 0 || waiting.estimated_seconds > settings_.short_seconds;
}

bool StartOrder::HasProjectPlace(const std::string& project) const {
  if (!settings_.project_places) return true;
  const auto taken = std::count_if(running_.begin(), running_.end(), [&](const auto& entry) {
    return entry.second.execution.owner.project == project;
  });
  return taken < settings_.project_places(project);
}

StartOrder::Fit StartOrder::Check(const Waiting& waiting, const FairShare& share) const {
  if (running_.size() >= static_cast<std::size_t>(settings_.places) ||
      !HasProjectPlace(waiting.owner.project)) {
    return Fit::kNoPlace;
  }
  if (!running_.empty()) {
    if (waiting.alone) return Fit::kNotAlone;
    if (running_.begin()->second.execution.alone) return Fit::kNoPlace;
    if (held_ != 0 && waiting_.at(held_).alone) return Fit::kNoPlace;
  }
  // What runs of a kind, and how much of it may.
  struct Kind {
    int places = 0;
    std::int64_t bytes = 0;
    void Add(const Waiting& running) {
      ++places;
      bytes += running.memory_bytes;
    }
  };
  Kind all;
  Kind long_ones;
  Kind further_ones;
  Kind beside_held;
  for (const auto& [id, running] : running_) {
    all.Add(running.execution);
    if (IsLong(running.execution)) long_ones.Add(running.execution);
    if (!running.first_of_person) further_ones.Add(running.execution);
    if (running.beside_held) beside_held.Add(running.execution);
  }
  const std::int64_t budget = settings_.memory_bytes;
  if (waiting.memory_bytes > budget - all.bytes) return Fit::kNoMemory;
  if (held_ == waiting.id) return Fit::kYes;
  if (held_ != 0 &&
      waiting.memory_bytes > budget - waiting_.at(held_).memory_bytes - beside_held.bytes) {
    return Fit::kNoMemory;
  }
  const auto within = [&](const Kind& kind, int places, std::int64_t bytes) {
    if (kind.places == 0) return Fit::kYes;
    if (kind.places >= places) return Fit::kNoPlace;
    return waiting.memory_bytes > bytes - kind.bytes ? Fit::kNoMemory : Fit::kYes;
  };
  if (IsLong(waiting)) {
    const Fit fit = within(long_ones, LongShare(settings_.places), LongShare(budget));
    if (fit != Fit::kYes) return fit;
  }
  const int own = share.running_of_person(waiting.id);
  if (own == 0) return Fit::kYes;
  if (own >= settings_.places_of_person) return Fit::kNoPlace;
  return within(further_ones, settings_.places - settings_.places / 4, budget - budget / 4);
}

std::int64_t StartOrder::Hold(double now_seconds) {
  if (held_ != 0) return held_;
  double longest_since = now_seconds - settings_.patience_seconds;
  for (const auto& [id, since] : blocked_since_) {
    if (since > longest_since || (since == longest_since && held_ != 0)) continue;
    longest_since = since;
    held_ = id;
  }
  return held_;
}

StartOrder::Choice StartOrder::Next(double now_seconds, const FairShare& share) {
  Choice choice;
  const std::int64_t held = Hold(now_seconds);
  if (held != 0 && Check(waiting_.at(held), share) == Fit::kYes) {
    choice.id = held;
    return choice;
  }
  std::vector<std::pair<FairShare::StartTurn, const std::set<std::int64_t>*>> in_turn;
  in_turn.reserve(lines_.size());
  for (const auto& [line, ids] : lines_) in_turn.emplace_back(share.start_turn(*ids.begin()), &ids);
  std::sort(in_turn.begin(), in_turn.end());
  bool blocked = false;
  for (const auto& [turn, ids] : in_turn) {
    int looked_at = 0;
    for (const std::int64_t id : *ids) {
      const Waiting& waiting = waiting_.at(id);
      if (looked_at++ == kLookedAtPerLine) break;
      if (waiting.not_before_seconds > now_seconds) continue;
      const Fit fit = Check(waiting, share);
      if (fit == Fit::kYes) {
        choice.id = id;
        return choice;
      }
      if (fit == Fit::kNoPlace) continue;
      if (!std::exchange(blocked, true)) blocked_since_.emplace(id, now_seconds);
      if (fit == Fit::kNoMemory && looked_at == 1) choice.waiting_for_memory.push_back(id);
    }
  }
  return choice;
}

std::map<std::int64_t, double> StartOrder::RunningEstimates() const {
  std::map<std::int64_t, double> seconds;
  for (const auto& [id, running] : running_) seconds[id] = running.execution.estimated_seconds;
  return seconds;
}

StartOrder StartOrder::Front(std::size_t per_line) const {
  StartOrder front(settings_);
  for (const auto& [line, ids] : lines_) {
    auto last = ids.begin();
    for (std::size_t i = 0; i < per_line && last != ids.end(); ++i) ++last;
    front.lines_[line] = std::set<std::int64_t>(ids.begin(), last);
    for (auto id = ids.begin(); id != last; ++id) front.waiting_[*id] = waiting_.at(*id);
  }
  front.running_ = running_;
  for (const auto& [id, since] : blocked_since_) {
    if (front.waiting_.count(id) != 0) front.blocked_since_[id] = since;
  }
  front.held_ = front.waiting_.count(held_) != 0 ? held_ : 0;
  return front;
}

}  // namespace brainalign
