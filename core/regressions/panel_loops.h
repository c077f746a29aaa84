#ifndef BRAINALIGN_CORE_REGRESSIONS_PANEL_LOOPS_H_
#define BRAINALIGN_CORE_REGRESSIONS_PANEL_LOOPS_H_

#include <cstddef>
#include <cstdint>

namespace brainalign {

// Inner loops over panels: blocks of some features by some targets, by rows, small
// enough to stay in a core's cache. Compiled for several instruction sets, chosen at
// run time.

// One row (a feature) of cross-products of `columns` targets: of all words, of a
// fold's test words, and of the words its purge drops (null: none).
template <typename Scalar>
struct CrossRow {
  const Scalar* total = nullptr;
  const Scalar* test = nullptr;
  const Scalar* purged = nullptr;
};

// What centres a row: n times the feature's mean in the set, and for each target its
// mean in the set and 1, or 0 where it is constant there.
template <typename Scalar>
struct SetMeans {
  Scalar weight = 0;
  const Scalar* target_mean = nullptr;
  const Scalar* varies = nullptr;
};

// About the sets' own means: training words are all less test less purged ones. To single
// precision, or rounded to bf16.
void CentreCrossRow(const CrossRow<double>& cross, const SetMeans<double>& train_means,
                    const SetMeans<double>& test_means, std::size_t columns, float* train,
                    float* test);
void CentreCrossRow(const CrossRow<float>& cross, const SetMeans<float>& train_means,
                    const SetMeans<float>& test_means, std::size_t columns, std::uint16_t* train,
                    std::uint16_t* test);

// With v[c] = product[c] - feature_sum shift[c], a row of cross-products with targets that are
// `shift` less than those multiplied: part[c] and total[c] are v[c], or have it added.
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

// b[r, c] /= value[r] + alpha[c].
void DivideBySums(std::size_t rows, std::size_t columns, const float* value, const float* alpha,
                  float* b);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_REGRESSIONS_PANEL_LOOPS_H_
