#include "core/regressions/maps_across_times.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/regressions/fold_words.h"
#include "core/ridge/metrics.h"

namespace brainalign {
namespace {

// As in RegressionByTarget: what is predicted word by word in double.
constexpr double kVisibleErrorAcross = 1e-7;
constexpr double kNearlyOneAcross = 1.0 - 1e-9;
// Share of the mean square up to which a variance is rounding (docs/method.md, "The score of one
// cell").
constexpr double kConstantSensorShare = 1e-12;
// Errors of a Gram matrix in unit roundoffs of the sums that it is what is left of.
constexpr double kGramRoundoffs = 4.0 * 0x1p-53;

// Mean and deviation of each sensor over some words; the deviation of a constant one is 0.
struct WordStatistics {
  Vector mean;
  Vector deviation;
};

template <typename T>
WordStatistics StatisticsOf(const ColMatrix<T>& brain, const std::vector<std::int32_t>& positions) {
  WordStatistics found{Vector(brain.cols()), Vector(brain.cols())};
  Vector column(static_cast<Eigen::Index>(positions.size()));
  for (Eigen::Index sensor = 0; sensor < brain.cols(); ++sensor) {
    for (Eigen::Index i = 0; i < column.size(); ++i) {
      column(i) = static_cast<double>(brain(positions[Size(i)], sensor));
    }
    const double mean = column.mean();
    const double variance = (column.array() - mean).square().mean();
    const bool constant = variance <= kConstantSensorShare * column.array().square().mean();
    found.mean(sensor) = mean;
    found.deviation(sensor) = constant ? 0.0 : std::sqrt(variance);
  }
  return found;
}

// The scaling of a time's sensors, whose statistics over the training words are given.
void SetScaling(const Vector& mean, const Vector& deviation, TestWords& test) {
  test.origin = mean;
  test.scale = (deviation.array() > 0.0).select(deviation.array().inverse(), 0.0).matrix();
}

template <typename T>
void SetWords(const ColMatrix<T>& brain, const Segments& segments, const FoldSets& sets,
              bool zscore, const TargetColumns<T>& targets, TestWords& test) {
  const std::vector<std::int32_t> positions = Positions(segments, sets.test);
  if (zscore) {
    const WordStatistics train = StatisticsOf(brain, TrainPositions(segments, sets));
    SetScaling(train.mean, train.deviation, test);
  }
  const WordStatistics words = StatisticsOf(brain, positions);
  const Vector scale = (words.deviation.array() > 0.0).select(test.scale.array(), 0.0).matrix();
  test.moments.form = EvaluationMoments::Form::kWords;
  test.moments.values = WordsAbout(brain, positions, words.mean) * scale.asDiagonal();
  test.moments.shift =
      ((words.mean - test.origin).array() * test.scale.array()).matrix().transpose();
  const TargetStatistics& of_test = targets.statistics.test;
  test.cross.resize(static_cast<Eigen::Index>(positions.size()), of_test.mean.size());
  const auto varies = (of_test.squares > 0.0).template cast<double>();
  for (Eigen::Index i = 0; i < test.cross.rows(); ++i) {
    test.cross.row(i) =
        ((targets.values.row(positions[Size(i)]).template cast<double>().transpose().array() -
          of_test.mean) *
         varies)
            .matrix()
            .transpose();
  }
}

template <typename T>
void SetSums(const ColMatrix<T>& brain, const std::vector<FeatureSums>& sums, const FoldSets& sets,
             bool zscore, const TargetColumns<T>& targets, TestWords& test) {
  const PerSet<CentredFeatures> moments = AssembleFeatures(sums, brain, sets);
  if (zscore) SetScaling(moments.train.mean, Deviation(moments.train), test);
  const Vector& scale = test.scale;
  const CentredFeatures& words = moments.test;
  test.moments.form = EvaluationMoments::Form::kGram;
  test.moments.values = scale.asDiagonal() * words.gram * scale.asDiagonal();
  test.moments.shift = ((words.mean - test.origin).array() * scale.array()).matrix().transpose();
  test.summed = ((words.gram.diagonal().array() > 0.0).select(words.summed.array().sqrt(), 0.0) *
                 scale.array())
                    .matrix()
                    .transpose();
  std::vector<RangePair> ranges;
  for (const auto& [begin, end] : sets.test.ranges) ranges.push_back({begin, begin, end - begin});
  CrossSums cross = CrossSumsOver<T>(brain, targets.values, ranges);
  if (!sets.test.removed.empty()) {
    cross.Subtract(CrossSumsAt<T>(brain, targets.values, sets.test.removed));
  }
  test.cross = scale.asDiagonal() * CentredCross(cross, words.mean, targets.statistics.test);
}

// (m) What rounding of a Gram matrix may have done to scores.
Eigen::ArrayXd GramErrorBound(Metric metric, const TestWords& test, const FittedMaps& maps,
                              const HeldOutSums& predictions, const TargetStatistics& targets) {
  const Eigen::ArrayXd size = (test.summed * maps.weights.cwiseAbs()).transpose().array().square();
  const Eigen::ArrayXd& of = metric == Metric::kR2 ? targets.squares : predictions.squares;
  const auto matters = size > 0.0 && targets.squares > 0.0;
  const Eigen::ArrayXd bound = kGramRoundoffs * size / of;
  constexpr double kUnknown = std::numeric_limits<double>::infinity();
  return matters.select((bound >= 0.0).select(bound, kUnknown), 0.0);
}

template <typename T>
void ScoreWordByWord(const FittedMaps& maps, const TestWords& test, const ColMatrix<T>& brain,
                     const std::vector<std::int32_t>& positions, const TargetColumns<T>& targets,
                     Metric metric, const std::vector<Eigen::Index>& columns, FoldScores& scores) {
  const Matrix weights = test.scale.asDiagonal() * maps.weights(Eigen::all, columns);
  const Matrix predicted = WordsAbout(brain, positions, test.origin) * weights;
  Vector observed(predicted.rows());
  for (Eigen::Index c = 0; c < predicted.cols(); ++c) {
    const Eigen::Index target = columns[Size(c)];
    for (Eigen::Index i = 0; i < observed.size(); ++i) {
      observed(i) = static_cast<double>(targets.values(positions[Size(i)], target)) -
                    targets.statistics.train.mean(target);
    }
    if (targets.statistics.test.squares(target) > 0) {
      const Vector guess = (predicted.col(c).array() - maps.offset(target)).matrix();
      scores.score(target) = ScoreOfWords(metric, observed, guess, targets.origin(target));
    }
    scores.error_bound(target) = 0;
  }
}

}  // namespace

template <typename T>
absl::StatusOr<MapsOfTime<T>> MapsOfTime<T>::Make(const ColMatrix<T>& brain,
                                                  std::vector<FeatureSums> segment_sums, bool dual,
                                                  const Segments& segments,
                                                  const AlignmentSpec& spec) {
  MapsOfTime made;
  made.zscore_ = spec.zscore_words == FitWords::kTraining;
  if (dual) {
    made.dual_ = TurnToDual(brain, segments, made.zscore_, &made.bases_);
  } else {
    made.dual_.segment_sums.push_back(std::move(segment_sums));
    made.dual_.zscore = made.zscore_;
  }
  for (int fold = 0; fold < static_cast<int>(segments.folds.size()); ++fold) {
    const ColMatrix<T>& values = made.features(fold, brain);
    const std::vector<FeatureSums>& sums = made.dual_.segment_sums[made.dual_.block(fold)];
    absl::StatusOr<RegressionByTarget<T>> regression = RegressionByTarget<T>::Make(
        values, sums, segments, fold, {made.dual_.zscore ? values.cols() : 0}, spec,
        /*back=*/nullptr);
    if (!regression.ok()) return regression.status();
    made.regressions_.push_back(*std::move(regression));
    const CentredFeatures train = AssembleFeatures(sums, values, segments.folds[Size(fold)]).train;
    made.errors_.push_back(
        RoundingBound::Independent((train.summed / train.count).cwiseSqrt(), kUnitRoundoff<T>));
    // In the dual the sensors were scaled before they were rotated.
    made.unscale_.push_back(made.dual_.zscore ? Deviation(train)
                                              : Vector(Vector::Ones(brain.cols())));
  }
  made.dual_.segment_sums.clear();
  return made;
}

template <typename T>
RowMatrix<double> MapsOfTime<T>::ToSensors(int fold, const RowMatrix<double>& coefficients) const {
  RowMatrix<double> weights = fit(fold).rotation() * coefficients;
  if (!bases_.empty()) return basis(fold) * weights;
  return unscale_[Size(fold)].asDiagonal() * weights;
}

template <typename T>
Eigen::RowVectorXd MapsOfTime<T>::ToBasis(int fold, const Eigen::RowVectorXd& sensors) const {
  if (!bases_.empty()) {
    const Eigen::RowVectorXd rotated = sensors * basis(fold);
    return rotated * fit(fold).rotation();
  }
  const Eigen::RowVectorXd values = sensors.cwiseProduct(unscale_[Size(fold)].transpose());
  return values * fit(fold).rotation();
}

template <typename T>
Eigen::RowVectorXd MapsOfTime<T>::TrainMean(int fold) const {
  const Ridge& ridge = fit(fold);
  if (zscore_) return Eigen::RowVectorXd::Zero(ridge.rotation().cols());
  return ridge.train_mean().transpose() * ridge.rotation();
}

template <typename T>
absl::StatusOr<FittedMaps> MapsOfTime<T>::Fit(int fold, const TargetColumns<T>& targets,
                                              const WordsAndSums<T>& sums,
                                              const AlignmentSpec& spec,
                                              ChosenAlphas alphas) const {
  const RegressionByTarget<T>& regression = regressions_[Size(fold)];
  RegressionWorkspace<RegressionByTarget<T>> workspace;
  absl::Status status = regression.Rotate(targets, sums, workspace.buffers, workspace.cross);
  if (!status.ok()) return status;
  FittedMaps maps;
  regression.Solve(spec.alphas, workspace.cross, alphas, maps.solution);
  maps.weights = ToSensors(fold, maps.solution);
  maps.offset = (TrainMean(fold) * maps.solution).transpose().array();
  maps.scale = std::move(workspace.cross.scale);
  maps.alphas = std::move(alphas);
  return maps;
}

template <typename T>
TestWords MakeTestWords(const ColMatrix<T>& brain, const std::vector<FeatureSums>* sums,
                        const Segments& segments, int fold, const TargetColumns<T>& targets,
                        const AlignmentSpec& spec) {
  const FoldSets& sets = segments.folds[Size(fold)];
  const bool zscore = spec.zscore_words == FitWords::kTraining;
  TestWords test;
  test.origin = Vector::Zero(brain.cols());
  test.scale = Vector::Ones(brain.cols());
  test.moments.count = static_cast<double>(sets.test.count);
  if (sums != nullptr) {
    SetSums(brain, *sums, sets, zscore, targets, test);
  } else {
    SetWords(brain, segments, sets, zscore, targets, test);
  }
  return test;
}

template <typename T>
FoldScores ScoreAcrossTimes(const MapsOfTime<T>& time, int fold, const FittedMaps& maps,
                            const TestWords& test, const ColMatrix<T>& brain,
                            const Segments& segments, const TargetColumns<T>& targets,
                            const AlignmentSpec& spec) {
  const TargetStatistics& of_train = targets.statistics.train;
  const TargetStatistics& of_test = targets.statistics.test;
  FoldScores scores;
  scores.alphas = maps.alphas;
  scores.held_out = test.moments.Predict(maps.weights, test.cross);
  scores.held_out.shift -= maps.offset;
  scores.score = ScoreTargets(spec.metric, scores.held_out, of_train, of_test, targets.origin);
  scores.constant_targets = (of_test.squares == 0.0).count();

  // The fit's coefficients err as its own cross-products do. What that does to predictions follows
  // from the test words of this time.
  const Ridge& fit = time.fit(fold);
  const Eigen::RowVectorXd shift = time.ToBasis(fold, test.moments.shift) - time.TrainMean(fold);
  const RoundingBound rounding = RoundingBound::Make(
      {fit.rotation(), fit.solver(), shift, fit.train_count(), test.moments.count},
      time.errors(fold), spec.alphas, [&](const RowMatrix<double>& coefficients) {
        return test.moments.Squares(time.ToSensors(fold, coefficients));
      });
  scores.error_bound =
      rounding.ScoreErrorBound(spec.metric, maps.scale, maps.alphas.index, maps.solution.data(),
                               {scores.held_out, of_train, of_test, targets.origin});
  if (!test.moments.direct()) {
    scores.error_bound += GramErrorBound(spec.metric, test, maps, scores.held_out, of_test);
  }
  if constexpr (std::is_same_v<T, float>) {
    BoundInSingle(spec.metric, targets, scores);
  } else {
    std::vector<Eigen::Index> inexact;
    for (Eigen::Index target = 0; target < scores.score.size(); ++target) {
      if (scores.error_bound(target) > kVisibleErrorAcross ||
          IsBeyond(spec.metric, scores.score(target), kNearlyOneAcross)) {
        inexact.push_back(target);
      }
    }
    if (!inexact.empty()) {
      ScoreWordByWord(maps, test, brain, Positions(segments, segments.folds[Size(fold)].test),
                      targets, spec.metric, inexact, scores);
    }
  }
  return scores;
}

#define BRAINALIGN_INSTANTIATE(T)                                                                 \
  template class MapsOfTime<T>;                                                                   \
  template TestWords MakeTestWords<T>(const ColMatrix<T>&, const std::vector<FeatureSums>*,       \
                                      const Segments&, int, const TargetColumns<T>&,              \
                                      const AlignmentSpec&);                                      \
  template FoldScores ScoreAcrossTimes<T>(const MapsOfTime<T>&, int, const FittedMaps&,           \
                                          const TestWords&, const ColMatrix<T>&, const Segments&, \
                                          const TargetColumns<T>&, const AlignmentSpec&);

BRAINALIGN_INSTANTIATE(float)
BRAINALIGN_INSTANTIATE(double)
#undef BRAINALIGN_INSTANTIATE

}  // namespace brainalign
