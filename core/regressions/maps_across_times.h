#ifndef BRAINALIGN_CORE_REGRESSIONS_MAPS_ACROSS_TIMES_H_
#define BRAINALIGN_CORE_REGRESSIONS_MAPS_ACROSS_TIMES_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"
#include "core/moments/target_moments.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"
#include "core/regressions/fold_regression.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"
#include "core/ridge/evaluation_moments.h"
#include "core/ridge/rounding_bound.h"

// Maps from the sensors at one time to targets, scored on the sensors at another time of held-out
// words (docs/method.md, "Time generalisation"). A map is of scaled sensors, which each time has of
// its own. Its predictions are judged by sums over the test words, as those of the fit's own time.
//
// Order of calls: MapsOfTime::Make for each time of a fit, then Fit for a block of targets;
// MakeTestWords for each time and fold that is tested; ScoreAcrossTimes for each pair of the two.

namespace brainalign {

// The maps of m targets in one fold.
struct FittedMaps {
  RowMatrix<double> solution;  // (p, m) in the basis of the fit
  RowMatrix<double> weights;   // (s, m) of the scaled sensors
  // (m) The prediction of the weights for the mean training word, which is part of the intercept.
  Eigen::ArrayXd offset;
  Eigen::ArrayXd scale;  // (m) RoundingBound::Scale
  ChosenAlphas alphas;   // as given
};

// The regressions of every fold on the sensors at one time.
template <typename T>
class MapsOfTime {
 public:
  // `brain` (n, s) with its sums over the segments, which must have no inner folds; in the dual
  // without sums. `spec`: from WithKnownAlphas. Errors as RegressionByTarget::Make.
  static absl::StatusOr<MapsOfTime> Make(const ColMatrix<T>& brain,
                                         std::vector<FeatureSums> segment_sums, bool dual,
                                         const Segments& segments, const AlignmentSpec& spec);

  // The features, for the cross-products of Fit.
  const ColMatrix<T>& features(int fold, const ColMatrix<T>& brain) const {
    return dual_.values.empty() ? brain : dual_.values[dual_.block(fold)];
  }

  // The maps of `targets` in `fold` at known alphas. `sums`: of features().
  absl::StatusOr<FittedMaps> Fit(int fold, const TargetColumns<T>& targets,
                                 const WordsAndSums<T>& sums, const AlignmentSpec& spec,
                                 ChosenAlphas alphas) const;

  // (s, any) Weights of the scaled sensors from coefficients in the basis of the fold.
  RowMatrix<double> ToSensors(int fold, const RowMatrix<double>& coefficients) const;
  // (p) The same for a row of scaled sensors: what it is in the basis.
  Eigen::RowVectorXd ToBasis(int fold, const Eigen::RowVectorXd& sensors) const;
  // (p) The mean training word in the basis; 0 where sensors are taken about it.
  Eigen::RowVectorXd TrainMean(int fold) const;

  const Ridge& fit(int fold) const { return regressions_[Size(fold)].fit(); }
  const RoundingBound::Errors& errors(int fold) const { return errors_[Size(fold)]; }

  // Whether features differ between folds.
  bool per_fold() const { return dual_.per_fold(); }

  // Frees what only features() needs.
  void DropFeatures() { dual_.values.clear(); }

 private:
  MapsOfTime() = default;

  const Matrix& basis(int fold) const { return bases_[bases_.size() > 1 ? Size(fold) : 0]; }

  bool zscore_ = false;
  ProblemFeatures<T> dual_;      // without values if not in the dual
  std::vector<Matrix> bases_;    // (s, p) of the dual's features, one for each block; or none
  std::vector<Vector> unscale_;  // (K) of (s): deviations on the training words, or ones
  std::vector<RegressionByTarget<T>> regressions_;  // (K)
  std::vector<RoundingBound::Errors> errors_;       // (K)
};

// The test words of one fold at one time, with m targets.
struct TestWords {
  Vector origin;              // (s) of the scaling of the sensors
  Vector scale;               // (s) 0 for a sensor that is constant on the fold's training words
  EvaluationMoments moments;  // of the scaled sensors; its shift is from the origin
  RowMatrix<double> cross;    // the second argument of EvaluationMoments::Predict
  // (s) Roots of the sums of squares that the Gram matrix is what is left of; empty without one.
  Eigen::RowVectorXd summed;
};

// `sums`: of the brain over the segments; null: predicts word by word, as is cheaper where test
// words are fewer than sensors.
template <typename T>
TestWords MakeTestWords(const ColMatrix<T>& brain, const std::vector<FeatureSums>* sums,
                        const Segments& segments, int fold, const TargetColumns<T>& targets,
                        const AlignmentSpec& spec);

// What maps of one fold score on test words of that fold. In double, targets whose scores rounding
// may have moved visibly are predicted word by word; `brain` (n, s): at the time of `test`.
template <typename T>
FoldScores ScoreAcrossTimes(const MapsOfTime<T>& time, int fold, const FittedMaps& maps,
                            const TestWords& test, const ColMatrix<T>& brain,
                            const Segments& segments, const TargetColumns<T>& targets,
                            const AlignmentSpec& spec);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_MAPS_ACROSS_TIMES_H_
