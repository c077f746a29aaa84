#ifndef BRAINALIGN_CORE_PROBLEM_UNREADABLE_INPUT_H_
#define BRAINALIGN_CORE_PROBLEM_UNREADABLE_INPUT_H_

#include <string>

#include "absl/status/status.h"
#include "core/problem/inputs.h"

namespace brainalign {

// OK if all that was read of the inputs so far could be; else FAILED_PRECONDITION, with the field
// and what Tensor::CheckReadable says of it. To be asked after reading and before anything that was
// made of it counts.
absl::Status CheckReadable(const AlignmentInputs& inputs);

// "layers[3].activations" where `status` is an error of CheckReadable, also when it came
// through an Alignment; else empty.
std::string UnreadableField(const absl::Status& status);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_UNREADABLE_INPUT_H_
