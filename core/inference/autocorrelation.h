#ifndef BRAINALIGN_CORE_INFERENCE_AUTOCORRELATION_H_
#define BRAINALIGN_CORE_INFERENCE_AUTOCORRELATION_H_

#include <optional>
#include <vector>

#include "core/linalg/matrix_types.h"
#include "core/problem/folds.h"

namespace brainalign {

// Whether a column whose sum of squares was `given_squares`, and is `squares` without its mean or
// its trend, has nothing left but rounding.
bool IsRounding(double squares, double given_squares);

// How slowly the columns of one side vary over words.
struct Autocorrelation {
  double lag_1 = 0;
  // 1 + 2 times the sum of the autocorrelations from lag 1 to the last lag before the first that is
  // not positive, of at most a quarter of the longest session. In words; 1: independent words.
  double integral_words = 1;
};

// `columns` (w, c), `sessions` from WordsOfSessions. With each column less its mean in each
// session, the autocorrelation at lag k is sum y_i y_(i+k) / sum y_i^2, both sums over columns and
// sessions; no pair crosses sessions. Nothing if all columns are constant in every session.
std::optional<Autocorrelation> AutocorrelationOf(const std::vector<Words>& sessions,
                                                 const Matrix& columns);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_AUTOCORRELATION_H_
