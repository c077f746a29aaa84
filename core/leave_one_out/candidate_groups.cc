#include "core/leave_one_out/candidate_groups.h"

#include <algorithm>

#include "core/linalg/lapack.h"
#include "core/ridge/alpha_choice.h"
#include "core/ridge/coefficient_loops.h"

namespace brainalign {
namespace {

constexpr Eigen::Index kDirectionsApart = 64;
// What the directions that are left out may change: of the leverages' spread over the
// words, and of a target that they predict as they predict noise.
constexpr double kOfSpread = 1e-3;
constexpr double kOfTarget = 2e-3;

// The candidates [first, last), in `directions`.
template <typename T>
CandidateGroup MakeGroup(const CandidateInputs<T>& inputs,
                         const std::vector<AlphaCandidate>& candidates, std::size_t first,
                         std::size_t last, Eigen::Index directions) {
  const Vector& values = inputs.ridge.eigenvalues();
  const Eigen::Index p = values.size();
  CandidateGroup group;
  group.directions = directions;
  const auto count = static_cast<Eigen::Index>(last - first);
  group.mean.resize(count);
  for (std::size_t c = first; c < last; ++c) {
    group.alpha.push_back(static_cast<int>(candidates[c].alpha));
    group.target.push_back(static_cast<int>(candidates[c].target));
    group.mean(static_cast<Eigen::Index>(c - first)) =
        static_cast<float>(inputs.train.mean(candidates[c].target));
  }
  group.solutions.resize(directions, count);
  for (Eigen::ArrayXd* sums : {&group.predicted, &group.lost, &group.coefficients, &group.slope}) {
    sums->setZero(count);
  }
  ForEachAlpha(group, [&](int alpha, std::size_t begin, std::size_t width) {
    for (Eigen::Index j = 0; j < p; ++j) {
      const Eigen::Index rank = p - 1 - j;  // values ascend
      const bool kept = rank < directions;
      AddSolvedRow(width, inputs.b.row(j).data(), group.target.data() + begin, values(j),
                   inputs.alphas[Size(alpha)],
                   kept ? group.solutions.row(rank).data() + begin : nullptr,
                   (kept ? group.predicted : group.lost).data() + begin,
                   group.coefficients.data() + begin, group.slope.data() + begin);
    }
  });
  group.predicted += group.lost;
  return group;
}

}  // namespace

Eigen::Index NegligibleDirections(const RidgeSolver& solver, double alpha, double words) {
  const Vector& values = solver.diagonal();
  const Eigen::ArrayXd shrinkage = values.array() / (values.array() + alpha);
  // A word's square in direction j is value / words, times a variate of mean 1 and variance 2.
  const double spread = 2.0 * shrinkage.square().sum();
  double length = 0;
  double leverage = 0;
  double cross = 0;
  double squares = 0;
  double predicted = 0;
  // Directions without variance hold nothing but rounding.
  auto most = static_cast<Eigen::Index>((solver.Spanned() == 0.0).count());
  for (Eigen::Index j = 0; j < values.size(); ++j) {
    length += values(j);
    leverage += shrinkage(j);
    cross += values(j) * shrinkage(j);
    squares += values(j) * values(j);
    predicted += shrinkage(j) * shrinkage(j);
    const double slope = length > 0 ? leverage / length : 0.0;
    const double off = 2.0 * (predicted - 2.0 * slope * cross + slope * slope * squares);
    if (off <= kOfSpread * kOfSpread * spread && predicted <= kOfTarget * kOfTarget * words) {
      most = std::max(most, j + 1);
    }
  }
  return most;
}

template <typename T>
std::vector<CandidateGroup> GroupCandidates(const CandidateInputs<T>& inputs,
                                            const std::vector<AlphaCandidate>& candidates) {
  const RidgeSolver& solver = inputs.ridge.solver();
  std::vector<Eigen::Index> directions;  // by alpha
  for (const double alpha : inputs.alphas) {
    directions.push_back(solver.diagonal().size() -
                         NegligibleDirections(solver, alpha, inputs.ridge.train_count()));
  }
  const auto step = [&](const AlphaCandidate& candidate) {
    return directions[Size(candidate.alpha)] / kDirectionsApart;
  };
  std::vector<CandidateGroup> groups;
  for (std::size_t first = 0; first < candidates.size();) {
    std::size_t last = first;
    Eigen::Index most = 0;
    for (; last < candidates.size() && last < first + kCandidatesAtOnce &&
           step(candidates[last]) == step(candidates[first]);
         ++last) {
      most = std::max(most, directions[Size(candidates[last].alpha)]);
    }
    groups.push_back(MakeGroup(inputs, candidates, first, last, most));
    first = last;
  }
  return groups;
}

template std::vector<CandidateGroup> GroupCandidates<float>(const CandidateInputs<float>&,
                                                            const std::vector<AlphaCandidate>&);
template std::vector<CandidateGroup> GroupCandidates<double>(const CandidateInputs<double>&,
                                                             const std::vector<AlphaCandidate>&);

}  // namespace brainalign
