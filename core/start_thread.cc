#include "core/start_thread.h"

#include <exception>
#include <utility>

#include "absl/strings/str_cat.h"

namespace brainalign {

absl::StatusOr<std::jthread> StartThread(absl::string_view purpose,
                                         std::function<void(const std::stop_token&)> body) {
  // The fence: the standard library throws where the system refuses.
  try {
    return std::jthread(std::move(body));
  } catch (const std::exception& error) {
    return absl::ResourceExhaustedError(absl::StrCat("no thread can be started ", purpose, " (",
                                                     error.what(),
                                                     "): this machine, or a limit of threads or "
                                                     "processes, has no room for more"));
  }
}

}  // namespace brainalign
