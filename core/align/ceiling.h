#ifndef BRAINALIGN_CORE_ALIGN_CEILING_H_
#define BRAINALIGN_CORE_ALIGN_CEILING_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/inference/repeat_ceiling.h"
#include "core/problem/inputs.h"

namespace brainalign {

// CeilingOfRepeats of a recording, whose epochs are made as those of an alignment. `item_of_word`
// (w) as there. Errors as there, and INVALID_ARGUMENT with the field that is wrong, as
// Alignment::Create has it.
absl::StatusOr<RepeatCeiling> CeilingOfRecording(const BrainInput& brain,
                                                 const std::vector<std::int64_t>& item_of_word,
                                                 const CancelCheck& is_cancelled = nullptr);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_CEILING_H_
