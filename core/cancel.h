#ifndef BRAINALIGN_CORE_CANCEL_H_
#define BRAINALIGN_CORE_CANCEL_H_

#include <atomic>
#include <functional>

#include "absl/status/status.h"

namespace brainalign {

// Set from any thread to make running work return CANCELLED soon.
using CancelFlag = std::atomic<bool>;

// Whether to stop, for work that is asked for by somebody who may go away; asked every few
// milliseconds, by the thread that works. Empty: never.
using CancelCheck = std::function<bool()>;

inline absl::Status CancelledByFlag() {
  return absl::CancelledError("the alignment was cancelled");
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_CANCEL_H_
