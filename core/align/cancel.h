#ifndef BRAINALIGN_CORE_ALIGN_CANCEL_H_
#define BRAINALIGN_CORE_ALIGN_CANCEL_H_

#include <atomic>

#include "absl/status/status.h"

namespace brainalign {

// Set from any thread to make running work return CANCELLED soon.
using CancelFlag = std::atomic<bool>;

inline absl::Status CancelledByFlag() {
  return absl::CancelledError("the alignment was cancelled");
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_CANCEL_H_
