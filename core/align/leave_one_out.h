#ifndef BRAINALIGN_CORE_ALIGN_LEAVE_ONE_OUT_H_
#define BRAINALIGN_CORE_ALIGN_LEAVE_ONE_OUT_H_

#include <optional>
#include <vector>

#include "core/align/alpha_choice.h"
#include "core/align/matrix_types.h"
#include "core/align/near_ties.h"
#include "core/align/ridge.h"
#include "core/align/segments.h"
#include "core/align/target_moments.h"

namespace brainalign {

// Leave-one-out errors of all folds and alphas from a few weighted sums.
//
// The error of target y is sum_i c_i^2 (y_i - x_i'w)^2 over the training words,
// c = 1 / (1 - leverage). As functions of the word, the c^2 of all alphas and
// folds vary little and much alike: what they differ from their mean by is expanded
// in its leading singular functions g_r, as few as leave most choices clear (docs/method.md,
// "Leave-one-out"). Then X'diag(g_r)X and X'diag(g_r)Y, summed once for all folds, give every
// error. Where two alphas come so close that what the expansion leaves could decide between them,
// their errors are summed from the words themselves.
template <typename T>
class LeaveOneOut {
 public:
  // Sums of one weight over a set of words.
  struct FeatureSide {
    double weight = 0;
    Vector x;   // (p)
    Matrix xx;  // (p, p)
    void Add(const FeatureSide& other);
    void Subtract(const FeatureSide& other);
  };
  struct TargetSide {
    RowMatrix<double> xy;  // (p, m)
    Eigen::ArrayXd y;      // (m)
    Eigen::ArrayXd yy;     // (m)
    void Add(const TargetSide& other);
    void Subtract(const TargetSide& other);
  };

  // `ridges` (K) are the folds' fits, made with Ridge::Basis::kEigen from
  // `features` (n, p), which all folds share. All must outlive the object. Nothing
  // where forming every residual of `targets` columns is cheaper.
  static std::optional<LeaveOneOut> Make(const ColMatrix<T>& features, const Segments& segments,
                                         const std::vector<const Ridge*>& ridges,
                                         const std::vector<double>& alphas, Eigen::Index targets);

  // Sums over `fold`'s training words, one entry a weight, of targets (n, m).
  // For targets that all folds share, `fold` -1 gives all folds' at once.
  std::vector<std::vector<TargetSide>> SumTargets(const RowMatrixRef<T>& targets, int fold) const;

  // As LeaveOneOutCriterion, exact wherever it decides. `b`: rotated training
  // cross-products of `targets` (n, m); `sums`: this fold's entry of SumTargets;
  // `shared` as in SettleNearTies.
  Criterion Evaluate(int fold, const RowMatrix<double>& b, const TargetStatistics& train,
                     const RowMatrixRef<T>& targets, const std::vector<TargetSide>& sums,
                     const SharedChoice* shared) const;

 private:
  LeaveOneOut() = default;

  bool IsWorthwhile(Eigen::Index targets, Eigen::Index terms) const;
  void FillExcess();
  bool Expand();
  void SetDoubt();
  void SumFeatures();

  const ColMatrix<T>* features_ = nullptr;
  const Segments* segments_ = nullptr;
  std::vector<const Ridge*> ridges_;
  std::vector<double> alphas_;
  RowMatrix<T> excess_;          // (n, K * A): c^2 - 1
  Eigen::RowVectorXd constant_;  // (K * A): mean of c^2 - 1 over the words
  Matrix weights_;               // (n, R): g_r at each position
  Matrix coefficients_;          // (R, K * A): of the rest of c^2 - 1 in the g_r
  Vector doubt_;                 // (K * A): share of a sum that what is left out could change
  std::vector<ColMatrix<T>> rotations_;          // (K) of (p, p)
  std::vector<std::vector<ColMatrix<T>>> gram_;  // (K, R) of (p, p): weighted, centred, rotated
  std::vector<std::vector<FeatureSide>> features_of_fold_;  // (K, R), xx dropped
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_LEAVE_ONE_OUT_H_
