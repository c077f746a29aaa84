#ifndef BRAINALIGN_TESTS_DURABILITY_LOAD_MEMORY_WATCH_H_
#define BRAINALIGN_TESTS_DURABILITY_LOAD_MEMORY_WATCH_H_

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace brainalign {

// A number of /proc/PID/status, such as "RssAnon", in bytes; 0 if it is not there.
std::int64_t ProcessMemory(pid_t pid, const std::string& field);

// Looks at a process's own memory (mapped files, which the system can take back, do
// not count) a hundred times a second, as long as the object lives.
class MemoryWatch {
 public:
  explicit MemoryWatch(pid_t pid);

  std::int64_t most_bytes() const { return most_bytes_; }

 private:
  std::atomic<std::int64_t> most_bytes_{0};
  std::jthread thread_;  // last: it uses the rest
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_LOAD_MEMORY_WATCH_H_
