#ifndef BRAINALIGN_TESTS_END_TO_END_PROGRAM_H_
#define BRAINALIGN_TESTS_END_TO_END_PROGRAM_H_

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace brainalign {

// Where one of our programs lies.
std::string PathOfProgram(const std::string& name);

// One of our programs, run as a user runs it who has never logged in. It is killed when this object
// goes, and by the kernel if the test itself dies.
class Program {
 public:
  // Long enough for a loaded machine under sanitizers.
  static constexpr std::chrono::seconds kPatience{120};

  // Starts `name` ("brainalign" or "brainalignd", or the path of another program) with
  // `arguments`, with `environment` ("NAME=value") beside this process's own, and with
  // `input`, a few lines at most, on its standard input.
  static std::unique_ptr<Program> Start(const std::string& name,
                                        const std::vector<std::string>& arguments,
                                        const std::vector<std::string>& environment = {},
                                        const std::string& input = "");
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  // Waits until a line that holds `text` was written to standard output or standard
  // error, and returns that line; empty if the program ended or patience did.
  std::string WaitForLine(const std::string& text);

  // Waits for the end. The exit code, or minus the signal's number; nothing if
  // patience ended first.
  std::optional<int> WaitForExit();

  pid_t process_id() const { return pid_; }

  // No effect once the program has ended.
  void Signal(int signal);

  // Everything written so far; all of it after WaitForExit.
  std::string out() const;
  std::string err() const;

 private:
  Program(pid_t pid, int out, int err);
  void Collect(int descriptor, std::string& text);
  void Reap();

  // Fixed after construction.
  const pid_t pid_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::string out_;
  std::string err_;
  int open_pipes_ = 2;
  std::optional<int> exit_;

  std::vector<std::thread> threads_;
};

// What a program wrote and returned.
struct Outcome {
  int exit_code = 0;  // minus the signal's number if one ended it
  std::string out;
  std::string err;
};

// Runs a program, as Program::Start takes it, to its end.
Outcome RunProgram(const std::string& name, const std::vector<std::string>& arguments,
                   const std::vector<std::string>& environment = {}, const std::string& input = "");
Outcome RunBrainalign(const std::vector<std::string>& arguments,
                      const std::vector<std::string>& environment = {},
                      const std::string& input = "");

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_END_TO_END_PROGRAM_H_
