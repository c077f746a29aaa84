#include "core/align/nuisance_fit.h"

#include <algorithm>
#include <numeric>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/align/observed_fits.h"
#include "core/columns/activation_rows.h"
#include "core/problem/needs_double.h"
#include "core/regressions/fold_regression.h"
#include "core/regressions/regression_cost.h"
#include "core/regressions/regressions_at_alphas.h"

namespace brainalign {
namespace {

// Share of a column's variance below which nothing is left of it: the penalty leaves as much of a
// column that the nuisance explains in full.
constexpr double kNothingLeft = 1e-10;
// What single precision must hold of a column.
constexpr double kLeastLeftInSingle = 1e-4;
constexpr Eigen::Index kRowsLookedAtAtOnce = 512;

// Sums of squares of columns (m) about their means over some words.
class SquaresAboutMean {
 public:
  explicit SquaresAboutMean(Eigen::Index columns)
      : sum_(Eigen::RowVectorXd::Zero(columns)), squares_(Eigen::RowVectorXd::Zero(columns)) {}

  template <typename Row>
  void Add(const Row& row) {
    ++count_;
    sum_ += row;
    squares_ += row.cwiseAbs2();
  }

  double Of(Eigen::Index column) const {
    return std::max(0.0, squares_(column) - sum_(column) * sum_(column) / count_);
  }

