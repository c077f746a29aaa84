#ifndef BRAINALIGN_CORE_PROCESS_LIMITS_H_
#define BRAINALIGN_CORE_PROCESS_LIMITS_H_

#include <cstdint>
#include <string>

// Threads and memory that this process may use: those of the machine, or less if a container or
// service has its own limit (Linux control groups, version 1 or 2).

namespace brainalign {

// At least 1.
int UsableThreads();

// Physical memory, in bytes.
std::int64_t UsableMemoryBytes();

// If the address space is limited (ulimit -v), ends the process with this code and without
// clean-up. Threads that OpenBLAS starts before main may loop forever because the limit denies them
// memory, and its clean-up would wait for them. Call it at the end of main, after all output is
// written.
void EndUnderAddressSpaceLimit(int exit_code);

// The limits of control groups.
struct GroupLimits {
  std::int64_t memory_bytes = 0;  // 0: none
  double cores = 0;               // 0: none
};

// The smallest limit of the groups in `membership` (the text of /proc/self/cgroup) and of their
// parents. `mount`: folder of the groups, such as /sys/fs/cgroup. A file that cannot be read sets
// no limit.
GroupLimits ReadGroupLimits(const std::string& membership, const std::string& mount);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROCESS_LIMITS_H_
