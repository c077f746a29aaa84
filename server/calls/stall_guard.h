#ifndef BRAINALIGN_SERVER_CALLS_STALL_GUARD_H_
#define BRAINALIGN_SERVER_CALLS_STALL_GUARD_H_

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "core/mutex.h"

namespace brainalign {

// Ends streams whose client is connected and alive, but neither sends nor receives. Keepalive does
// not notice them, and each holds a thread, a place among the streams, and perhaps the right to
// write to an upload.
class StallGuard {
 public:
  explicit StallGuard(absl::Duration patience);

  // One stream. Its waits for the client are put between Begin and End.
  class Stream {
   public:
    // `peer` names the client in the log; `cancel` ends the stream. The guard must outlive it.
    Stream(StallGuard& guard, std::string peer, std::function<void()> cancel);
    ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    // Runs `wait` and returns what it returns.
    template <typename Wait>
    bool Await(const Wait& wait) {
      Begin();
      const bool result = wait();
      End();
      return result;
    }

   private:
    friend class StallGuard;
    void Begin();
    void End();

    StallGuard& guard_;
    const std::string peer_;
    const std::function<void()> cancel_;
    std::optional<std::chrono::steady_clock::time_point> since_;  // guarded by the guard's mutex
  };

  // Cancels the streams that have waited for too long. To be called every second or so.
  void Tick();

 private:
  const std::chrono::nanoseconds patience_;
  Mutex mutex_;
  std::set<Stream*> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_STALL_GUARD_H_
