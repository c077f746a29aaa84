#ifndef BRAINALIGN_CORE_RIDGE_NEAR_TIES_H_
#define BRAINALIGN_CORE_RIDGE_NEAR_TIES_H_

#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/ridge/alpha_choice.h"

namespace brainalign {

// Groups of targets that share one alpha. It is chosen by the weighted sum of the group's criteria.
struct SharedChoice {
  const Eigen::ArrayXd& weights;  // (m) of the targets in the sum
  const std::vector<ColumnGroup>& groups;
};

// One alpha of one target: an entry of the criterion (A, m). Targets for which several alphas may
// have the least criterion are decided among such entries.
struct AlphaCandidate {
  Eigen::Index alpha = 0;   // index of the alpha
  Eigen::Index target = 0;  // index of the target
};

// The criteria of some candidates.
struct CandidateCriteria {
  Eigen::RowVectorXd sum;          // (candidates)
  Eigen::RowVectorXd error_bound;  // (candidates) on each error less what a target's have in common
};

// Computes the criterion of single candidates, in ways that are more accurate and take longer from
// one level to the next.
class CandidateErrors {
 public:
  virtual ~CandidateErrors() = default;
  virtual int levels() const = 0;
  // `level` < levels(). `candidates` must be sorted by alpha; the results are in their order. The
  // error bounds of the last level are not used.
  virtual CandidateCriteria At(int level, const std::vector<AlphaCandidate>& candidates) const = 0;
};

// Marks entries of a criterion (A, m).
using CandidateMarks = Eigen::Array<bool, Eigen::Dynamic, Eigen::Dynamic>;

// The entries that may be the least of their target, where another may be as well. With `shared`
// they are those of the groups, whose targets contend together. Arguments as in SettleNearTies.
CandidateMarks MarkContenders(const Criterion& criterion, const Criterion& error_bound,
                              const SharedChoice* shared);

// The marked entries, sorted by alpha.
std::vector<AlphaCandidate> ListMarked(const CandidateMarks& marks);

// Makes `criterion` (A, m) accurate where its errors could change which alpha is best.
// `error_bound` (A, m): estimated bound on the error of each entry. If several alphas of a target
// may have the least criterion, their entries are replaced by those of level 0. The two least
// entries of about `probes` targets are replaced in any case. If a probe shows that `error_bound`
// was too small, it is enlarged, and more entries are replaced. Where level 0 does not decide, the
// next levels do. `shared`: null if each target has an alpha of its own.
void SettleNearTies(const CandidateErrors& errors, Criterion error_bound,
                    const SharedChoice* shared, Eigen::Index probes, Criterion& criterion);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_RIDGE_NEAR_TIES_H_
