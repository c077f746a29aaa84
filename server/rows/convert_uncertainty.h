#ifndef BRAINALIGN_SERVER_ROWS_CONVERT_UNCERTAINTY_H_
#define BRAINALIGN_SERVER_ROWS_CONVERT_UNCERTAINTY_H_

#include <vector>

#include "brainalign/v1/job.pb.h"
#include "core/align/result.h"

namespace brainalign {

// The responses of ReadUncertainty: the numbers, then each array in a response of its own. Call it
// after ReadOffUncertainty. If there is no uncertainty, its note is the last one.
std::vector<v1::ReadUncertaintyResponse> UncertaintyResponses(const AlignmentResult& result);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_CONVERT_UNCERTAINTY_H_
