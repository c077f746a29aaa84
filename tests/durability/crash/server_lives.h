#ifndef BRAINALIGN_TESTS_DURABILITY_CRASH_SERVER_LIVES_H_
#define BRAINALIGN_TESTS_DURABILITY_CRASH_SERVER_LIVES_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "tests/end_to_end/running_server.h"

namespace brainalign {

// A server that is killed and started again on the same data folder and port. Of one
// thread, but for what clients may ask.
class ServerLives {
 public:
  ServerLives(std::string data_folder, std::vector<std::string> arguments);

  // Starts the next life. False, with a test failure, if it does not come up.
  bool Start();

  // Starts the next life and kills it after `delay`, whatever it has come to.
  void StartAndKill(std::chrono::microseconds delay);

  void Kill();

  // Ends it as an operator does; returns its exit code.
  int Stop();

  // From starting the program to its announcement.
  double start_seconds() const { return start_seconds_; }
  // What of it processors worked for the server: other work on the machine is not in it.
  double start_cpu_seconds() const { return start_cpu_seconds_; }

  // For clients, from any thread.
  const std::string& address() const { return address_; }
  int kills() const { return kills_; }

 private:
  // Fixed after construction. The port is not one that the system gives to clients:
  // one of them could take it while the server is down.
  const std::string data_folder_;
  const std::vector<std::string> arguments_;
  const std::string address_;

  std::unique_ptr<RunningServer> server_;
  double start_seconds_ = 0;
  double start_cpu_seconds_ = 0;
  std::atomic<int> kills_{0};
};

// Holds clients while the server is down.
class Gate {
 public:
  void Open() { Set(true); }
  void Close() { Set(false); }

  // Waits until it is open. False if `stop` was asked for.
  bool Wait(const std::stop_token& stop);

 private:
  void Set(bool open);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool open_ = false;  // guarded by mutex_
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_CRASH_SERVER_LIVES_H_
