#ifndef BRAINALIGN_TESTS_END_TO_END_RUNNING_SERVER_H_
#define BRAINALIGN_TESTS_END_TO_END_RUNNING_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "tests/end_to_end/program.h"

namespace brainalign {

// A brainalignd on a loopback port, on a data folder of the caller's.
class RunningServer {
 public:
  // `address` HOST:PORT; port 0 picks a free one. `options` are added to the command
  // line. Null, with a test failure, if it does not come up.
  static std::unique_ptr<RunningServer> Start(const std::string& data_folder,
                                              const std::string& address = "127.0.0.1:0",
                                              const std::vector<std::string>& options = {});

  // Where it listens, HOST:PORT.
  const std::string& address() const { return address_; }

  pid_t process_id() const { return program_->process_id(); }

  // Program::WaitForLine of the server.
  std::string WaitForLine(const std::string& text) { return program_->WaitForLine(text); }

  // All that it has written so far.
  std::string log() const { return program_->out() + program_->err(); }

  // Ends it as a power cut would: no clean-up runs.
  void Kill();

  // Asks it to end (SIGTERM) and returns its exit code.
  int Stop();

 private:
  std::unique_ptr<Program> program_;
  std::string address_;
};

// Whether the server of `data_folder` has more than 1 MiB of a tensor, and not all of it: some of
// the activations, where the recording is smaller.
bool HasPartOfAnUpload(const std::string& data_folder);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_END_TO_END_RUNNING_SERVER_H_
