#ifndef BRAINALIGN_SERVER_SERVICE_MANAGER_H_
#define BRAINALIGN_SERVER_SERVICE_MANAGER_H_

#include <string>

// Notifications to systemd for a service of Type=notify. They do nothing if $NOTIFY_SOCKET is not
// set.

namespace brainalign {

// The server accepts calls. `status`: one line for people, which systemctl status shows.
void TellReady(const std::string& status);

// The server reads its options again, until TellReady.
void TellReloading();

// The server stops, within at most this time.
void TellStopping(double seconds);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_SERVICE_MANAGER_H_
