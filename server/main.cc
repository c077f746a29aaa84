#include <fcntl.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/failed_writes.h"
#include "core/start_thread.h"
#include "core/tensor/freed_memory.h"
#include "core/tensor/mapped_faults.h"
#include "server/access_command.h"
#include "server/backup_command.h"
#include "server/config/listen_address.h"
#include "server/config/parse.h"
#include "server/logs/error_log.h"
#include "server/logs/json_formatter.h"
#include "server/logs/text_formatter.h"
#include "server/rpc/control_socket.h"
#include "server/server.h"
#include "server/service_manager.h"

namespace {

constexpr int kExitFailure = 1;
constexpr int kExitUsage = 2;

// A pipe from the signals' handler to main. Not sigwait: libraries start threads
// before main can block signals in them, and a signal goes to any thread that has it
// unblocked.
int signal_pipe[2] = {-1, -1};

extern "C" void OnSignal(int signal) {
  const char byte = static_cast<char>(signal);
  // A full pipe means that there is a signal to read already.
  [[maybe_unused]] const ssize_t written = ::write(signal_pipe[1], &byte, 1);
}

// SIGHUP too: a service manager sends it to have options read again, and a terminal when it is
// closed.
bool CatchSignals() {
  if (::pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) != 0) return false;
  // Its reader waits; the writer never does.
  if (::fcntl(signal_pipe[0], F_SETFL, 0) != 0) return false;
  struct sigaction action {};
  action.sa_handler = &OnSignal;
  action.sa_flags = SA_RESTART;
  return ::sigaction(SIGTERM, &action, nullptr) == 0 &&
         ::sigaction(SIGINT, &action, nullptr) == 0 && ::sigaction(SIGHUP, &action, nullptr) == 0;
}

// Returns the signal that came.
int AwaitSignal() {
  char byte = 0;
  while (::read(signal_pipe[0], &byte, 1) != 1) {
  }
  return byte;
}

int Fail(const absl::Status& status) {
  std::cerr << "brainalignd: " << std::string(status.message()) << "\n";
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitFailure;
}

// To standard output. The error of a write that failed.
absl::Status Print(const std::string& text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t more = ::write(STDOUT_FILENO, text.data() + written, text.size() - written);
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0)
      return absl::UnavailableError("cannot write to standard output: " +
                                    std::generic_category().message(errno));
    written += static_cast<std::size_t>(more);
  }
  return absl::OkStatus();
}

int PrintAndExit(const std::string& text) {
  const absl::Status status = Print(text);
  return status.ok() ? 0 : Fail(status);
}

// The program's own command line, again.
using Arguments = std::vector<const char*>;

// A server ends the process in good order within this time after its open calls. At a limit of
// threads gRPC can wait for ever for one that it could not start.
constexpr double kEndSeconds = 30;

// When the process shall have ended; it is told once.
struct LastMoment {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::optional<double> seconds;  // from now on
};

// Ends the process if it still runs at the last moment, unless it is stopped before.
void EndAtLastMoment(LastMoment& last, const std::stop_token& stop) {
  std::unique_lock<std::mutex> lock(last.mutex);
  if (!last.changed.wait(lock, stop, [&last] { return last.seconds.has_value(); })) return;
  last.changed.wait_for(lock, stop, std::chrono::duration<double>(*last.seconds),
                        [] { return false; });
  if (stop.stop_requested()) return;
  spdlog::warn(
      "ends without waiting longer for gRPC, which may have found no thread; all data are durable");
  spdlog::default_logger()->flush();
  ::_exit(0);
}

