#include "core/align/nuisance_fit.h"

#include <algorithm>
#include <numeric>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/columns/activation_rows.h"
#include "core/problem/needs_double.h"
#include "core/regressions/fold_regression.h"
#include "core/regressions/regression_cost.h"

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

}  // namespace

template <typename T>
NuisanceFit<T>::NuisanceFit(const AlignmentProblem& problem, std::vector<std::int64_t> words,
                            bool per_fold)
    : problem_(problem),
      words_(std::move(words)),
      per_fold_(per_fold),
      spec_(problem.spec),
      score_(problem.inputs.layers.size(), 0.0) {
  spec_.in_double = true;
  spec_.bf16_kernel.clear();
}

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
  nuisance_.values.push_back(values);
  nuisance_.segment_sums.push_back(SegmentFeatureSums<double>(
      nuisance_.values.front(), Vector::Zero(width), Vector::Ones(width), segments));
  nuisance_.zscore = true;
  absl::StatusOr<std::vector<RegressionByTarget<double>>> regressions =
      MakeRegressionsByTarget(nuisance_, segments, spec_, /*back=*/nullptr);
  if (!regressions.ok()) return regressions.status();
  regressions_ = *std::move(regressions);
  return absl::OkStatus();
}

template <typename T>
absl::StatusOr<std::vector<NuisanceWeights>> NuisanceFit<T>::Fit(
    const ActivationColumns<T>& columns, int layer, const CancelFlag& cancel) {
  const int first = columns.column_begin(layer);
  const int last = columns.column_begin(layer + 1);
  std::vector<NuisanceWeights> fits(per_fold_ ? regressions_.size() : 1);
  for (NuisanceWeights& fit : fits) {
    fit.weights.setZero(features_.cols(), last - first);
    fit.none.setConstant(last - first, false);
  }
  // Columns that share an alpha are chosen for together.
  const int at_once = spec_.shared_alpha ? last - first : kStatisticsAtOnce;
  for (int begin = first; begin < last; begin += at_once) {
    absl::Status status =
        FitColumns(columns, layer, begin, std::min(last, begin + at_once), cancel, fits);
    if (!status.ok()) return status;
  }
  score_[static_cast<std::size_t>(layer)] /=
      static_cast<double>(last - first) * static_cast<double>(regressions_.size());
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
  for (std::size_t k = 0; k < regressions_.size(); ++k) {
    if (cancel) return CancelledByFlag();
    const FoldSets& sets = segments.folds[k];
    if (k == 0 || columns.components_per_fold()) {
      values =
          columns.WithNuisance(static_cast<int>(k), begin, end, storage).template cast<double>();
      sums = SegmentTargetSums<double>(values, segments);
      if (!columns.components_per_fold()) {
        cross = CrossOfAllFolds<double>(nuisance_, values, segments);
      }
    }
    if (columns.components_per_fold()) {
      cross.assign(regressions_.size(), {});
      cross[k] = FoldCrossSums<double>(nuisance_.values.front(), values, sets);
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
        ChooseAndScore(regressions_[k], spec_, targets,
                       WordsAndSums<double>{nuisance_.values.front(), cross[k]}, workspace);
    if (!scores.ok()) return scores.status();
    score_[static_cast<std::size_t>(layer)] += scores->score.sum();
    const Ridge& ridge = regressions_[k].fit();
    const Matrix weights = ridge.rotation() * workspace.solution;
    NuisanceWeights& fit = fits[per_fold_ ? k : 0];
    const double share = per_fold_ ? 1.0 : 1.0 / static_cast<double>(regressions_.size());
    fit.weights.block(1, column, weights.rows(), width) += share * weights;
    fit.weights.row(0).segment(column, width) +=
        share * (targets.statistics.train.mean.matrix().transpose() -
                 ridge.train_mean().transpose() * weights);
    if (!per_fold_) continue;
    const absl::Status status =
        FindWhatIsLeft(values, TrainPositions(segments, sets), column, layer, fit);
    if (!status.ok()) return status;
  }
  if (per_fold_) return absl::OkStatus();
  // All folds have the same columns.
  std::vector<std::int32_t> all(static_cast<std::size_t>(segments.words()));
  std::iota(all.begin(), all.end(), 0);
  return FindWhatIsLeft(values, all, column, layer, fits.front());
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
