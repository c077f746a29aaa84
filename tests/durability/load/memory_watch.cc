#include "tests/durability/load/memory_watch.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <fstream>
#include <mutex>

namespace brainalign {

std::int64_t ProcessMemory(pid_t pid, const std::string& field) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string name; status >> name;) {
    std::int64_t kibibytes = 0;
    if (name == field + ":" && status >> kibibytes) return kibibytes << 10;
    std::getline(status, name);
  }
  return 0;
}

MemoryWatch::MemoryWatch(pid_t pid)
    : thread_([this, pid](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock<std::mutex> lock(mutex);
        while (!stop.stop_requested()) {
          most_bytes_ = std::max(most_bytes_.load(), ProcessMemory(pid, "RssAnon"));
          never.wait_for(lock, stop, std::chrono::milliseconds(10), [] { return false; });
        }
      }) {}

}  // namespace brainalign
