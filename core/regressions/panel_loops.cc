#include "core/regressions/panel_loops.h"

#include "core/tensor/bfloat16.h"
#include "core/tensor/for_each_processor.h"

namespace brainalign {
namespace {

BRAINALIGN_INLINE void Store(double value, float* out) { *out = static_cast<float>(value); }
BRAINALIGN_INLINE void Store(float value, std::uint16_t* out) { *out = BFloat16Of(value); }

template <typename Scalar, typename Out>
BRAINALIGN_INLINE void CentreCrossRowLoop(const CrossRow<Scalar>& cross,
                                          const SetMeans<Scalar>& train_means,
                                          const SetMeans<Scalar>& test_means, std::size_t columns,
                                          Out* __restrict train, Out* __restrict test) {
  const Scalar* const total = cross.total;
  const Scalar* const held = cross.test;
  const Scalar* const purged = cross.purged;
  const Scalar train_weight = train_means.weight;
  const Scalar test_weight = test_means.weight;
  const Scalar* const train_mean = train_means.target_mean;
  const Scalar* const test_mean = test_means.target_mean;
  const Scalar* const train_varies = train_means.varies;
  const Scalar* const test_varies = test_means.varies;
  for (std::size_t c = 0; c < columns; ++c) {
    const Scalar kept = total[c] - held[c];
    Store((kept - train_weight * train_mean[c]) * train_varies[c], train + c);
    Store((held[c] - test_weight * test_mean[c]) * test_varies[c], test + c);
  }
  if (purged == nullptr) return;
  for (std::size_t c = 0; c < columns; ++c) {
    const Scalar kept = total[c] - held[c] - purged[c];
    Store((kept - train_weight * train_mean[c]) * train_varies[c], train + c);
  }
}

// `begins_part` and `begins_total` are known where this is compiled, so that no loop asks.
template <bool begins_part, bool begins_total>
BRAINALIGN_INLINE void AddShifted(const ShiftedRow& row, std::size_t columns,
                                  float* __restrict part, float* __restrict total) {
  const float* const product = row.product;
  const double* const shift = row.shift;
  const double feature_sum = row.feature_sum;
  for (std::size_t c = 0; c < columns; ++c) {
    const auto value = static_cast<float>(product[c] - feature_sum * shift[c]);
    part[c] = begins_part ? value : part[c] + value;
    total[c] = begins_total ? value : total[c] + value;
  }
}

BRAINALIGN_INLINE void AddShiftedRowLoop(const ShiftedRow& row, std::size_t columns,
                                         bool begins_part, bool begins_total, float* part,
                                         float* total) {
  if (begins_total) return AddShifted<true, true>(row, columns, part, total);
  if (begins_part) return AddShifted<true, false>(row, columns, part, total);
  AddShifted<false, false>(row, columns, part, total);
}

BRAINALIGN_INLINE void ScaledSquaresLoop(std::size_t rows, std::size_t columns, const float* factor,
                                         const float* __restrict b, float* __restrict out) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float scale = factor[r];
    const float* from = b + r * columns;
    float* to = out + r * columns;
    for (std::size_t c = 0; c < columns; ++c) to[c] = from[c] * from[c] * scale;
  }
}

BRAINALIGN_INLINE void DivideBySumsLoop(std::size_t rows, std::size_t columns, const float* value,
                                        const float* __restrict alpha, const float* __restrict b,
                                        float* __restrict out) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float eigenvalue = value[r];
    const float* from = b + r * columns;
    float* to = out + r * columns;
    for (std::size_t c = 0; c < columns; ++c) to[c] = from[c] / (eigenvalue + alpha[c]);
  }
}

}  // namespace

BRAINALIGN_FOR_EACH_PROCESSOR(void, CentreCrossRow, CentreCrossRowLoop,
                              (const CrossRow<double>& cross, const SetMeans<double>& train_means,
                               const SetMeans<double>& test_means, std::size_t columns,
                               float* train, float* test),
                              (cross, train_means, test_means, columns, train, test))
BRAINALIGN_FOR_EACH_PROCESSOR(void, CentreCrossRow, CentreCrossRowLoop,
                              (const CrossRow<float>& cross, const SetMeans<float>& train_means,
                               const SetMeans<float>& test_means, std::size_t columns,
                               std::uint16_t* train, std::uint16_t* test),
                              (cross, train_means, test_means, columns, train, test))
BRAINALIGN_FOR_EACH_PROCESSOR(void, AddShiftedRow, AddShiftedRowLoop,
                              (const ShiftedRow& row, std::size_t columns, bool begins_part,
                               bool begins_total, float* part, float* total),
                              (row, columns, begins_part, begins_total, part, total))
BRAINALIGN_FOR_EACH_PROCESSOR(void, ScaledSquares, ScaledSquaresLoop,
                              (std::size_t rows, std::size_t columns, const float* factor,
                               const float* b, float* out),
                              (rows, columns, factor, b, out))
BRAINALIGN_FOR_EACH_PROCESSOR(void, DivideBySums, DivideBySumsLoop,
                              (std::size_t rows, std::size_t columns, const float* value,
                               const float* alpha, const float* b, float* out),
                              (rows, columns, value, alpha, b, out))

}  // namespace brainalign
