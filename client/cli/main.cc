// The brainalign command.
#include <signal.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "client/cli/command_line.h"
#include "client/cli/exit_code.h"
#include "core/tensor/freed_memory.h"
#include "core/tensor/mapped_faults.h"

namespace {

// From the signal handler to the thread that passes the request on: a handler may
// do little more than write to a pipe. No sigwait here: threads that libraries
// start before main block no signals and would swallow some.
int signal_pipe[2];
volatile std::sig_atomic_t signals_seen = 0;

extern "C" void OnSignal(int) {
  signals_seen = signals_seen + 1;
  if (signals_seen > 1) _exit(brainalign::kExitInterrupted);
  const char byte = 0;
  static_cast<void>(!write(signal_pipe[1], &byte, 1));
}

// Turns the first SIGINT or SIGTERM into a request to stop; the second ends the
// program at once.
void ListenForSignals(const std::stop_source& stop) {
  if (pipe(signal_pipe) != 0) return;  // signals then end the program, as by default
  std::thread([stop]() mutable {
    char byte;
    while (read(signal_pipe[0], &byte, 1) != 1) {
    }
    stop.request_stop();
  }).detach();
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  brainalign::KeepFreedMemory();
  brainalign::InstallMappedFaultHandler();
  const std::stop_source stop;
  ListenForSignals(stop);
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const int code = brainalign::RunCommandLine(arguments, stdout, stderr, stop.get_token());
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::fputs("brainalign: cannot write to standard output\n", stderr);
    return brainalign::kExitWrongInput;
  }
  return code;
}
