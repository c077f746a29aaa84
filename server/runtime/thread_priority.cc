#include "server/runtime/thread_priority.h"

#include <unistd.h>

namespace brainalign {

void StandBack() {
  constexpr int kNicer = 10;
  // Of this thread alone, on Linux. Raising it is always allowed.
  [[maybe_unused]] const int niceness = ::nice(kNicer);
}

}  // namespace brainalign
