#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_CONTEST_GROUPS_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_CONTEST_GROUPS_H_

#include <vector>

#include "core/leave_one_out/contest_errors.h"
#include "core/linalg/matrix_types.h"
#include "core/ridge/ridge.h"

namespace brainalign {

// Neighbouring contests, whose predictions are formed from as many of a fit's leading directions:
// those with eigenvalues well below alpha add next to nothing to a prediction.
struct ContestGroup {
  std::vector<int> alpha;  // of each contest, as an index
  std::vector<int> target;
  Eigen::RowVectorXf mean;      // of the target
  Eigen::Index directions = 0;  // that are not left out
  RowMatrix<float> solutions;   // (directions, contests) coefficients, leading first

  // Of each contest.
  Eigen::ArrayXd predicted;     // what the squares of predictions over all words add up from
  Eigen::ArrayXd lost;          // the part of it that lies in directions left out
  Eigen::ArrayXd coefficients;  // squares of all coefficients
  Eigen::ArrayXd slope;  // squares of half the derivatives of the residuals' squares by b: b_j (v_j
                         // + 2 alpha) / (v_j + alpha)^2

  Eigen::Index size() const { return solutions.cols(); }
};

// How many of the least eigenvalues (ascending) may be left out at `alpha`, of a fit on `words`.
Eigen::Index NegligibleDirections(const Vector& values, double alpha, double words);

// `contests` are in order of their alphas.
template <typename T>
std::vector<ContestGroup> GroupContests(const ContestInputs<T>& inputs,
                                        const std::vector<Contest>& contests);

// Calls `of_alpha(alpha, first, count)` for each of the alphas of a group, with its contests.
template <typename OfAlpha>
void ForEachAlpha(const ContestGroup& group, const OfAlpha& of_alpha) {
  for (std::size_t first = 0; first < group.alpha.size();) {
    std::size_t last = first;
    while (last < group.alpha.size() && group.alpha[last] == group.alpha[first]) ++last;
    of_alpha(group.alpha[first], first, last - first);
    first = last;
  }
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_CONTEST_GROUPS_H_
