#ifndef BRAINALIGN_TESTS_CORE_CALIBRATION_CONDITIONS_H_
#define BRAINALIGN_TESTS_CORE_CALIBRATION_CONDITIONS_H_

#include <vector>

#include "tests/core/calibration/condition.h"

namespace brainalign {

// Without any relation between recording and activations.
std::vector<Condition> UnrelatedConditions();
// One time course for all layers.
std::vector<Condition> UnorderedConditions();
// Delays that grow with depth.
std::vector<Condition> OrderedConditions();
// Two models that are equally close to the recording.
std::vector<Condition> PairedConditions();

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_CALIBRATION_CONDITIONS_H_
