#ifndef BRAINALIGN_CORE_PROCESS_LIMITS_H_
#define BRAINALIGN_CORE_PROCESS_LIMITS_H_

#include <cstdint>
#include <string>

// What this process may use: the machine's, or less in a container or a service with a
// limit of its own (Linux control groups, version 1 or 2).

namespace brainalign {

// At least 1.
int UsableThreads();

// Physical memory, in bytes.
std::int64_t UsableMemoryBytes();

// Ends the process with this code, without clean-up, if its address space is limited (ulimit -v):
// threads that OpenBLAS starts before main may try for ever to get memory that the limit forbids,
// and its clean-up would wait for them. For the end of main, with everything written.
void EndUnderAddressSpaceLimit(int exit_code);

// The limits of control groups.
struct GroupLimits {
  std::int64_t memory_bytes = 0;  // 0: none
  double cores = 0;               // 0: none
};

// The smallest limit of the groups that `membership` (as /proc/self/cgroup has it) names
// and of those above them. `mount` is where they lie, such as /sys/fs/cgroup. A file that
// cannot be read is no limit.
GroupLimits ReadGroupLimits(const std::string& membership, const std::string& mount);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROCESS_LIMITS_H_
