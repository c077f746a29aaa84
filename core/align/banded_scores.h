#ifndef BRAINALIGN_CORE_ALIGN_BANDED_SCORES_H_
#define BRAINALIGN_CORE_ALIGN_BANDED_SCORES_H_

#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"
#include "core/regressions/banded_regressions.h"
#include "core/regressions/target_columns.h"

namespace brainalign {

// Of a target in a fold.
struct BandedScore {
  double score = 0;
  double nuisance_part = 0;  // of the score
  double activations_part = 0;
};

// (columns) The scores of the targets `columns` on the test words of a fold, at their alphas,
// `alphas` (m) by index. 0 for a target that is constant there. `cross`: from Rotate, of `targets`.
std::vector<BandedScore> ScoreBands(const BandedRegressions& regressions, const Segments& segments,
                                    int fold, Metric metric, const TargetColumns<double>& targets,
                                    const BandedRegressions::Regression::Cross& cross,
                                    const std::vector<int>& alphas,
                                    const std::vector<Eigen::Index>& columns);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_BANDED_SCORES_H_
