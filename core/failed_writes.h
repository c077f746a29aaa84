#ifndef BRAINALIGN_CORE_FAILED_WRITES_H_
#define BRAINALIGN_CORE_FAILED_WRITES_H_

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace brainalign {

// Call it at the start of main. After it a write that the system refuses is an error of that write:
// - A file at its limit of size (ulimit -f) gives EFBIG. By default the signal SIGXFSZ ends the
//   program.
// - Standard input, output or error that is closed stays so. Otherwise the next file that the
//   program opens would get its number, and what is meant for standard output would go into it.
inline void MakeFailedWritesErrors() {
  std::signal(SIGXFSZ, SIG_IGN);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    // The lowest free number is `stream`. Reading or writing it fails with EBADF, as before.
    static_cast<void>(::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));
  }
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_FAILED_WRITES_H_
