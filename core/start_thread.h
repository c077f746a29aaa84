#ifndef BRAINALIGN_CORE_START_THREAD_H_
#define BRAINALIGN_CORE_START_THREAD_H_

#include <functional>
#include <stop_token>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace brainalign {

// Runs `body` on a new thread. The destructor of the result requests a stop and joins the thread.
// RESOURCE_EXHAUSTED if the system starts no thread, for example at a limit of threads or
// processes. `purpose`: the purpose of the thread, for the message, such as "to write an upload".
absl::StatusOr<std::jthread> StartThread(absl::string_view purpose,
                                         std::function<void(const std::stop_token&)> body);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_START_THREAD_H_
