#ifndef BRAINALIGN_TESTS_DURABILITY_LOAD_PROBE_PROGRAM_H_
#define BRAINALIGN_TESTS_DURABILITY_LOAD_PROBE_PROGRAM_H_

#include <memory>
#include <string>

#include "tests/end_to_end/program.h"

namespace brainalign {

// How long calls took, in seconds.
struct CallTimes {
  int count = 0;
  double median = 0;
  double of_99 = 0;  // what 99 of 100 did not exceed
  double longest = 0;
};

// probe.cc beside a bare server (bare_server.cc), both programs of their own.
class ProbeProgram {
 public:
  // Null with a test failure.
  static std::unique_ptr<ProbeProgram> Start(const std::string& server_address, double seconds);

  // Waits for its end; a test failure if one of its calls failed.
  void Finish();

  const CallTimes& reads() const { return reads_; }
  const CallTimes& bare() const { return bare_; }

 private:
  std::unique_ptr<Program> bare_server_;
  std::unique_ptr<Program> probe_;
  CallTimes reads_;
  CallTimes bare_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_LOAD_PROBE_PROGRAM_H_
