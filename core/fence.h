#ifndef BRAINALIGN_CORE_FENCE_H_
#define BRAINALIGN_CORE_FENCE_H_

#include <type_traits>

#include "absl/status/status.h"

namespace brainalign {

// Nothing of ours throws, but the standard library and Eigen do where they find no memory, or no
// thread can be started. What they throw ends at a fence.

// RESOURCE_EXHAUSTED. It takes no memory but on the first call.
const absl::Status& NoMemoryLeft();

// To be called where an exception was caught: NoMemoryLeft for std::bad_alloc, RESOURCE_EXHAUSTED
// also where no thread could be started, else INTERNAL with what the exception says.
absl::Status CaughtException();

// What `call` returns, an absl::Status or absl::StatusOr; or what CaughtException makes of an
// exception.
template <typename Call>
std::invoke_result_t<const Call&> Fenced(const Call& call) {
  NoMemoryLeft();  // while there is some
  try {
    return call();
  } catch (...) {
    return CaughtException();
  }
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_FENCE_H_
