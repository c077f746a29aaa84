#include "client/cli/terminal/secret.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "absl/status/status.h"

namespace brainalign {
namespace {

constexpr std::size_t kMostSecretBytes = 4096;

// Turns the echo of the terminal off while this object lives.
class HiddenInput {
 public:
  explicit HiddenInput(int terminal) : terminal_(terminal) {
    if (tcgetattr(terminal_, &before_) != 0) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    is_hidden_ = tcsetattr(terminal_, TCSAFLUSH, &hidden) == 0;
  }
  ~HiddenInput() {
    if (is_hidden_) tcsetattr(terminal_, TCSAFLUSH, &before_);
  }
  HiddenInput(const HiddenInput&) = delete;
  HiddenInput& operator=(const HiddenInput&) = delete;

  bool is_hidden() const { return is_hidden_; }

 private:
  const int terminal_;
  termios before_;
  bool is_hidden_ = false;
};

// A stop wakes up the thread that waits for input through this pipe.
class WakePipe {
 public:
  WakePipe() : is_open_(pipe2(ends_, O_CLOEXEC) == 0) {}
  ~WakePipe() {
    if (!is_open_) return;
    close(ends_[0]);
    close(ends_[1]);
  }
  WakePipe(const WakePipe&) = delete;
  WakePipe& operator=(const WakePipe&) = delete;

  void Wake() const {
    const char byte = 0;
    if (is_open_) static_cast<void>(!write(ends_[1], &byte, 1));
  }
  // Becomes readable.
  int descriptor() const { return is_open_ ? ends_[0] : -1; }

 private:
  int ends_[2];
  const bool is_open_;
};

absl::StatusOr<std::string> ReadLine(int input, const std::stop_token& stop) {
  const WakePipe stopped;
  const std::stop_callback wake(stop, [&stopped] { stopped.Wake(); });
  std::string line;
  while (line.size() < kMostSecretBytes) {
    pollfd waits[] = {{.fd = input, .events = POLLIN, .revents = 0},
                      {.fd = stopped.descriptor(), .events = POLLIN, .revents = 0}};
    if (poll(waits, 2, -1) < 0 && errno != EINTR) return absl::ErrnoToStatus(errno, "cannot wait");
    if (stop.stop_requested()) return absl::CancelledError("Stopped.");
    if (waits[0].revents == 0) continue;
    char byte;
    const ssize_t count = read(input, &byte, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return absl::ErrnoToStatus(errno, "cannot read standard input");
    if (count == 0 || byte == '\n') break;
    line.push_back(byte);
  }
  return line;
}

}  // namespace

absl::StatusOr<std::string> ReadSecret(int input, const Terminal& err, const std::string& prompt,
                                       const std::stop_token& stop) {
  if (isatty(input) == 0) return ReadLine(input, stop);
  const HiddenInput hidden(input);
  if (!hidden.is_hidden()) {
    return absl::FailedPreconditionError("This terminal cannot hide what you type.");
  }
  err.Write(prompt);
  absl::StatusOr<std::string> line = ReadLine(input, stop);
  err.Write("\n");  // the one that was typed was not shown
  return line;
}

}  // namespace brainalign
