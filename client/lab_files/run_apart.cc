#include "client/lab_files/run_apart.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "core/fence.h"

namespace brainalign {
namespace {

// What the process sends, each a Message and then `size` bytes: progress, at the end an answer or
// an error.
enum class MessageKind : std::int32_t { kProgress, kAnswer, kError };

struct Message {
  MessageKind kind = MessageKind::kProgress;
  std::int32_t code = 0;  // of an error
  std::int64_t done = 0;  // of progress
  std::int64_t all = 0;
  std::int64_t size = 0;  // of the text that follows
};

void SendAll(int fd, const void* data, std::size_t size) {
  const auto* next = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t sent = write(fd, next, size);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) _exit(1);  // the parent process has ended
    next += sent;
    size -= static_cast<std::size_t>(sent);
  }
}

void Send(int fd, Message message, const std::string& text) {
  message.size = std::ssize(text);
  SendAll(fd, &message, sizeof message);
  SendAll(fd, text.data(), text.size());
}

[[noreturn]] void Work(
    int fd, const std::function<absl::StatusOr<std::string>(const ByteProgress& report)>& work) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core = {.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_CORE, &no_core);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGPIPE}) {
    std::signal(signal, SIG_DFL);
  }
  // Libraries that give up say so where a person reads.
  const int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int stream : {STDOUT_FILENO, STDERR_FILENO}) {
    if (nowhere >= 0 && stream != fd) dup2(nowhere, stream);
  }
  const absl::StatusOr<std::string> answer = Fenced([fd, &work]() -> absl::StatusOr<std::string> {
    return work(
        [fd](std::int64_t done, std::int64_t all) { Send(fd, {.done = done, .all = all}, ""); });
  });
  if (answer.ok()) {
    Send(fd, {.kind = MessageKind::kAnswer}, *answer);
  } else {
    Send(fd,
         {.kind = MessageKind::kError, .code = static_cast<std::int32_t>(answer.status().code())},
         std::string(answer.status().message()));
  }
  _exit(0);
}

// The process, ended and waited for with this object.
class Process {
 public:
  Process(pid_t pid, int fd) : pid_(pid), fd_(fd) {}
  ~Process() {
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
    close(fd_);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // False if the process ended before it sent as much, or if `stop` is requested.
  bool Receive(void* data, std::size_t size, const std::stop_token& stop) const {
    auto* next = static_cast<char*>(data);
    while (size > 0) {
      if (stop.stop_requested()) return false;
      constexpr int kLookMilliseconds = 50;
      pollfd ready = {.fd = fd_, .events = POLLIN, .revents = 0};
      if (poll(&ready, 1, kLookMilliseconds) <= 0) continue;
      const ssize_t received = read(fd_, next, size);
      if (received < 0 && errno == EINTR) continue;
      if (received <= 0) return false;
      next += received;
      size -= static_cast<std::size_t>(received);
    }
    return true;
  }

 private:
  const pid_t pid_;
  const int fd_;
};

}  // namespace

absl::StatusOr<std::string> RunApart(
    const std::function<absl::StatusOr<std::string>(const ByteProgress& report)>& work,
    const std::string& crashed, const std::stop_token& stop, const ByteProgress& on_progress) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "cannot make a pipe");
  const pid_t pid = fork();
  if (pid < 0) {
    const int error = errno;
    close(ends[0]);
    close(ends[1]);
    return absl::ErrnoToStatus(error, "cannot start a process that reads the files");
  }
  if (pid == 0) {
    close(ends[0]);
    Work(ends[1], work);
  }
  close(ends[1]);
  const Process process(pid, ends[0]);
  for (;;) {
    Message message;
    std::string text;
    bool is_whole = process.Receive(&message, sizeof message, stop);
    if (is_whole) {
      text.resize(static_cast<std::size_t>(message.size));
      is_whole = process.Receive(text.data(), text.size(), stop);
    }
    if (!is_whole) {
      return stop.stop_requested() ? absl::CancelledError("stopped")
                                   : absl::InvalidArgumentError(crashed);
    }
    switch (message.kind) {
      case MessageKind::kProgress:
        if (on_progress) on_progress(message.done, message.all);
        break;
      case MessageKind::kAnswer:
        return text;
      case MessageKind::kError:
        return absl::Status(static_cast<absl::StatusCode>(message.code), text);
    }
  }
}

}  // namespace brainalign
