#ifndef BRAINALIGN_SERVER_CALLS_DRAIN_H_
#define BRAINALIGN_SERVER_CALLS_DRAIN_H_

#include <atomic>
#include <functional>

#include "absl/status/status.h"
#include "server/access/permissions.h"
#include "server/jobs/job_book.h"

namespace brainalign {

// Prepares a running server for a stop: health reports NOT_SERVING first, new jobs and uploads are
// rejected, nothing starts from the queue, and running jobs finish or return to the queue. Reading,
// watching, cancelling and open uploads continue. Thread-safe.
class Drain {
 public:
  // `book` must outlive it. `tell_health`: whether the server is serving.
  Drain(JobBook* book, std::function<void(bool serving)> tell_health);

  void Begin(bool put_back_running);
  void End();
  bool is_on() const { return on_; }

  // UNAVAILABLE, with a RetryInfo, for methods that would begin something meanwhile.
  absl::Status Check(Method method) const;

 private:
  JobBook* const book_;
  const std::function<void(bool)> tell_health_;
  std::atomic<bool> on_{false};
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_DRAIN_H_
