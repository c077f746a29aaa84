#ifndef BRAINALIGN_BENCH_UPLOAD_CHILD_PROGRAM_H_
#define BRAINALIGN_BENCH_UPLOAD_CHILD_PROGRAM_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace brainalign {

// A server that runs as a program of its own, and goes with this object.
class ChildProgram {
 public:
  // Runs `words` and waits for a line "listening on HOST:PORT" on its standard output.
  static absl::StatusOr<std::unique_ptr<ChildProgram>> Start(const std::vector<std::string>& words);
  ~ChildProgram();
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;

  const std::string& address() const { return address_; }

  // A number of /proc/PID/status, such as "VmHWM", in bytes; 0 if it is not there.
  std::int64_t Memory(const std::string& field) const;

 private:
  ChildProgram(pid_t pid, std::string address) : pid_(pid), address_(std::move(address)) {}

  const pid_t pid_;
  const std::string address_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_UPLOAD_CHILD_PROGRAM_H_
