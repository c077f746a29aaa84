#ifndef BRAINALIGN_CORE_INFERENCE_DRIFT_H_
#define BRAINALIGN_CORE_INFERENCE_DRIFT_H_

#include <optional>
#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/problem/folds.h"

namespace brainalign {

// The degree of the polynomials that the drift is measured by.
constexpr int kDriftOrder = 3;
// If both sides drift by more than this share, null p values are not to be relied on.
constexpr double kDriftToWarnOf = 0.01;

// How much of the variance of one side is slow drift (docs/uncertainty.md, "Drift"). Sums over
// columns, so that stretches of columns add up.
struct Drift {
  double total = 0;      // squares about the mean over all words
  double explained = 0;  // of these, by polynomials of degree 0..3 of the position in the session
  double expected = 0;   // of these, of columns without drift

  void Add(const Drift& other);
  // With columns whose squares are `factor` times as large.
  Drift Times(double factor) const;
  // Share of variance beyond chance, in [0, 1]: (explained - expected) / (total - expected).
  // Nothing where it cannot be measured: for constant columns, and where chance explains
  // everything.
  std::optional<double> BeyondChance() const;
};

// `columns` (w, c), `sessions` from WordsOfSessions, `onsets_seconds` (w) or empty. With p
// polynomials in all sessions together, chance explains (p - 1) a / (w - 1) of the total. a is the
// integral of the autocorrelation of what the polynomials leave (core/inference/autocorrelation.h):
// polynomials explain a times more of columns that vary slowly without drifting. A column whose
// deviations from its mean are rounding counts as constant.
Drift DriftOf(const std::vector<Words>& sessions, const std::vector<double>& onsets_seconds,
              const Matrix& columns);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_DRIFT_H_
