#ifndef BRAINALIGN_SERVER_SCHEDULE_SCHEDULE_H_
#define BRAINALIGN_SERVER_SCHEDULE_SCHEDULE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/mutex.h"
#include "server/schedule/fair_share.h"
#include "server/schedule/forecast.h"
#include "server/schedule/start_order.h"

namespace brainalign {

// The shares and the queue of a server, behind one lock: the job book, which queues executions, and
// the pool of threads use the same accounts. Thread-safe; calls only the functions of the settings.
// An unknown execution is not an error: it has left.
class Schedule {
 public:
  Schedule(FairShare::Settings share, StartOrder::Settings order);

  // To the queue; each execution once.
  void Add(const Waiting& waiting);
  // From waiting or running; for good.
  void Remove(std::int64_t id);

  StartOrder::Choice Next(double now_seconds);
  // Its memory is reserved from here until it is put back or removed.
  void Start(std::int64_t id);
  // Waiting or running, it waits until then, at its place.
  void PutBack(std::int64_t id, double not_before_seconds);
  void SetMemory(std::int64_t id, std::int64_t memory_bytes);

  // The running executions `ids` in the order in which they get a thread.
  std::vector<std::int64_t> InTurn(std::vector<std::int64_t> ids) const;
  // As in FairShare.
  void Charge(std::int64_t id, double seconds);
  void PassOver(const std::vector<std::int64_t>& asked, std::int64_t taker);

  // The used times, if they changed since the last call.
  std::optional<Shares> TakeShares();
  // As in FairShare.
  void RestoreShares(const Shares& shares);

  // The queue, without all but about the first `most` waiting, but for what is left of the
  // running ones.
  QueueState Look(double now_seconds, std::size_t most) const;
  // Increases with every change of the waiting or running executions.
  std::int64_t version() const;

 private:
  mutable Mutex mutex_;
  FairShare share_ ABSL_GUARDED_BY(mutex_);
  StartOrder order_ ABSL_GUARDED_BY(mutex_);
  std::int64_t version_ ABSL_GUARDED_BY(mutex_) = 0;
  bool charged_ ABSL_GUARDED_BY(mutex_) = false;  // since the shares were taken
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_SCHEDULE_SCHEDULE_H_
