#ifndef BRAINALIGN_CORE_PROBLEM_NEEDS_DOUBLE_H_
#define BRAINALIGN_CORE_PROBLEM_NEEDS_DOUBLE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"

namespace brainalign {

// ABORTED: a unit of an alignment found that single precision is not accurate enough for its data.
// The caller must compute the alignment in float64 instead (Alignment::InDouble). `why`: one
// sentence for people, without a full stop, such as "rounding could move a score by 0.02".
absl::Status NeedsDouble(const std::string& why);

// The sentence, if `status` is an error of NeedsDouble.
std::optional<std::string> WhyDouble(const absl::Status& status);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_NEEDS_DOUBLE_H_
