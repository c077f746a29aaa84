#include "server/housekeeper.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

#include "core/start_thread.h"

namespace brainalign {
namespace {

void Run(const std::stop_token& stop, const std::function<void()>& task) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock<std::mutex> lock(mutex);
  while (!stop.stop_requested()) {
    wake.wait_for(lock, stop, std::chrono::seconds(1), [] { return false; });
    if (!stop.stop_requested()) task();
  }
}

}  // namespace

absl::StatusOr<Housekeeper> Housekeeper::Start(const std::function<void()>& task) {
  auto thread = StartThread("for the server's housekeeping",
                            [task](const std::stop_token& stop) { Run(stop, task); });
  if (!thread.ok()) return thread.status();
  return Housekeeper(*std::move(thread));
}

}  // namespace brainalign
