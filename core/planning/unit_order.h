#ifndef BRAINALIGN_CORE_PLANNING_UNIT_ORDER_H_
#define BRAINALIGN_CORE_PLANNING_UNIT_ORDER_H_

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "core/planning/plan.h"

namespace brainalign {

// Which unit of a graph to start next: the one with the smallest number whose predecessors have
// ended, if its kind has room. It only implements the rule. It never waits, and the owner of the
// threads must protect it with a lock.
//
// Order of calls: the constructor; Skip for units that need not run; then Take, and End for each
// unit that was taken, until is_done(). If no unit is running and is_done() is false, Take returns
// a unit. Only the constructor allocates memory.
class UnitOrder {
 public:
  // At most plan.at_once(kind) units of a kind run at a time, and at least one.
  UnitOrder(const std::vector<Unit>& units, const AlignmentPlan& plan);

  // The results of this unit exist. It counts as ended once its predecessors have ended.
  void Skip(int unit);
  // The number of a unit to start now; nothing if no unit can start before another one ends.
  // `thread`: number of the calling thread. If n units of a kind may run at a time, only the
  // threads 0 to n - 1 get them, because the allocator reuses for a thread the memory that the same
  // thread freed.
  std::optional<int> Take(int thread = 0);
  // A unit that was taken has ended, and its results can be used.
  void End(int unit);
  bool is_done() const { return left_ == 0; }

 private:
  struct Kind {
    std::vector<int> ready;  // a heap with the smallest number in front
    int at_once = 1;
    int running = 0;
  };
  struct Node {
    UnitKind kind = UnitKind::kPreparation;
    std::vector<int> before;  // units that come after this one
    int waits_for = 0;        // predecessors that have not ended
    bool is_skipped = false;
  };

  Kind& of(UnitKind kind) { return kinds_[static_cast<std::size_t>(kind)]; }
  // All predecessors of the unit have ended.
  void MakeReady(int unit);
  void ReleaseSuccessors(int unit);

  std::vector<Node> nodes_;
  std::array<Kind, kUnitKinds.size()> kinds_;  // by UnitKind
  int left_ = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PLANNING_UNIT_ORDER_H_
