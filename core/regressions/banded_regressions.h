#ifndef BRAINALIGN_CORE_REGRESSIONS_BANDED_REGRESSIONS_H_
#define BRAINALIGN_CORE_REGRESSIONS_BANDED_REGRESSIONS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"
#include "core/problem/problem_size.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"
#include "core/problem/work.h"
#include "core/regressions/fold_regression.h"
#include "core/regressions/problem_features.h"
#include "core/regressions/regression_by_target.h"

namespace brainalign {

// The candidate ratios of the penalty of the nuisance to that of the activations, q in
// docs/method.md, "Nuisance beside the activations". One is chosen as an alpha is. Only 1 if there
// is a single alpha.
std::vector<double> BandRatios(const AlignmentSpec& spec);
double BandRatioCount(const ProblemSize& size);

// The features of ridge regressions with a penalty for each of two bands: the nuisance, then the
// activations. Either band may be empty.
struct BandedFeatures {
  ColMatrix<double> values;               // (n, c + d), by position
  Eigen::Index nuisance = 0;              // c
  bool dual = false;                      // WantsDual
  std::vector<FeatureSums> segment_sums;  // empty in the dual
};

// `nuisance` (n, c), `activations` (n, d).
BandedFeatures MakeBandedFeatures(const RowMatrixRef<double>& nuisance,
                                  const RowMatrixRef<double>& activations,
                                  const Segments& segments);

// The ridge regressions of every outer fold on banded features at one ratio of the penalties, in
// float64. The nuisance is standardised over the training words of each fold, and multiplied by the
// root of 1 / ratio: one penalty on what comes of it is `ratio` times that penalty on the nuisance.
//
// Order of calls, for each block of targets: CrossOf; then for each fold Rotate, Choose where
// alphas are not known, and Predict.
class BandedRegressions {
 public:
  using Regression = RegressionByTarget<double>;

  // `features`, `segments` and `spec` must outlive the object. Errors as Regression::Make.
  static absl::StatusOr<BandedRegressions> Make(const BandedFeatures& features, double ratio,
                                                const Segments& segments,
                                                const AlignmentSpec& spec);

  // (K) Cross-products with the targets `values` (n, m).
  std::vector<PerSet<CrossSums>> CrossOf(const RowMatrixRef<double>& values) const;

  // The same of one fold, directly from the words.
  PerSet<CrossSums> CrossOfFold(int fold, const RowMatrixRef<double>& values) const;

  // Sets `cross`, which refers to `sums`: those of CrossOf for the fold.
  absl::Status Rotate(int fold, const TargetColumns<double>& targets, const PerSet<CrossSums>& sums,
                      Regression::Cross& cross) const;

  // The alphas of the targets, with what the selection minimises (Buffers::criterion).
  ChosenAlphas Choose(int fold, const TargetColumns<double>& targets,
                      const Regression::Cross& cross, Regression::Buffers& buffers) const;

  // Predictions of the test words of a fold, each band's part about its training mean.
  struct Predictions {
    Matrix nuisance;     // (n_e, columns)
    Matrix activations;  // the same
  };
  // Of the targets `columns` at their alphas, `alphas` (m) by index.
  Predictions Predict(int fold, const Regression::Cross& cross, const std::vector<int>& alphas,
                      const std::vector<Eigen::Index>& columns) const;

 private:
  // In the dual a fold has features of its own.
  struct Dual {
    ProblemFeatures<double> features;
    Matrix basis;  // (p, size): weights of the features as they were given are basis * weights
    Vector mean;   // (p) of the features as they were given, over the training words
  };

  BandedRegressions(const BandedFeatures& features, const Segments& segments,
                    const AlignmentSpec& spec)
      : features_(&features), segments_(&segments), spec_(&spec) {}

  absl::Status MakeDual(int fold, double ratio);
  const ColMatrix<double>& FeaturesOf(int fold) const {
    return dual_.empty() ? features_->values : dual_[Size(fold)].features.values.front();
  }

  const BandedFeatures* features_;
  const Segments* segments_;
  const AlignmentSpec* spec_;
  std::vector<Dual> dual_;               // (K), or empty
  std::vector<Regression> regressions_;  // (K)
};

// Bytes of BandedFeatures; of the BandedRegressions of one ratio, and more while they are made; and
// of the steps for `targets` targets. `features`: c + d.
double BandedFeaturesBytes(const ProblemSize& size, double features);
struct BandedBytes {
  double held = 0;
  double making = 0;
  double scoring = 0;
};
BandedBytes BytesOfBanded(const ProblemSize& size, double features, double targets);

// The work of all steps at one ratio for `columns` targets, so many `at_once`.
Work BandedWork(const ProblemSize& size, double features, double columns, double at_once);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_BANDED_REGRESSIONS_H_
