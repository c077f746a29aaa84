#ifndef BRAINALIGN_CORE_FENCE_H_
#define BRAINALIGN_CORE_FENCE_H_

#include <type_traits>

#include "absl/status/status.h"

namespace brainalign {

// Our code does not throw, but the standard library and Eigen throw if there is no memory or no
// thread can be started. A fence catches these exceptions and makes a status of them.

// RESOURCE_EXHAUSTED: there is no memory. Only the first call allocates memory.
const absl::Status& NoMemoryLeft();

// The status of the exception that is being handled: NoMemoryLeft for std::bad_alloc,
// RESOURCE_EXHAUSTED if no thread could be started, else INTERNAL with the exception's message.
// Call it in a catch block.
absl::Status CaughtException();

// The result of `call`, an absl::Status or absl::StatusOr, or CaughtException if it throws.
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
