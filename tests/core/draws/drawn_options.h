#ifndef BRAINALIGN_TESTS_CORE_DRAWS_DRAWN_OPTIONS_H_
#define BRAINALIGN_TESTS_CORE_DRAWS_DRAWN_OPTIONS_H_

#include <string>

#include "core/problem/inputs.h"
#include "core/problem/spec.h"
#include "tests/core/draws/chances.h"

namespace brainalign {

// Options of any kind for `inputs`; precision is left at its default.
AlignmentOptions DrawOptions(Chances& chances, const AlignmentInputs& inputs);

// In words.
std::string Describe(const AlignmentSpec& spec);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_DRAWS_DRAWN_OPTIONS_H_