 private:
  double count_ = 0;
  Eigen::RowVectorXd sum_;
  Eigen::RowVectorXd squares_;
};

AlignmentSpec InDouble(AlignmentSpec spec) {
  spec.in_double = true;
  spec.bf16_kernel.clear();
  return spec;
}

// (c + 1, m) The weights of [1 z] of a solution (c, m).
RowMatrix<double> WeightsOf(const Ridge& ridge, const RowMatrix<double>& solution,
                            const TargetStatistics& train) {
  const Matrix of_features = ridge.rotation() * solution;
  RowMatrix<double> weights(1 + of_features.rows(), of_features.cols());
  weights.bottomRows(of_features.rows()) = of_features;
  weights.row(0) = train.mean.matrix().transpose() - ridge.train_mean().transpose() * of_features;
  return weights;
}

}  // namespace

template <typename T>
NuisanceFit<T>::NuisanceFit(const AlignmentProblem& problem, std::vector<std::int64_t> words,
                            bool for_nulls)
    : problem_(problem),
      words_(std::move(words)),
      for_nulls_(for_nulls),
      spec_(InDouble(problem.spec)),
      segments_again_(for_nulls ? WithoutInnerFolds(problem.segments) : Segments()),
      spec_again_(WithKnownAlphas(InDouble(problem.spec))),
      alphas_(problem.inputs.layers.size()),
      score_(problem.inputs.layers.size(), 0.0) {}

template <typename T>
absl::Status NuisanceFit<T>::Make(const CancelFlag& cancel) {
  ActivationRows<double> rows(problem_.nuisance, words_, UnitsOf::kDimensions,
                              problem_.trends.get());
  if (absl::Status status = rows.FindMeans(0, cancel); !status.ok()) return status;
  const Segments& segments = problem_.segments;
  const int width = rows.width(0);
  RowMatrix<double> values(segments.words(), width);
  rows.Load(0, 0, segments.words(), 0, width, values);
  features_.resize(segments.words(), width + 1);
  features_.col(0).setOnes();
  features_.rightCols(width) = values;
  absl::StatusOr<OnNuisance> fit = MakeRegressions(values, segments, spec_);
  if (!fit.ok()) return fit.status();
  fit_ = *std::move(fit);
  if (!for_nulls_) return absl::OkStatus();
  absl::StatusOr<OnNuisance> again = MakeRegressions(values, segments_again_, spec_again_);
  if (!again.ok()) return again.status();
  again_ = *std::move(again);
  return absl::OkStatus();
}

template <typename T>
absl::StatusOr<typename NuisanceFit<T>::OnNuisance> NuisanceFit<T>::MakeRegressions(
    const RowMatrix<double>& values, const Segments& segments, const AlignmentSpec& spec) const {
  OnNuisance made;
  made.features.values.push_back(values);
  made.features.segment_sums.push_back(
      SegmentFeatureSums<double>(made.features.values.front(), Vector::Zero(values.cols()),
                                 Vector::Ones(values.cols()), segments));
  made.features.zscore = true;
  absl::StatusOr<std::vector<RegressionByTarget<double>>> regressions =
      MakeRegressionsByTarget(made.features, segments, spec, /*back=*/nullptr);
  if (!regressions.ok()) return regressions.status();
  made.regressions = *std::move(regressions);
  return made;
}

template <typename T>
absl::StatusOr<std::vector<NuisanceWeights>> NuisanceFit<T>::Fit(
    const ActivationColumns<T>& columns, int layer, const CancelFlag& cancel) {
  const int first = columns.column_begin(layer);
  const int last = columns.column_begin(layer + 1);
  std::vector<NuisanceWeights> fits(fit_.regressions.size());
  for (NuisanceWeights& fit : fits) {
    fit.weights.setZero(features_.cols(), last - first);
    fit.none.setConstant(last - first, false);
  }
  if (for_nulls_) {
    alphas_[Size(layer)].assign(fit_.regressions.size(), std::vector<int>(Size(last - first)));
  }
  // Columns that share an alpha are chosen for together.
  const int at_once = spec_.shared_alpha ? last - first : kStatisticsAtOnce;
  for (int begin = first; begin < last; begin += at_once) {
    absl::Status status =
        FitColumns(columns, layer, begin, std::min(last, begin + at_once), cancel, fits);
    if (!status.ok()) return status;
  }
  score_[static_cast<std::size_t>(layer)] /=
      static_cast<double>(last - first) * static_cast<double>(fit_.regressions.size());
  return fits;
}

template <typename T>
absl::Status NuisanceFit<T>::FitColumns(const ActivationColumns<T>& columns, int layer, int begin,
                                        int end, const CancelFlag& cancel,
                                        std::vector<NuisanceWeights>& fits) {
  const Segments& segments = problem_.segments;
  const Eigen::Index width = end - begin;
  const Eigen::Index column = begin - columns.column_begin(layer);
  RowMatrix<T> storage;
  RowMatrix<double> values;
  std::vector<TargetSums> sums;
  std::vector<PerSet<CrossSums>> cross;
  for (std::size_t k = 0; k < fit_.regressions.size(); ++k) {
    if (cancel) return CancelledByFlag();
    const FoldSets& sets = segments.folds[k];
    if (k == 0 || columns.components_per_fold()) {
      values =
          columns.WithNuisance(static_cast<int>(k), begin, end, storage).template cast<double>();
      sums = SegmentTargetSums<double>(values, segments);
      if (!columns.components_per_fold()) {
        cross = CrossOfAllFolds<double>(fit_.features, values, segments);
      }
    }
    if (columns.components_per_fold()) {
      cross.assign(fit_.regressions.size(), {});
      cross[k] = FoldCrossSums<double>(fit_.features.values.front(), values, sets);
    }
    FoldTargets statistics = AssembleTargets<double>(sums, values, sets);
    Eigen::ArrayXd origin =
        OriginOf<double>(statistics.train, columns.WithNuisanceShift(begin, end));
    if (columns.components_per_fold()) origin.setZero();  // components are taken about that mean
    const TargetColumns<double> targets{{std::move(statistics), std::move(origin)},
                                        values,
                                        columns.Weights(begin, end),
                                        {{0, width}}};
    RegressionWorkspace<RegressionByTarget<double>> workspace;
    const absl::StatusOr<FoldScores> scores =
        ChooseAndScore(fit_.regressions[k], spec_, targets,
                       WordsAndSums<double>{fit_.features.values.front(), cross[k]}, workspace);
    if (!scores.ok()) return scores.status();
    score_[static_cast<std::size_t>(layer)] += scores->score.sum();
    NuisanceWeights& fit = fits[k];
    fit.weights.middleCols(column, width) =
        WeightsOf(fit_.regressions[k].fit(), workspace.solution, targets.statistics.train);
    if (for_nulls_) {
      std::copy(scores->alphas.index.begin(), scores->alphas.index.end(),
                alphas_[Size(layer)][k].begin() + column);
    }
    const absl::Status status =
        FindWhatIsLeft(values, TrainPositions(segments, sets), column, layer, fit);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

template <typename T>
absl::Status NuisanceFit<T>::FindWhatIsLeft(const RowMatrix<double>& values,
                                            const std::vector<std::int32_t>& positions,
                                            Eigen::Index column, int layer,
                                            NuisanceWeights& fit) const {
  const Eigen::Index width = values.cols();
  SquaresAboutMean before(width);
  SquaresAboutMean after(width);
  const auto weights = fit.weights.middleCols(column, width);
  std::vector<bool> is_fitted(static_cast<std::size_t>(values.rows()), false);
  for (const std::int32_t position : positions) is_fitted[Size(position)] = true;
  for (Eigen::Index first = 0; first < values.rows(); first += kRowsLookedAtAtOnce) {
    const Eigen::Index count = std::min(kRowsLookedAtAtOnce, values.rows() - first);
    const RowMatrix<double> left =
        values.middleRows(first, count) - features_.middleRows(first, count) * weights;
    for (Eigen::Index row = 0; row < count; ++row) {
      if (!is_fitted[Size(first + row)]) continue;
      before.Add(values.row(first + row));
      after.Add(left.row(row));
    }
  }
  for (Eigen::Index c = 0; c < width; ++c) {
    const double squares = before.Of(c);
    const double left = after.Of(c);
    fit.none(column + c) = squares > 0 && left <= kNothingLeft * squares;
    if (std::is_same_v<T, float> && !fit.none(column + c) && left < kLeastLeftInSingle * squares) {
      return NeedsDouble(absl::StrCat("nuisance leaves too little of column ", column + c,
                                      " of layer ", problem_.inputs.layers[Size(layer)].name,
                                      " for single precision"));
    }
  }
  return absl::OkStatus();
}

template <typename T>
absl::StatusOr<std::vector<RowMatrix<double>>> NuisanceFit<T>::FitAgain(
    const RowMatrix<double>& values, int begin, const CancelFlag& cancel) const {
  std::vector<std::vector<int>> alphas(again_.regressions.size());
  for (std::size_t k = 0; k < alphas.size(); ++k) {
    int first = 0;  // column of a layer
    for (const std::vector<std::vector<int>>& of_layer : alphas_) {
      const int last = first + static_cast<int>(of_layer[k].size());
      for (int c = std::max(first, begin); c < std::min<int>(last, begin + values.cols()); ++c) {
        alphas[k].push_back(of_layer[k][Size(c - first)]);
      }
      first = last;
    }
  }
  return FitAt(std::move(alphas), values, cancel);
}

template <typename T>
absl::StatusOr<std::vector<RowMatrix<double>>> NuisanceFit<T>::FitAtLeast(
    const RowMatrix<double>& values, const CancelFlag& cancel) const {
  const std::vector<double>& candidates = spec_again_.alphas;
  const auto least = std::min_element(candidates.begin(), candidates.end()) - candidates.begin();
  const std::vector<int> of_fold(Size(values.cols()), static_cast<int>(least));
  return FitAt({again_.regressions.size(), of_fold}, values, cancel);
}

template <typename T>
absl::StatusOr<std::vector<RowMatrix<double>>> NuisanceFit<T>::FitAt(
    std::vector<std::vector<int>> alphas, const RowMatrix<double>& values,
    const CancelFlag& cancel) const {
  const Eigen::Index width = values.cols();
  const std::vector<TargetSums> sums = SegmentTargetSums<double>(values, segments_again_);
  const std::vector<PerSet<CrossSums>> cross =
      CrossOfAllFolds<double>(again_.features, values, segments_again_);
  std::vector<RowMatrix<double>> weights;
  RegressionWorkspace<RegressionByTarget<double>> workspace;
  for (std::size_t k = 0; k < again_.regressions.size(); ++k) {
    if (cancel) return CancelledByFlag();
    const RegressionByTarget<double>& regression = again_.regressions[k];
    const TargetColumns<double> targets{
        {AssembleTargets<double>(sums, values, segments_again_.folds[k]),
         Eigen::ArrayXd::Zero(width)},
        values,
        {},
        {}};
    const WordsAndSums<double> words{again_.features.values.front(), cross[k]};
    absl::Status status = regression.Rotate(targets, words, workspace.buffers, workspace.cross);
    if (!status.ok()) return status;
    const ChosenAlphas chosen = {std::move(alphas[k]), Flags::Constant(width, false)};
    regression.Solve(spec_again_.alphas, workspace.cross, chosen, workspace.solution);
    weights.push_back(WeightsOf(regression.fit(), workspace.solution, targets.statistics.train));
  }
  return weights;
}

template class NuisanceFit<float>;
template class NuisanceFit<double>;

namespace {

// Regressions on nuisance are in float64.
ProblemSize InDoublePrecision(ProblemSize size) {
  size.value_bytes = sizeof(double);
  return size;
}

}  // namespace

double NuisanceFitBytes(const ProblemSize& size, double columns) {
  const double c = size.nuisance;
  return 8 * size.words * (2 * c + 1) + SegmentFeatureSumsBytes(size, c) +
         RegressionsByTargetBytes(InDoublePrecision(size), c) +
         9 * size.column_blocks() * (c + 1) * columns;
}

double FitNuisanceBytes(const ProblemSize& size, double width) {
  const ProblemSize in_double = InDoublePrecision(size);
  return size.words * width * (8 + size.value_bytes) +
         CrossSumsBytes(in_double, size.nuisance, width, /*all_folds=*/true) +
         std::max(ScoreByTargetBytes(in_double, size.nuisance, width),
                  MakeRegressionByTargetBytes(in_double, size.nuisance));
}

double NuisanceFitAgainBytes(const ProblemSize& size, double columns) {
  const double c = size.nuisance;
  return 8 * size.words * c + SegmentFeatureSumsBytes(size, c) +
         RegressionsByTargetBytes(WithKnownAlphas(InDoublePrecision(size)), c) +
         ObservedFitBytes(size.folds, columns);
}

double FitNuisanceAgainBytes(const ProblemSize& size, double columns) {
  const ProblemSize known = WithKnownAlphas(InDoublePrecision(size));
  return 8 * columns * (size.words + 3 * (size.nuisance + 1)) +
         CrossSumsBytes(known, size.nuisance, columns, /*all_folds=*/true) +
         ScoreByTargetBytes(known, size.nuisance, columns);
}

Work FitNuisanceAgainWork(const ProblemSize& size, double columns) {
  ProblemSize known = WithKnownAlphas(InDoublePrecision(size));
  known.ShareColumns();
  return ScoreAtAlphasWork(known, {size.nuisance, 1}, columns, /*in_panels=*/false);
}

Work FitNuisanceWork(const ProblemSize& size, double width) {
  Work work = ChooseAndScoreWork(InDoublePrecision(size), {size.nuisance, 1}, width, width,
                                 size.column_blocks());
  work += TakeOutNuisanceWork(size, width) * (2 * size.folds);
  return work;
}

Work TakeOutNuisanceWork(const ProblemSize& size, double columns) {
  return {0, 2 * size.words * (size.nuisance + 1) * columns, size.words * columns};
}

}  // namespace brainalign
