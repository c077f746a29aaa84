#ifndef BRAINALIGN_SERVER_SCHEDULE_START_ORDER_H_
#define BRAINALIGN_SERVER_SCHEDULE_START_ORDER_H_

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "server/schedule/fair_share.h"
#include "server/schedule/owner.h"

namespace brainalign {

// Of places and of memory: what long executions may take of it together.
template <typename Number>
Number LongShare(Number all) {
  return all - all / 8;
}

// An execution that waits to be started.
struct Waiting {
  std::int64_t id = 0;  // of two equal ones the lower is first
  Owner owner;
  std::int64_t memory_bytes = 0;
  double estimated_seconds = 0;  // with the server for itself; 0: unknown
  bool alone = false;            // runs without others, because it may have crashed the server
  // On the clock of Next.
  double not_before_seconds = -std::numeric_limits<double>::infinity();
};

// Chooses the next waiting execution to start, given places and memory. FairShare gives the order.
// An execution that fits may pass one that does not, with three bounds:
// - Passed for `patience_seconds` since it was first of all that do not fit, it has
//   memory held for it: from then on only so much starts as leaves room for it. It
//   starts at the latest when all that ran then has ended.
// - Long executions take at most 7/8 of the places and of the memory: short ones are not
//   stuck behind them.
// - Executions of people who have one running already take at most 3/4 of them, and of
//   one person so many run as keep the threads busy: who comes with a first one is not
//   stuck behind a thousand of another.
// The last two make no execution wait forever: they apply only to kinds of which some are running,
// and not to the execution that memory is reserved for. An execution that must run alone waits for
// its turn like the others. If it was passed for as long, the whole server is reserved for it:
// nothing starts until all running executions have ended.
//
// No clock of its own. Copyable, for a look ahead. Not thread-safe.
class StartOrder {
 public:
  struct Settings {
    int places = 64;
    int places_of_person = 16;  // with more at a time all of them would be later
    std::int64_t memory_bytes = 0;
    double patience_seconds = 60;
    double short_seconds = 300;  // estimated more than so much, an execution is long
    // How many executions of a project may run; null: as many as there are places.
    std::function<int(const std::string& project)> project_places = nullptr;
  };

  explicit StartOrder(Settings settings);

  void Add(const Waiting& waiting);
  // Waiting or running; nothing if it is neither.
  void Remove(std::int64_t id);
  // From waiting to running.
  void Start(std::int64_t id, const FairShare& share);
  // Waiting or running, it waits until then.
  void PutBack(std::int64_t id, double not_before_seconds);
  // The measured memory and time of a running execution.
  void SetMemory(std::int64_t id, std::int64_t memory_bytes);

  struct Choice {
    std::int64_t id = 0;  // 0: nothing can start
    // First of their line, and too big for the memory that is left.
    std::vector<std::int64_t> waiting_for_memory;
  };
  // Every id here has entered `share`.
  Choice Next(double now_seconds, const FairShare& share);

  // Without all but the first `per_line` of each person's and priority's.
  StartOrder Front(std::size_t per_line) const;

  // Of those that run.
  std::map<std::int64_t, double> RunningEstimates() const;
  bool is_running(std::int64_t id) const { return running_.count(id) != 0; }
  std::size_t line_count() const { return lines_.size(); }
  const std::map<std::int64_t, Waiting>& waiting() const { return waiting_; }

 private:
  struct Running {
    Waiting execution;
    bool first_of_person = true;
    bool beside_held = false;  // started while memory was reserved for another
  };
  using Line = std::tuple<std::string, std::string, JobPriority>;
  enum class Fit { kYes, kNoPlace, kNoMemory, kNotAlone };

  static Line LineOf(const Owner& owner);
  bool IsLong(const Waiting& waiting) const;
  bool HasProjectPlace(const std::string& project) const;
  Fit Check(const Waiting& waiting, const FairShare& share) const;
  // The execution that memory is reserved for; 0: none.
  std::int64_t Hold(double now_seconds);

  Settings settings_;
  std::map<std::int64_t, Waiting> waiting_;
  std::map<Line, std::set<std::int64_t>> lines_;
  std::map<std::int64_t, Running> running_;
  // Since when those have waited that were first of all that did not fit.
  std::map<std::int64_t, double> blocked_since_;
  std::int64_t held_ = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_SCHEDULE_START_ORDER_H_
