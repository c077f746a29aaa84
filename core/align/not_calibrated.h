#ifndef BRAINALIGN_CORE_ALIGN_NOT_CALIBRATED_H_
#define BRAINALIGN_CORE_ALIGN_NOT_CALIBRATED_H_

#include <string>
#include <utility>
#include <vector>

#include "core/align/result.h"

namespace brainalign {

// What is not calibrated, or limited, in a result with an uncertainty: names for programs and
// sentences for people (docs/uncertainty.md, "Cautions").
std::vector<std::pair<std::string, std::string>> NotCalibrated(const AlignmentResult& result);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_NOT_CALIBRATED_H_
