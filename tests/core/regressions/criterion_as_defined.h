#ifndef BRAINALIGN_TESTS_CORE_REGRESSIONS_CRITERION_AS_DEFINED_H_
#define BRAINALIGN_TESTS_CORE_REGRESSIONS_CRITERION_AS_DEFINED_H_

#include <cstdint>
#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"
#include "core/ridge/alpha_choice.h"

namespace brainalign {

// (held, m) Residuals of the words at `held`, fitted on those at `kept`. `x` (n, p), `y` (n, m).
Matrix ResidualsOfFit(const Matrix& x, const Matrix& y, const std::vector<std::int32_t>& kept,
                      const std::vector<std::int32_t>& held, double alpha);

// (A, m) What the selection of `spec` minimises in fold 0, by the formulas of docs/method.md.
Criterion CriterionAsDefined(const Matrix& x, const Matrix& y, const Segments& segments,
                             const AlignmentSpec& spec);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_REGRESSIONS_CRITERION_AS_DEFINED_H_
