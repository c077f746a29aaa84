#include "bench/job/anonymous_memory.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>

namespace brainalign {

std::int64_t AnonymousBytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::int64_t kibibytes = 0;
    if (word == "RssAnon:" && status >> kibibytes) return kibibytes * 1024;
  }
  return -1;
}

AnonymousMemoryPeak::AnonymousMemoryPeak()
    : watcher_([this] {
        while (!stopping_) {
          peak_bytes_ = std::max(peak_bytes_, AnonymousBytes());
          std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
      }) {}

AnonymousMemoryPeak::~AnonymousMemoryPeak() {
  stopping_ = true;
  if (watcher_.joinable()) watcher_.join();
}

std::int64_t AnonymousMemoryPeak::Stop() {
  stopping_ = true;
  watcher_.join();
  return std::max(peak_bytes_, AnonymousBytes());
}

}  // namespace brainalign
