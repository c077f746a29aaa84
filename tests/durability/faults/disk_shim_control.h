#ifndef BRAINALIGN_TESTS_DURABILITY_FAULTS_DISK_SHIM_CONTROL_H_
#define BRAINALIGN_TESTS_DURABILITY_FAULTS_DISK_SHIM_CONTROL_H_

#include <atomic>
#include <cstdint>

// What a test and the preloaded library (disk_shim.cc) say to each other: a page of
// memory that both map, and a trace of everything that was done to files below one
// folder, in the order in which it was done.

namespace brainalign {

// Environment of a program under the shim: the folder that is watched, the file of
// the page, the file that the trace is appended to.
inline constexpr char kShimFolder[] = "BRAINALIGN_SHIM_FOLDER";
inline constexpr char kShimControl[] = "BRAINALIGN_SHIM_CONTROL";
inline constexpr char kShimTrace[] = "BRAINALIGN_SHIM_TRACE";

enum class DiskOperation : std::uint32_t {
  kOpen,
  kRead,
  kWrite,
  kSync,
  kTruncate,
  kRename,
  kUnlink,
  kLink,
  kMakeFolder,
  kAllocate,
  kStat,
  kClose,  // in the trace only
};
enum class DiskFault : std::uint32_t {
  kNone,
  kIoError,     // EIO, nothing done
  kNoSpace,     // ENOSPC, nothing done, for what can need space
  kShortWrite,  // half is written; the rest finds no space
  kFailedSync,  // EIO from a sync; what was written since the last is lost by the disk
};

// Whether an operation can have this fault. `creates`: it may make a file.
inline bool CanHave(DiskFault fault, DiskOperation operation, bool creates) {
  switch (fault) {
    case DiskFault::kNone:
      return false;
    case DiskFault::kIoError:
      return true;
    case DiskFault::kNoSpace:
      return operation == DiskOperation::kWrite || operation == DiskOperation::kAllocate ||
             operation == DiskOperation::kMakeFolder || operation == DiskOperation::kRename ||
             operation == DiskOperation::kLink || operation == DiskOperation::kSync ||
             (operation == DiskOperation::kOpen && creates);
    case DiskFault::kShortWrite:
      return operation == DiskOperation::kWrite;
    case DiskFault::kFailedSync:
      return operation == DiskOperation::kSync;
  }
  return false;
}

// Shared memory; zero to begin with. Set by the test before the program starts,
// but for the counters.
struct DiskShimControl {
  std::atomic<std::uint64_t> operations;  // counted so far, by all programs
  std::atomic<std::uint64_t> faults;      // made so far
  std::uint64_t fault_at;     // the operation, from 1, from which on faults are made; 0: never
  std::uint64_t fault_count;  // so many that can have this fault
  DiskFault fault;
  // Of the first fault.
  DiskOperation fault_operation;
  char fault_path[200];
};

// Followed by `path_bytes` and `data_bytes` bytes. kRename and kLink have the new
// path as data.
struct DiskTraceRecord {
  DiskOperation operation;
  std::int32_t descriptor;    // -1 for what is done to names
  std::uint32_t failed_sync;  // kSync: 1
  std::uint32_t flags;        // kOpen: those of open(2); kMakeFolder, kUnlink: 0
  std::int64_t offset_bytes;  // kWrite: where; kTruncate: the new size
  std::uint64_t operations;   // the counter after it
  std::uint32_t process;
  std::uint32_t path_bytes;
  std::uint64_t data_bytes;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_FAULTS_DISK_SHIM_CONTROL_H_
