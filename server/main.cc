#include <pthread.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <iostream>

#include "server/config/parse.h"
#include "server/server.h"

namespace {

constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;

int Fail(const absl::Status& status) {
  std::cerr << "brainalignd: " << std::string(status.message()) << "\n";
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitFailure;
}

}  // namespace

int main(int argc, char** argv) {
  // Before any thread, so that all of them leave these signals to sigwait.
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
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

  int signal = 0;
  sigwait(&stop_signals, &signal);
  spdlog::info("{}: stops", signal == SIGTERM ? "SIGTERM" : "SIGINT");
  (*server)->Shutdown(absl::Seconds(options.drain_seconds));
  spdlog::info("stopped");
  return 0;
}
