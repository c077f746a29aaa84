#ifndef BRAINALIGN_SERVER_JOBS_SELECT_WORDS_H_
#define BRAINALIGN_SERVER_JOBS_SELECT_WORDS_H_

#include <functional>

#include "absl/status/status.h"
#include "core/problem/inputs.h"
#include "server/blobs/tensors.h"
#include "server/rows/specification.h"

namespace brainalign {

// Selects the words that the specification's condition asks for, if it has one, by the columns that
// it names. INVALID_ARGUMENT with the field for a condition that does not fit the columns, and for
// columns of another length than the recording; otherwise the errors of OpenInputs. `go_on` as in
// Tensors::Map.
absl::Status SelectConditionWords(const JobSpecification& specification, Tensors& tensors,
                                  const std::function<bool()>& go_on, BrainInput& brain);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_SELECT_WORDS_H_
