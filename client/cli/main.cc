// The brainalign command.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "client/cli/command_line.h"
#include "client/cli/exit_code.h"
#include "client/connection/transport_log.h"
#include "core/failed_writes.h"
#include "core/fence.h"
#include "core/process_limits.h"
#include "core/start_thread.h"
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

// Turns the first SIGINT, SIGTERM or SIGHUP into a request to stop; the second ends the program at
// once. Under nohup, which has SIGHUP ignored, it stays ignored.
void ListenForSignals(const std::stop_source& stop) {
  // Without a pipe or a thread signals end the program, as by default.
  if (pipe(signal_pipe) != 0) return;
  auto listener =
      brainalign::StartThread("to listen for signals", [stop](const std::stop_token&) mutable {
        char byte;
        while (read(signal_pipe[0], &byte, 1) != 1) {
        }
        stop.request_stop();
      });
  if (!listener.ok()) return;
  listener->detach();
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  struct sigaction hangup = {};
  if (sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler != SIG_IGN) {
    sigaction(SIGHUP, &action, nullptr);
  }
}

}  // namespace

int main(int argc, char** argv) {
  brainalign::MakeFailedWritesErrors();
  // Recordings and results are for their owner alone, whatever the umask of the shell.
  ::umask(S_IRWXG | S_IRWXO);
  brainalign::KeepFreedMemory();
  brainalign::InstallMappedFaultHandler();
  brainalign::SilenceTransportLog();
  int code = brainalign::kExitJobFailed;
  const absl::Status status = brainalign::Fenced([&] {
    const std::stop_source stop;
    ListenForSignals(stop);
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    code = brainalign::RunCommandLine(arguments, stdout, stderr, stop.get_token());
    return absl::OkStatus();
  });
  if (!status.ok()) {
    const absl::string_view message = status.message();
    std::fprintf(stderr, "brainalign: %.*s\n", static_cast<int>(message.size()), message.data());
  }
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    std::fputs("brainalign: cannot write to standard output\n", stderr);
    code = brainalign::kExitWrongInput;
  }
  brainalign::EndUnderAddressSpaceLimit(code);
  return code;
}
