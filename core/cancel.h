#ifndef BRAINALIGN_CORE_CANCEL_H_
#define BRAINALIGN_CORE_CANCEL_H_

#include <atomic>
#include <chrono>
#include <functional>

#include "absl/status/status.h"

namespace brainalign {

// Set from any thread to make running work return CANCELLED soon.
using CancelFlag = std::atomic<bool>;

// Setting it wakes nobody: who waits for something else looks at it so often.
constexpr std::chrono::milliseconds kBetweenLooks{50};

// Whether to stop, for work that is asked for by somebody who may go away; asked every few
// milliseconds, by the thread that works. Empty: never.
using CancelCheck = std::function<bool()>;

inline absl::Status CancelledByFlag() {
  return absl::CancelledError("the alignment was cancelled");
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_CANCEL_H_
