#ifndef BRAINALIGN_SERVER_ROWS_CONVERT_UNCERTAINTY_H_
#define BRAINALIGN_SERVER_ROWS_CONVERT_UNCERTAINTY_H_

#include <vector>

#include "brainalign/v1/job.pb.h"
#include "core/align/result.h"

namespace brainalign {

// What ReadUncertainty answers: the numbers, then each array in a response of its own. Call it
// after ReadOffUncertainty, whose note is the last one where there is no uncertainty.
std::vector<v1::ReadUncertaintyResponse> UncertaintyResponses(const AlignmentResult& result);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_CONVERT_UNCERTAINTY_H_
