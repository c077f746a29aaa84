#ifndef BRAINALIGN_SERVER_SERVICE_MANAGER_H_
#define BRAINALIGN_SERVER_SERVICE_MANAGER_H_

#include <string>

// What systemd is told of a service of Type=notify. Where nobody asked to be told
// ($NOTIFY_SOCKET is not set) nothing happens.

namespace brainalign {

// The server takes calls; `status` is one line for people, shown by systemctl status.
void TellReady(const std::string& status);

// Options are read again; TellReady says when that is done.
void TellReloading();

// The server stops, and may take this long for it.
void TellStopping(double seconds);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_SERVICE_MANAGER_H_
