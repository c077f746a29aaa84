#ifndef BRAINALIGN_CORE_CANCEL_H_
#define BRAINALIGN_CORE_CANCEL_H_

#include <atomic>
#include <functional>

#include "absl/status/status.h"

namespace brainalign {

// A flag that any thread can set, so that running work soon returns CANCELLED.
using CancelFlag = std::atomic<bool>;

// Returns whether to stop. The working thread calls it every few milliseconds, for work whose
// client may disconnect. Empty: never stop.
using CancelCheck = std::function<bool()>;

// The error of work that ends because a CancelFlag is set.
inline absl::Status CancelledByFlag() {
  return absl::CancelledError("the alignment was cancelled");
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_CANCEL_H_
