#ifndef BRAINALIGN_CORE_REGRESSIONS_PANEL_FOLD_H_
#define BRAINALIGN_CORE_REGRESSIONS_PANEL_FOLD_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/feature_moments.h"
#include "core/moments/target_moments.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"
#include "core/regressions/fold_problem.h"

namespace brainalign {

// Cross-products (p, m) of some targets, as one outer fold needs them; `Scalar` is float where
// products are in bf16, else double. `purged` are
// those of the training words that its purge drops; empty: none are.
template <typename Scalar>
struct PanelSums {
  RowMatrixRef<Scalar> total;
  RowMatrixRef<Scalar> test;
  RowMatrixRef<Scalar> purged;
};

// Statistics of the same targets in the fold, in the form that panels take.
template <typename Scalar>
struct PanelTargets {
  using Array = Eigen::Array<Scalar, Eigen::Dynamic, 1>;

  explicit PanelTargets(FoldTargets of_fold);

  FoldTargets statistics;
  Array train_mean;  // (m)
  Array test_mean;
  Array train_varies;  // (m) 1, or 0 for a target constant in the set
  Array test_varies;
};

// The regressions of one outer fold where alphas follow from training sums alone
// (selection fixed or gcv, or a single alpha): as FoldProblem, but everything that
// each target costs is single precision, some hundred targets at a time, so that it
// stays in a core's cache. Where products are in bf16, sums are turned in bf16, too: the features
// are then axes that are scaled alike (`back`). The factorisation and all that belongs to the
// features alone is double precision. For jobs of many targets, where this is most of the work
// beside the cross-products.
class PanelFold {
 public:
  // Buffers of one thread, kept between panels.
  struct Scratch {
    std::vector<float> b;
    std::vector<float> h;
    std::vector<float> z;
    std::vector<float> product;
    std::vector<float> alpha;
    std::vector<std::uint16_t> train;
    std::vector<std::uint16_t> test;
  };

  // `back` (s, p): what turns sums over the features of the cross-products into sums
  // over those of `train` and `test`, as Bf16Features::back; null where they are the same.
  static absl::StatusOr<PanelFold> Make(const CentredFeatures& train, const CentredFeatures& test,
                                        const AlignmentSpec& spec, const Matrix* back);

  // Chooses alphas and scores `targets`; `origin` (m) as in TargetColumns.
  // `spec`: as Make was given, but for what concerns targets alone. Errors as MultiplyBf16.
  template <typename Scalar>
  absl::StatusOr<FoldScores> Score(const AlignmentSpec& spec, const PanelSums<Scalar>& sums,
                                   const PanelTargets<Scalar>& targets,
                                   const Eigen::ArrayXd& origin, Scratch& scratch) const;

  std::int64_t held_bytes() const;

 private:
  PanelFold() = default;

  // To `b` and `h` of `scratch`: what the sums over training and test words, each about its own
  // mean, are along the axes of the training words.
  absl::Status TurnCentred(const PanelSums<double>& sums, const PanelTargets<double>& targets,
                           Scratch& scratch) const;
  absl::Status TurnCentred(const PanelSums<float>& sums, const PanelTargets<float>& targets,
                           Scratch& scratch) const;
  template <typename Scalar, typename Out>
  void Centre(const PanelSums<Scalar>& sums, const PanelTargets<Scalar>& targets, Out* train,
              Out* test) const;
  std::vector<int> ChooseAlphas(const std::vector<double>& alphas, const TargetStatistics& train,
                                Scratch& scratch) const;

  double train_count_ = 0;
  double test_count_ = 0;
  Vector train_mean_;          // (p)
  Vector test_mean_;           // (p)
  RowMatrix<float> rotation_;  // (s, p), onto the axes of the training words; or
  std::vector<std::uint16_t> rotation_in_bf16_;
  Eigen::VectorXf eigenvalue_;  // (s)
  Eigen::VectorXf explains_;    // (s) one over it; 0 where it is rounding
  double axes_ = 0;             // where it is not
  // (alphas + 1, s) share of an axis' variance that is left in the residuals; and ones.
  RowMatrix<float> criterion_;
  std::vector<double> divisor_;  // (alphas) of the criterion
  RowMatrix<float> judge_;       // (s, s) lower triangle that stands for the test Gram matrix
  Eigen::VectorXf shift_;        // (s) test mean less training mean
};

// Those of every fold, from features (n, s) and their sums; `back` as in Make.
absl::StatusOr<std::vector<PanelFold>> MakePanelFolds(const ColMatrix<float>& features,
                                                      const std::vector<FeatureSums>& segment_sums,
                                                      const Segments& segments,
                                                      const AlignmentSpec& spec,
                                                      const Matrix* back);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_PANEL_FOLD_H_
