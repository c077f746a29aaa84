#include "core/tensor/mapped_faults.h"

#include <cerrno>
#include <csignal>
#include <mutex>

#include "core/tensor/mapped_range.h"

namespace brainalign {
namespace {

// Fixed before the handler is installed.
struct sigaction previous = {};

void PassOn(int signal, siginfo_t* info, void* context) {
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
    return;
  }
  if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
    return;
  }
  // The instruction is tried again and ends the process, with a core dump of where it stands.
  struct sigaction by_default = {};
  by_default.sa_handler = SIG_DFL;
  sigaction(signal, &by_default, nullptr);
  if (info->si_code <= 0) raise(signal);  // somebody sent it: no instruction is tried again
}

extern "C" void OnBusError(int signal, siginfo_t* info, void* context) {
  const int interrupted_errno = errno;
  const bool is_settled = info->si_code == BUS_ADRERR && ReplaceUnreadable(info->si_addr);
  errno = interrupted_errno;
  if (!is_settled) PassOn(signal, info, context);
}

}  // namespace

void InstallMappedFaultHandler() {
  static std::once_flag installed;
  std::call_once(installed, [] {
    sigaction(SIGBUS, nullptr, &previous);
    struct sigaction action = {};
    action.sa_sigaction = &OnBusError;
    // On the alternate stack where a thread has one, as the previous handler may need it.
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    sigaction(SIGBUS, &action, nullptr);
  });
}

}  // namespace brainalign
