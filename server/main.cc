#include <fcntl.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "server/config/parse.h"
#include "server/server.h"

namespace {

constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;

// A pipe from the signals' handler to main. Not sigwait: libraries start threads
// before main can block signals in them, and a signal goes to any thread that has it
// unblocked.
int stop_pipe[2] = {-1, -1};

extern "C" void OnStopSignal(int signal) {
  const char byte = static_cast<char>(signal);
  // A full pipe means that there is a signal to read already.
  [[maybe_unused]] const ssize_t written = ::write(stop_pipe[1], &byte, 1);
}

bool CatchStopSignals() {
  if (::pipe2(stop_pipe, O_CLOEXEC) != 0) return false;
  struct sigaction action {};
  action.sa_handler = &OnStopSignal;
  action.sa_flags = SA_RESTART;
  return ::sigaction(SIGTERM, &action, nullptr) == 0 && ::sigaction(SIGINT, &action, nullptr) == 0;
}

// Returns the signal that came.
int AwaitStopSignal() {
  char byte = 0;
  while (::read(stop_pipe[0], &byte, 1) != 1) {
  }
  return byte;
}

int Fail(const absl::Status& status) {
  std::cerr << "brainalignd: " << std::string(status.message()) << "\n";
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitFailure;
}

}  // namespace

int main(int argc, char** argv) {
  if (!CatchStopSignals()) return Fail(absl::InternalError("signals cannot be caught"));
  std::signal(SIGPIPE, SIG_IGN);

  auto command_line = brainalign::ParseCommandLine(argc, argv);
  if (!command_line.ok()) return Fail(command_line.status());
  if (!command_line->options) {
    std::cout << command_line->text;
    return 0;
  }
  const brainalign::ServerOptions& options = *command_line->options;
  spdlog::set_default_logger(spdlog::stderr_logger_mt("brainalignd"));
  spdlog::set_level(spdlog::level::from_str(options.log_level));

  auto server = brainalign::Server::Start(options);
  if (!server.ok()) return Fail(server.status());
  std::cout << "listening on " << options.listen_host << ":" << (*server)->port() << std::endl;

  spdlog::info("{}: stops", AwaitStopSignal() == SIGTERM ? "SIGTERM" : "SIGINT");
  (*server)->Shutdown(absl::Seconds(options.drain_seconds));
  spdlog::info("stopped");
  return 0;
}
