#include "core/process_limits.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"

namespace brainalign {
namespace {

// The numbers in a file, up to the first word that is none, such as "max".
std::vector<double> NumbersIn(const std::string& path) {
  std::ifstream file(path);
  std::vector<double> numbers;
  for (double number = 0; file >> number;) numbers.push_back(number);
  return numbers;
}

void LowerMemory(const std::string& file, GroupLimits& limits) {
  const std::vector<double> bytes = NumbersIn(file);
  // In version 1 a number near 2^63 means "none".
  if (bytes.empty() || bytes[0] <= 0 || bytes[0] > 0x1p62) return;
  const auto limit = static_cast<std::int64_t>(bytes[0]);
  limits.memory_bytes = limits.memory_bytes == 0 ? limit : std::min(limits.memory_bytes, limit);
}

// `quota` of each `period`, in microseconds.
void LowerCores(double quota, double period, GroupLimits& limits) {
  if (quota <= 0 || period <= 0) return;
  const double cores = quota / period;
  limits.cores = limits.cores == 0 ? cores : std::min(limits.cores, cores);
}

void LowerByVersion2(const std::string& folder, GroupLimits& limits) {
  LowerMemory(folder + "/memory.max", limits);
  const std::vector<double> cpu = NumbersIn(folder + "/cpu.max");
  if (cpu.size() == 2) LowerCores(cpu[0], cpu[1], limits);
}

void LowerByVersion1(const std::string& folder, const std::string& controller,
                     GroupLimits& limits) {
  if (controller == "memory") LowerMemory(folder + "/memory.limit_in_bytes", limits);
  if (controller != "cpu") return;
  const std::vector<double> quota = NumbersIn(folder + "/cpu.cfs_quota_us");
  const std::vector<double> period = NumbersIn(folder + "/cpu.cfs_period_us");
  if (!quota.empty() && !period.empty()) LowerCores(quota[0], period[0], limits);
}

GroupLimits OfThisProcess() {
  std::ifstream file("/proc/self/cgroup");
  std::stringstream membership;
  membership << file.rdbuf();
  return ReadGroupLimits(membership.str(), "/sys/fs/cgroup");
}

}  // namespace

int UsableThreads() {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const double limit = OfThisProcess().cores;
  return limit == 0 ? cores : static_cast<int>(std::min<double>(cores, std::ceil(limit)));
}

void EndUnderAddressSpaceLimit(int exit_code) {
  rlimit limit = {};
  if (::getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) ::_exit(exit_code);
}

std::int64_t UsableMemoryBytes() {
  const std::int64_t physical =
      static_cast<std::int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
  const std::int64_t limit = OfThisProcess().memory_bytes;
  return limit == 0 ? physical : std::min(physical, limit);
}

GroupLimits ReadGroupLimits(const std::string& membership, const std::string& mount) {
  GroupLimits limits;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(membership, '\n'))) {
    // "5:cpu,cpuacct:/a/b", or "0::/a/b" in version 2.
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3) continue;
    const std::vector<std::string> controllers = absl::StrSplit(parts[1], ',');
    // Up to the mount: a container may see its own group there, under another name.
    for (std::string group = parts[2];; group.resize(group.rfind('/'))) {
      if (group == "/") group.clear();
      for (const std::string& controller : controllers) {
        if (parts[1].empty()) {
          LowerByVersion2(mount + group, limits);
        } else {
          LowerByVersion1(mount + "/" + controller + group, controller, limits);
        }
      }
      if (group.empty() || group.find('/') == std::string::npos) break;
    }
  }
  return limits;
}

}  // namespace brainalign
