#ifndef BRAINALIGN_SERVER_SCHEDULE_FAIR_SHARE_H_
#define BRAINALIGN_SERVER_SCHEDULE_FAIR_SHARE_H_

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "server/rows/share.h"
#include "server/schedule/owner.h"

namespace brainalign {

// Shares the threads' time fairly at each level of a tree: between projects (by weight), between
// the people of a project (equally), between the priorities of a person, between the executions of
// one priority (equally). Hierarchical start-time fair queueing (Goyal, Vin, Cheng 1996): the child
// with the least time by weight is next. A child that starts to compete begins at the level of
// those that are being served: idle time earns nothing, and time that no one else wanted is not
// charged later.
//
// What a priority does:
// - Of one person's time, high, normal and low jobs have 16 : 4 : 1 while there are such.
// - Between people of a project, time of a high job counts half, of a low one twice.
// - Between projects, nothing. So all shares stay above a bound, and no priority makes anyone wait
// forever.
//
// It has no clock: the caller that runs executions reports their time. Copyable, for forecasts. Not
// thread-safe.
class FairShare {
 public:
  struct Settings {
    // Weight of a project, > 0; null: 1. Called when an execution of the project starts to compete.
    std::function<double(const std::string& project)> project_weight = nullptr;
    // How much an owner that had to wait (for a place, for memory) can catch up, in thread seconds
    // by weight. It bounds how long others are held back.
    double waiting_credit_seconds = 3600;
    // The same for an owner that was chosen and had no unit for a free thread.
    double unused_credit_seconds = 60;
  };

  explicit FairShare(Settings settings);

  // The execution competes, waiting to be started. It must not be there already.
  void Enter(std::int64_t id, const Owner& owner);
  void Start(std::int64_t id);
  // From running back to waiting.
  void PutBack(std::int64_t id);
  void Leave(std::int64_t id);
  bool Has(std::int64_t id) const { return executions_.count(id) != 0; }

  // Charges the execution with `seconds` of thread time: the expected time of a unit when it
  // begins, and the difference from the actual time, which may be negative, when it ends. Does
  // nothing if the execution has left.
  void Charge(std::int64_t id, double seconds);
  // Running executions `asked`, in their turn before `taker`, had nothing to do.
  void PassOver(const std::vector<std::int64_t>& asked, std::int64_t taker);

  // The used time of projects, people and priorities, of all owners for which it matters.
  Shares Save() const;
  // Restores saved times. Call it after all competing executions have entered, and before any
  // starts. An owner that was waiting when it was saved may catch up as before. A new owner begins
  // at the level of those that were being served. Executions of one priority start equal.
  void Restore(const Shares& shares);

  // Smaller comes first. Order for threads: the running execution with the least time, from the
  // project down to the execution.
  using ServiceTurn = std::array<std::pair<double, std::int64_t>, 4>;
  ServiceTurn service_turn(std::int64_t id) const;
  // Order for starting: from the project down to the priority, the fewest running executions by
  // weight, then the least time.
  struct StartTurnAtLevel {
    double running = 0;
    double virtual_seconds = 0;
    double weight = 1;
    std::int64_t number = 0;
    bool operator<(const StartTurnAtLevel& other) const;
  };
  using StartTurn = std::array<StartTurnAtLevel, 3>;
  StartTurn start_turn(std::int64_t id) const;
  // Running executions of the person.
  int running_of_person(std::int64_t id) const;

  // The share of all threads that each running execution is due; their sum is 1.
  std::map<std::int64_t, double> DueShares() const;

 private:
  struct Node {
    double weight = 1;
    double virtual_seconds = 0;  // time it has had, by weight
    int waiting = 0;             // executions beneath
    int running = 0;
    std::int64_t number = 0;  // increases with each child that starts to compete
    double frontier = 0;      // the most virtual time at which a child was served
    std::map<std::string, Node> children;

    bool is_idle() const { return waiting + running == 0; }
  };
  struct Execution {
    Owner owner;
    bool running = false;
  };
  // The root, and what is beneath it down to the execution, which is null unless it runs.
  using Path = std::array<Node*, 5>;
  using ConstPath = std::array<const Node*, 5>;

  template <typename NodeOrConst>
  std::array<NodeOrConst*, 5> Walk(NodeOrConst& root, std::int64_t id) const;
  Path Find(std::int64_t id) { return Walk(root_, id); }
  ConstPath Find(std::int64_t id) const { return Walk(root_, id); }
  double Effective(const Node& parent, const Node& node) const;
  // The level at which a child that starts to compete begins.
  double Now(const Node& parent) const;
  Node& Activate(Node& parent, const std::string& name);
  // Removes idle children that have used no more than their share: they would begin at Now anyway.
  void Prune(Node& parent) const;
  // Whether it is forgotten without a difference.
  static bool IsOfNoAccount(const Node& node, double now_seconds) {
    return node.is_idle() && node.virtual_seconds <= now_seconds;
  }
  void Save(const Node& node, std::vector<std::string> path, Shares& shares) const;
  void Spread(const Node& node, int level, double share,
              std::map<std::int64_t, double>& shares) const;

  Settings settings_;
  Node root_;
  std::map<std::int64_t, Execution> executions_;
  std::int64_t last_number_ = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_SCHEDULE_FAIR_SHARE_H_
