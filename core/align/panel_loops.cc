#include "core/align/panel_loops.h"

#include "core/tensor/for_each_processor.h"

namespace brainalign {
namespace {

BRAINALIGN_INLINE void CentreCrossRowLoop(const CrossRow& cross, const SetMeans& train_means,
                                          const SetMeans& test_means, std::size_t columns,
                                          float* __restrict train, float* __restrict test) {
  const double* const total = cross.total;
  const double* const held = cross.test;
  const double* const purged = cross.purged;
  const double train_weight = train_means.weight;
  const double test_weight = test_means.weight;
  const double* const train_mean = train_means.target_mean;
  const double* const test_mean = test_means.target_mean;
  const double* const train_varies = train_means.varies;
  const double* const test_varies = test_means.varies;
  for (std::size_t c = 0; c < columns; ++c) {
    const double kept = total[c] - held[c];
    train[c] = static_cast<float>((kept - train_weight * train_mean[c]) * train_varies[c]);
    test[c] = static_cast<float>((held[c] - test_weight * test_mean[c]) * test_varies[c]);
  }
  if (purged == nullptr) return;
  for (std::size_t c = 0; c < columns; ++c) {
    const double kept = total[c] - held[c] - purged[c];
    train[c] = static_cast<float>((kept - train_weight * train_mean[c]) * train_varies[c]);
  }
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
                                        const float* __restrict alpha, float* __restrict b) {
  for (std::size_t r = 0; r < rows; ++r) {
    const float eigenvalue = value[r];
    float* row = b + r * columns;
    for (std::size_t c = 0; c < columns; ++c) row[c] /= eigenvalue + alpha[c];
  }
}

}  // namespace

BRAINALIGN_FOR_EACH_PROCESSOR(void, CentreCrossRow, CentreCrossRowLoop,
                              (const CrossRow& cross, const SetMeans& train_means,
                               const SetMeans& test_means, std::size_t columns, float* train,
                               float* test),
                              (cross, train_means, test_means, columns, train, test))
BRAINALIGN_FOR_EACH_PROCESSOR(void, ScaledSquares, ScaledSquaresLoop,
                              (std::size_t rows, std::size_t columns, const float* factor,
                               const float* b, float* out),
                              (rows, columns, factor, b, out))
BRAINALIGN_FOR_EACH_PROCESSOR(void, DivideBySums, DivideBySumsLoop,
                              (std::size_t rows, std::size_t columns, const float* value,
                               const float* alpha, float* b),
                              (rows, columns, value, alpha, b))

}  // namespace brainalign
