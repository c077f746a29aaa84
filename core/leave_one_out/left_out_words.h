#ifndef BRAINALIGN_CORE_LEAVE_ONE_OUT_LEFT_OUT_WORDS_H_
#define BRAINALIGN_CORE_LEAVE_ONE_OUT_LEFT_OUT_WORDS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/linalg/matrix_types.h"
#include "core/moments/target_moments.h"
#include "core/problem/segments.h"
#include "core/ridge/alpha_choice.h"
#include "core/ridge/ridge.h"

namespace brainalign {

// Leave-one-out errors of words with a leverage near 1, by a fit without the word (docs/method.md,
// "Words of leverage 1"). In general the error of a word that is left out is e / (1 - h), with e
// its residual and h its leverage. If h is near 1, as for the only word that uses a dimension,
// rounding dominates both.
//
// With t the rotated features of a word about the training mean, y its target about the mean, n the
// count of training words and f = n / (n - 1), the fit without the word has cross-products
// b - f t y, and its error is f y - q'(b - f t y), q = (G + alpha I)^-1 f t, with G the Gram matrix
// of the other words about their own mean.
class LeftOutWords {
 public:
  // If 1 less a word's leverage is below this, rounding dominates it.
  static constexpr double kLittleLeft = 1e-6;
  // At most so many words of a fold are left out. If a fold has more such words, none is left out,
  // and their residuals and leverages keep their rounding errors.
  static constexpr std::size_t kMost = 64;

  LeftOutWords() = default;
  // `ridge`: the fit on the training words of `sets`, with Ridge::Basis::kEigen, from `features`
  // (n, p). `positions`: the words, all of them trained on, at most kMost. INTERNAL if a
  // decomposition does not converge.
  static absl::StatusOr<LeftOutWords> Make(const Ridge& ridge, const Matrix& features,
                                           const FoldSets& sets, const std::vector<double>& alphas,
                                           const std::vector<std::int32_t>& positions);

  // (A, m) Sums of the words' squared errors. `b` (p, m): rotated training cross-products of
  // `targets` (n, m).
  Criterion Errors(const RowMatrix<double>& b, const TargetStatistics& train,
                   const RowMatrixRef<double>& targets) const;

  std::int64_t held_bytes() const;

 private:
  struct Word {
    std::int32_t position = 0;
    Vector rotated;  // (p) t
    Matrix q;        // (p, A)
  };

  double factor_ = 0;  // f
  Eigen::Index alphas_ = 0;
  std::vector<Word> words_;
};

// Bytes of the LeftOutWords of a fold with kMost words, and further bytes while they are made.
inline double LeftOutWordsBytes(double features, double alphas) {
  return 8 * static_cast<double>(LeftOutWords::kMost) * features * (alphas + 1);
}
double MakeLeftOutWordsBytes(double features);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_LEAVE_ONE_OUT_LEFT_OUT_WORDS_H_
