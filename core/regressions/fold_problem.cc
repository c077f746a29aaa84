#include "core/regressions/fold_problem.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "core/linalg/held_bytes.h"
#include "core/ridge/metrics.h"

namespace brainalign {
namespace {

template <typename T>
Matrix RowsAbout(const ColMatrix<T>& features, const std::vector<std::int32_t>& positions,
                 const Vector& mean) {
  Matrix rows(static_cast<Eigen::Index>(positions.size()), features.cols());
  for (Eigen::Index i = 0; i < rows.rows(); ++i) {
    rows.row(i) = features.row(positions[static_cast<std::size_t>(i)]).template cast<double>() -
                  mean.transpose();
  }
  return rows;
}

// A target that does not vary in the set has no covariance with anything; what
// rounding leaves must not be taken for a prediction.
void ClearConstant(const TargetStatistics& targets, RowMatrix<double>& columns) {
  for (Eigen::Index target = 0; target < columns.cols(); ++target) {
    if (targets.squares(target) == 0.0) columns.col(target).setZero();
  }
}

// About the means of the set itself, in place: what Ridge::Rotate takes.
RowMatrix<double> CentredCross(const CrossSums& cross, const Vector& feature_mean,
                               const TargetStatistics& targets) {
  RowMatrix<double> centred = cross.product;
  const Eigen::RowVectorXd weighted = targets.count * targets.mean.matrix().transpose();
  centred.noalias() -= feature_mean * weighted;
  ClearConstant(targets, centred);
  return centred;
}

// Coefficients of each target at its own alpha.
RowMatrix<double> SolveChosen(const Ridge& ridge, const RowMatrix<double>& b,
                              const std::vector<double>& alphas, const std::vector<int>& chosen) {
  RowMatrix<double> z(b.rows(), b.cols());
  RowMatrix<double> part;
  RowMatrix<double> solved;
  for (std::size_t a = 0; a < alphas.size(); ++a) {
    std::vector<Eigen::Index> columns;
    for (std::size_t c = 0; c < chosen.size(); ++c) {
      if (chosen[c] == static_cast<int>(a)) columns.push_back(static_cast<Eigen::Index>(c));
    }
    if (columns.empty()) continue;
    part = b(Eigen::all, columns);
    ridge.Solve(alphas[a], part, solved);
    z(Eigen::all, columns) = solved;
  }
  return z;
}

}  // namespace

template <typename T>
absl::StatusOr<FoldProblem<T>> FoldProblem<T>::Make(const ColMatrix<T>& features,
                                                    const std::vector<FeatureSums>& segment_sums,
                                                    const Segments& segments, int fold, bool zscore,
                                                    const AlignmentSpec& spec) {
  const FoldSets& sets = segments.folds[static_cast<std::size_t>(fold)];
  const PerSet<CentredFeatures> moments = AssembleFeatures(segment_sums, features, sets);
  const Vector scale =
      zscore ? InverseDeviation(moments.train) : Vector(Vector::Ones(features.cols()));
  const bool wants_eigenvalues =
      spec.selection == Selection::kLoo || spec.selection == Selection::kGcv;

  FoldProblem problem;
  problem.means_.train = moments.train.mean;
  problem.means_.test = moments.test.mean;
  Ridge::Options options;
  options.smallest_alpha = spec.alphas.front();
  options.basis = wants_eigenvalues ? Ridge::Basis::kEigen : Ridge::Basis::kTridiagonal;
  // From its words where they are fewer than the features, else from its Gram matrix.
  const auto judged_directly = [&](const WordSet& set) { return set.count < features.cols(); };
  const auto fit = [&](const WordSet& set, const CentredFeatures& train,
                       const CentredFeatures& evaluation, std::vector<std::int32_t>& positions) {
    if (!judged_directly(set)) return Ridge::Make(train, evaluation, scale, options, nullptr);
    positions = Positions(segments, set);
    const Matrix rows = RowsAbout(features, positions, evaluation.mean);
    return Ridge::Make(train, evaluation, scale, options, &rows);
  };
  absl::StatusOr<Ridge> outer =
      fit(sets.test, moments.train, moments.test, problem.test_positions_);
  if (!outer.ok()) return outer.status();
  problem.outer_.push_back(*std::move(outer));
  std::optional<SinglePrecisionJudge::Combinations> combinations;
  for (std::size_t j = 0; j < moments.kept.size(); ++j) {
    InnerFit inner;
    // Inner fits only compare alphas: the precision of the words' own type will do.
    const bool in_single = std::is_same_v<T, float> && !judged_directly(sets.parts[j]);
    options.judges = !in_single;
    absl::StatusOr<Ridge> ridge =
        fit(sets.parts[j], moments.kept[j], moments.held[j], inner.positions);
    if (!ridge.ok()) return ridge.status();
    if (in_single) {
      if (!combinations) {
        auto found = SinglePrecisionJudge::CombinationsFor(problem.fit(), spec.alphas);
        if (!found.ok()) return found.status();
        combinations = *std::move(found);
      }
      absl::StatusOr<SinglePrecisionJudge> judge =
          SinglePrecisionJudge::Make(*ridge, moments.held[j], scale, spec.alphas, *combinations);
      if (!judge.ok()) return judge.status();
      inner.judge = *std::move(judge);
    } else {
      inner.ridge = *std::move(ridge);
    }
    problem.inner_.push_back(std::move(inner));
    problem.means_.kept.push_back(moments.kept[j].mean);
    problem.means_.held.push_back(moments.held[j].mean);
  }
  if (spec.selection == Selection::kLoo && spec.alphas.size() > 1) {
    problem.leave_one_out_ = LeaveOneOut<T>::Make(problem.fit(), features, sets, spec.alphas);
  }
  return problem;
}

template <typename T>
RowMatrix<double> FoldProblem<T>::ToJudge(const Ridge& ridge, const TargetColumns<T>& targets,
                                          const CrossSums& cross, const Vector& feature_mean,
                                          const TargetStatistics& statistics,
                                          const std::vector<std::int32_t>& positions) const {
  if (!ridge.direct()) return ridge.Rotate(CentredCross(cross, feature_mean, statistics));
  RowMatrix<double> observed(static_cast<Eigen::Index>(positions.size()), statistics.mean.size());
  for (Eigen::Index i = 0; i < observed.rows(); ++i) {
    observed.row(i) =
        targets.values.row(positions[static_cast<std::size_t>(i)]).template cast<double>() -
        statistics.mean.matrix().transpose();
  }
  ClearConstant(statistics, observed);
  return observed;
}

template <typename T>
std::vector<int> FoldProblem<T>::ChooseAlphas(const ColMatrix<T>& features,
                                              const AlignmentSpec& spec,
                                              const TargetColumns<T>& targets,
                                              const PerSet<CrossSums>& cross,
                                              const RowMatrix<double>& b) const {
  const std::vector<double>& alphas = spec.alphas;
  if (alphas.size() == 1) return std::vector<int>(static_cast<std::size_t>(b.cols()), 0);
  const SharedChoice shared{targets.weight, targets.groups};
  const SharedChoice* shared_choice = spec.shared_alpha ? &shared : nullptr;
  Criterion criterion;
  Ties ties = Ties::kToLarger;
  switch (spec.selection) {
    case Selection::kFixed:
      return std::vector<int>(static_cast<std::size_t>(b.cols()), 0);
    case Selection::kLoo:
      criterion = leave_one_out_->Evaluate(fit(), features, b, targets.statistics.train,
                                           targets.values, shared_choice);
      ties = Ties::kToSmaller;  // the first of the best, as RidgeCV keeps
      break;
    case Selection::kGcv:
      criterion = GcvCriterion(fit(), b, targets.statistics.train, alphas);
      break;
    case Selection::kBlocked:
      criterion = Criterion::Zero(static_cast<Eigen::Index>(alphas.size()), b.cols());
      for (std::size_t j = 0; j < inner_.size(); ++j) {
        const TargetStatistics& kept = targets.statistics.kept[j];
        const TargetStatistics& held = targets.statistics.held[j];
        const InnerFit& inner = inner_[j];
        if (inner.judge) {
          inner.judge->AddSquaredError({cross.kept[j].product, means_.kept[j], kept},
                                       {cross.held[j].product, means_.held[j], held}, criterion);
          continue;
        }
        AddSquaredError(
            *inner.ridge, inner.ridge->Rotate(CentredCross(cross.kept[j], means_.kept[j], kept)),
            ToJudge(*inner.ridge, targets, cross.held[j], means_.held[j], held, inner.positions),
            kept, held, alphas, criterion);
      }
      break;
  }
  return spec.shared_alpha ? ChooseShared(criterion, targets.weight, targets.groups, ties)
                           : ChoosePerTarget(criterion, ties);
}

template <typename T>
FoldScores FoldProblem<T>::Score(const ColMatrix<T>& features, const AlignmentSpec& spec,
                                 const TargetColumns<T>& targets,
                                 const PerSet<CrossSums>& cross) const {
  const Ridge& ridge = fit();
  const TargetStatistics& train = targets.statistics.train;
  const TargetStatistics& test = targets.statistics.test;
  const RowMatrix<double> b = ridge.Rotate(CentredCross(cross.train, means_.train, train));
  const RowMatrix<double> h =
      ToJudge(ridge, targets, cross.test, means_.test, test, test_positions_);
  FoldScores scores;
  scores.alpha = ChooseAlphas(features, spec, targets, cross, b);
  const RowMatrix<double> z = SolveChosen(ridge, b, spec.alphas, scores.alpha);
  scores.score = ScoreTargets(spec.metric, ridge.Predict(z, h), train, test, targets.origin);
  scores.constant_targets = (test.squares == 0.0).count();
  return scores;
}

template <typename T>
std::int64_t FoldProblem<T>::held_bytes() const {
  std::int64_t bytes = HeldBytes(means_.train) + HeldBytes(means_.test) + HeldBytes(means_.kept) +
                       HeldBytes(means_.held) + HeldBytes(test_positions_) + fit().held_bytes();
  for (const InnerFit& inner : inner_) {
    bytes += HeldBytes(inner.positions);
    if (inner.ridge) bytes += inner.ridge->held_bytes();
    if (inner.judge) bytes += inner.judge->held_bytes();
  }
  if (leave_one_out_) bytes += leave_one_out_->held_bytes();
  return bytes;
}

template class FoldProblem<float>;
template class FoldProblem<double>;

}  // namespace brainalign
