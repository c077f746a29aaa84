#include "server/service_manager.h"

#include <systemd/sd-daemon.h>

#include "absl/strings/str_cat.h"
#include "core/to_integer.h"

namespace brainalign {
namespace {

// In addition to the drain: the server waits for running tiles and closes files.
constexpr double kClosingSeconds = 60;

// If the notification fails, the service manager itself reports a timeout.
void Tell(const std::string& state) { sd_notify(/*unset_environment=*/0, state.c_str()); }

}  // namespace

void TellReady(const std::string& status) { Tell(absl::StrCat("READY=1\nSTATUS=", status)); }

void TellReloading() { Tell("RELOADING=1"); }

void TellStopping(double seconds) {
  Tell(
      absl::StrCat("STOPPING=1\nEXTEND_TIMEOUT_USEC=", ToInt64((seconds + kClosingSeconds) * 1e6)));
}

}  // namespace brainalign
