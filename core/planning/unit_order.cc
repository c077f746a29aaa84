#include "core/planning/unit_order.h"

#include <algorithm>
#include <functional>

namespace brainalign {

UnitOrder::UnitOrder(const std::vector<Unit>& units, const AlignmentPlan& plan)
    : nodes_(units.size()), left_(static_cast<int>(units.size())) {
  for (const UnitKind kind : kUnitKinds) {
    of(kind).at_once = std::max(1, plan.at_once(kind));
    of(kind).ready.reserve(units.size());
  }
  for (int number = 0; number < left_; ++number) {
    const Unit& unit = units[static_cast<std::size_t>(number)];
    Node& node = nodes_[static_cast<std::size_t>(number)];
    node.kind = unit.kind;
    node.waits_for = static_cast<int>(unit.after.size());
    for (const int other : unit.after) {
      nodes_[static_cast<std::size_t>(other)].before.push_back(number);
    }
    if (unit.after.empty()) MakeReady(number);
  }
}

void UnitOrder::Skip(int unit) {
  Node& node = nodes_[static_cast<std::size_t>(unit)];
  node.is_skipped = true;
  std::vector<int>& ready = of(node.kind).ready;
  if (std::erase(ready, unit) == 0) return;
  std::make_heap(ready.begin(), ready.end(), std::greater<>());
  ReleaseSuccessors(unit);
}

std::optional<int> UnitOrder::Take(int thread) {
  Kind* next = nullptr;
  for (Kind& kind : kinds_) {
    if (kind.ready.empty() || std::max(kind.running, thread) >= kind.at_once) continue;
    if (next == nullptr || kind.ready.front() < next->ready.front()) next = &kind;
  }
  if (next == nullptr) return std::nullopt;
  ++next->running;
  std::pop_heap(next->ready.begin(), next->ready.end(), std::greater<>());
  const int unit = next->ready.back();
  next->ready.pop_back();
  return unit;
}

void UnitOrder::End(int unit) {
  --of(nodes_[static_cast<std::size_t>(unit)].kind).running;
  ReleaseSuccessors(unit);
}

void UnitOrder::MakeReady(int unit) {
  const Node& node = nodes_[static_cast<std::size_t>(unit)];
  if (node.is_skipped) {
    ReleaseSuccessors(unit);
    return;
  }
  std::vector<int>& ready = of(node.kind).ready;
  ready.push_back(unit);
  std::push_heap(ready.begin(), ready.end(), std::greater<>());
}

void UnitOrder::ReleaseSuccessors(int unit) {
  --left_;
  for (const int other : nodes_[static_cast<std::size_t>(unit)].before) {
    if (--nodes_[static_cast<std::size_t>(other)].waits_for == 0) MakeReady(other);
  }
}

}  // namespace brainalign
