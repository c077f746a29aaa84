#ifndef BRAINALIGN_SERVER_ROWS_SCRUB_H_
#define BRAINALIGN_SERVER_ROWS_SCRUB_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace brainalign {

// The position of the background check.
struct ScrubState {
  // Tensors come first, by digest; then rows (tiles and results), by key.
  bool in_rows = false;
  std::string after;         // the last digest or key that was checked
  std::int64_t damaged = 0;  // found in all passes
  absl::Time pass_begin_time = absl::InfinitePast();
  absl::Time last_end_time = absl::InfinitePast();  // of the pass before
  bool idle = false;                                // the pass is over
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_SCRUB_H_
