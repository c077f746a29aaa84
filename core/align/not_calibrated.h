#ifndef BRAINALIGN_CORE_ALIGN_NOT_CALIBRATED_H_
#define BRAINALIGN_CORE_ALIGN_NOT_CALIBRATED_H_

#include <string>
#include <utility>
#include <vector>

#include "core/align/result.h"

namespace brainalign {

// The cautions of a result: a name for programs and a sentence for people for each number that is
// not calibrated or is limited (docs/uncertainty.md, "Cautions").
std::vector<std::pair<std::string, std::string>> NotCalibrated(const AlignmentResult& result);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_NOT_CALIBRATED_H_