int Serve(const brainalign::ServerOptions& options, std::shared_ptr<brainalign::ErrorLog> errors,
          const Arguments& arguments) {
  brainalign::Server::Parts parts;
  parts.errors = std::move(errors);
  parts.read_options = [&arguments]() -> absl::StatusOr<brainalign::ServerOptions> {
    auto read = brainalign::ParseCommandLine(static_cast<int>(arguments.size()), arguments.data());
    if (!read.ok()) return read.status();
    return read->options;
  };
  LastMoment last;
  // Before anything else: when it is needed, there may be no thread to be had.
  const auto watching = brainalign::StartThread(
      "to end at the last moment",
      [&last](const std::stop_token& stop) { EndAtLastMoment(last, stop); });
  if (!watching.ok()) return Fail(watching.status());
  auto server = brainalign::Server::Start(options, std::move(parts));
  if (!server.ok()) return Fail(server.status());
  const std::string address = brainalign::ListenAddress(options, (*server)->port());
  if (absl::Status status = Print("listening on " + address + "\n"); !status.ok()) {
    spdlog::warn("{}; the server goes on", std::string(status.message()));
  }
  brainalign::TellReady("listens on " + address);

  int signal = AwaitSignal();
  for (; signal == SIGHUP; signal = AwaitSignal()) {
    spdlog::info("SIGHUP: reads options and access again");
    brainalign::TellReloading();
    (*server)->ReadAgain();
    brainalign::TellReady("listens on " + address);
  }
  spdlog::info("{}: stops", signal == SIGTERM ? "SIGTERM" : "SIGINT");
  brainalign::TellStopping(options.drain_seconds);
  {
    const std::lock_guard<std::mutex> lock(last.mutex);
    last.seconds = options.drain_seconds + kEndSeconds;
  }
  last.changed.notify_all();
  (*server)->Shutdown(absl::Seconds(options.drain_seconds));
  spdlog::info("stopped");
  return 0;
}

void StartLog(const brainalign::ServerOptions& options, const brainalign::ErrorLog& errors) {
  auto shown = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  if (options.log_format == "json") {
    shown->set_formatter(std::make_unique<brainalign::JsonFormatter>());
  } else {
    shown->set_formatter(std::make_unique<brainalign::TextFormatter>());
  }
  const std::initializer_list<spdlog::sink_ptr> sinks = {std::move(shown), errors.sink()};
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("brainalignd", sinks));
  spdlog::set_level(spdlog::level::from_str(options.log_level));
}

// Prints the outcome of a backup or restore.
int Tell(const absl::StatusOr<brainalign::BackupSummary>& summary, const std::string& what) {
  if (!summary.ok()) return Fail(summary.status());
  const std::string outcome =
      absl::StrCat(what, ": ", summary->tensors, " tensors, ", summary->uploads,
                   " uploads under way, ", summary->bytes, " bytes");
  const absl::Status status = Print(outcome + "\n");
  if (status.ok()) return 0;
  return Fail(
      absl::Status(status.code(), absl::StrCat(status.message(), "; it was done: ", outcome)));
}

// Whether the server of a data folder takes calls.
int TellHealth(const std::string& data_folder) {
  if (absl::Status status = brainalign::CheckHealth(data_folder); !status.ok()) {
    return Fail(status);
  }
  return PrintAndExit("serving\n");
}

}  // namespace

int main(int argc, char** argv) {
  brainalign::MakeFailedWritesErrors();
  brainalign::KeepFreedMemory();
  brainalign::ShareFreedMemory();
  brainalign::InstallMappedFaultHandler();
  std::signal(SIGPIPE, SIG_IGN);
  // Data, results, backups and the access file are only for the server's user.
  ::umask(S_IRWXG | S_IRWXO);

  auto command_line = brainalign::ParseCommandLine(argc, argv);
  if (!command_line.ok()) return Fail(command_line.status());
  const brainalign::ServerOptions& options = command_line->options;
  auto errors = std::make_shared<brainalign::ErrorLog>();
  StartLog(options, *errors);

  using brainalign::Task;
  switch (command_line->task) {
    case Task::kPrint:
      return PrintAndExit(command_line->text);
    case Task::kBackup:
      return Tell(brainalign::Backup(options.data_folder, command_line->backup_folder),
                  "backed up to " + command_line->backup_folder);
    case Task::kRestore:
      return Tell(brainalign::RestoreBackup(command_line->backup_folder, options.data_folder),
                  "restored to " + options.data_folder);
    case Task::kHealth:
      return TellHealth(options.data_folder);
    case Task::kAccess: {
      const std::string& folder = command_line->access.data_folder;
      std::error_code error;
      const bool was_there = std::filesystem::exists(folder, error);
      const absl::Status status =
          brainalign::RunAccessCommand(command_line->access, absl::Now(), Print);
      if (!status.ok()) return Fail(status);
      if (!was_there && std::filesystem::exists(folder, error)) {
        std::cerr << "brainalignd: " << folder << " is new: check that it is the server's --data\n";
      }
      return 0;
    }
    case Task::kServe:
      if (!CatchSignals()) return Fail(absl::InternalError("signals cannot be caught"));
      return Serve(options, std::move(errors), Arguments(argv, argv + argc));
  }
  return kExitFailure;
}
