#ifndef BRAINALIGN_CORE_PROBLEM_UNREADABLE_INPUT_H_
#define BRAINALIGN_CORE_PROBLEM_UNREADABLE_INPUT_H_

#include <string>

#include "absl/status/status.h"
#include "core/problem/inputs.h"

namespace brainalign {

// OK if everything that was read of the inputs so far could be read; else FAILED_PRECONDITION, with
// the field and the message of Tensor::CheckReadable. Call it after reading, before a result that
// was computed from the data counts.
absl::Status CheckReadable(const AlignmentInputs& inputs);

// The field, such as "layers[3].activations", if `status` is an error of CheckReadable, directly or
// through an Alignment; else empty.
std::string UnreadableField(const absl::Status& status);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_UNREADABLE_INPUT_H_
