#ifndef BRAINALIGN_BENCH_JOB_ANONYMOUS_MEMORY_H_
#define BRAINALIGN_BENCH_JOB_ANONYMOUS_MEMORY_H_

#include <atomic>
#include <cstdint>
#include <thread>

namespace brainalign {

// This process's resident memory beside mapped files (RssAnon), in bytes; -1
// where the system does not tell.
std::int64_t AnonymousBytes();

// Watches it from construction to Stop, every few milliseconds.
class AnonymousMemoryPeak {
 public:
  AnonymousMemoryPeak();
  ~AnonymousMemoryPeak();
  AnonymousMemoryPeak(const AnonymousMemoryPeak&) = delete;
  AnonymousMemoryPeak& operator=(const AnonymousMemoryPeak&) = delete;

  // Ends the watch; the most seen. To be called once.
  std::int64_t Stop();

 private:
  std::int64_t peak_bytes_ = 0;
  std::atomic<bool> stopping_ = false;
  std::thread watcher_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_JOB_ANONYMOUS_MEMORY_H_
