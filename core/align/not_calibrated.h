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

// Whether the data choose among several alphas.
bool ChoosesAlphas(const AlignmentSpec& spec);

// Whether p values of nulls are too small because they keep chosen alphas: for metric cosine an
// alpha also decides how much of the prediction is the mean of the training words. In direction
// model_to_brain this mean is 0 where z-scores are of the training words.
bool NullsOfCosineFail(const AlignmentSpec& spec);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_NOT_CALIBRATED_H_
