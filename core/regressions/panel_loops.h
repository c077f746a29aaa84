#ifndef BRAINALIGN_CORE_REGRESSIONS_PANEL_LOOPS_H_
#define BRAINALIGN_CORE_REGRESSIONS_PANEL_LOOPS_H_

#include <cstddef>
#include <cstdint>

namespace brainalign {

// Inner loops over panels: row-major blocks (features, targets) that fit into a core's cache.
// Compiled for several instruction sets; the one to use is chosen at run time.

// One row of cross-products: one feature with each target (columns).
template <typename Scalar>
struct CrossRow {
  const Scalar* total = nullptr;   // over all words
  const Scalar* test = nullptr;    // over a fold's test words
  const Scalar* purged = nullptr;  // over the words that its purge removes; null if there are none
};

// The means of a set of n words that a row is centred with.
template <typename Scalar>
struct SetMeans {
  Scalar weight = 0;                    // n times the feature's mean in the set
  const Scalar* target_mean = nullptr;  // (columns) the targets' means in the set
  const Scalar* varies = nullptr;       // (columns) 1, or 0 for a target constant in the set
};

// Centres a row about the means of the training words and about those of the test words. Training
// words are all words less test words less purged words:
//   train[c] = (total[c] - test[c] - purged[c] - weight target_mean[c]) varies[c]
//   test[c]  = (test[c] - weight target_mean[c]) varies[c]
// The outputs are in single precision, or rounded to bf16.
void CentreCrossRow(const CrossRow<double>& cross, const SetMeans<double>& train_means,
                    const SetMeans<double>& test_means, std::size_t columns, float* train,
                    float* test);
void CentreCrossRow(const CrossRow<float>& cross, const SetMeans<float>& train_means,
                    const SetMeans<float>& test_means, std::size_t columns, std::uint16_t* train,
                    std::uint16_t* test);

// A row of cross-products with targets y - shift, from the cross-products with y:
//   v[c] = product[c] - feature_sum shift[c].
// Adds v to `part` and to `total`. `begins_part`, `begins_total`: sets them to v instead.
struct ShiftedRow {
  const float* product = nullptr;
  double feature_sum = 0;
  const double* shift = nullptr;
};
void AddShiftedRow(const ShiftedRow& row, std::size_t columns, bool begins_part, bool begins_total,
                   float* part, float* total);

// out[r, c] = b[r, c]^2 * factor[r].
void ScaledSquares(std::size_t rows, std::size_t columns, const float* factor, const float* b,
                   float* out);

// out[r, c] = b[r, c] / (value[r] + alpha[c]).
void DivideBySums(std::size_t rows, std::size_t columns, const float* value, const float* alpha,
                  const float* b, float* out);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_PANEL_LOOPS_H_
