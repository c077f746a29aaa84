#ifndef BRAINALIGN_CORE_START_THREAD_H_
#define BRAINALIGN_CORE_START_THREAD_H_

#include <functional>
#include <stop_token>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace brainalign {

// Runs `body` on a thread of its own, which is asked to stop and joined when the object goes away.
// RESOURCE_EXHAUSTED if the system starts none, as it does at a limit of threads or processes;
// `purpose` says in the message what the thread is for, such as "to write an upload".
absl::StatusOr<std::jthread> StartThread(absl::string_view purpose,
                                         std::function<void(const std::stop_token&)> body);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_START_THREAD_H_
