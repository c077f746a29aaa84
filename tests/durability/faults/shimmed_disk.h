#ifndef BRAINALIGN_TESTS_DURABILITY_FAULTS_SHIMMED_DISK_H_
#define BRAINALIGN_TESTS_DURABILITY_FAULTS_SHIMMED_DISK_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/durability/faults/disk_model.h"
#include "tests/durability/faults/disk_shim_control.h"
#include "tests/end_to_end/program.h"

namespace brainalign {

// A fault to make: at the first operation that can have it from the `at`-th on (0:
// never), and at the next ones that can, `count` in all.
struct PlannedFault {
  DiskFault fault = DiskFault::kNone;
  std::uint64_t at = 0;
  std::uint64_t count = 1;
};

// A data folder of a server on a disk that does as planned, in memory where the
// system has such a folder: what a sync means is for the shim to say. Removed with
// this object.
class ShimmedDisk {
 public:
  explicit ShimmedDisk(const PlannedFault& fault);
  // On a disk that holds `image` and is never at fault.
  explicit ShimmedDisk(const DiskImage& image);
  ~ShimmedDisk();
  ShimmedDisk(const ShimmedDisk&) = delete;
  ShimmedDisk& operator=(const ShimmedDisk&) = delete;

  // Settings of a program that is to run on this disk.
  std::vector<std::string> environment() const;
  std::string data_folder() const { return root_ + "/data"; }
  const DiskShimControl& control() const { return *control_; }
  std::vector<DiskEvent> Trace() const;

 private:
  void Prepare(const PlannedFault& fault);

  std::string root_;
  DiskShimControl* control_ = nullptr;
};

// A brainalignd on a folder, with one thread, small syncs and a free port.
class ServerProcess {
 public:
  // `environment` of a ShimmedDisk, or nothing for a disk without faults.
  ServerProcess(const std::string& data_folder, const std::vector<std::string>& environment);

  // Where it listens; empty if it did not come up.
  const std::string& address() const { return address_; }
  // Asks it to stop, if it still runs, and waits for its end: the exit code, or
  // minus the signal that ended it.
  int Stop();
  void Kill();
  // What it wrote to standard error.
  std::string said() const;

 private:
  std::unique_ptr<Program> program_;
  std::string address_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_FAULTS_SHIMMED_DISK_H_
