#ifndef BRAINALIGN_SERVER_CALLS_BRAIN_FIELDS_H_
#define BRAINALIGN_SERVER_CALLS_BRAIN_FIELDS_H_

#include <string>
#include <vector>

#include "brainalign/v1/alignment.pb.h"
#include "server/rows/field_problems.h"

namespace brainalign {

// Adds a problem for each field of `brain`, the field `field` of a request, that would not be used:
// everything but tensors beside the name of a recording, and a rate of epochs.
void CheckBrainFields(const v1::BrainInput& brain, const std::string& field,
                      std::vector<FieldProblem>& problems);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_BRAIN_FIELDS_H_
