// The brainalign command.
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "client/cli/command_line.h"
#include "client/cli/exit_code.h"

namespace {

// Turns the first SIGINT or SIGTERM into a request to stop, the second into an end.
void WaitForSignals(std::stop_source stop) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  int signal = 0;
  sigwait(&signals, &signal);
  stop.request_stop();
  sigwait(&signals, &signal);
  _exit(brainalign::kExitInterrupted);
}

}  // namespace

int main(int argc, char** argv) {
  // Blocked before any thread starts, so that only the waiting thread sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::stop_source stop;
  std::thread(WaitForSignals, stop).detach();

  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const int code = brainalign::RunCommandLine(arguments, stdout, stderr, stop.get_token());
  if (std::fflush(stdout) != 0) {
    std::perror("brainalign: cannot write to standard output");
    return brainalign::kExitWrongInput;
  }
  return code;
}
