#ifndef BRAINALIGN_CORE_COLUMNS_ACTIVATION_ROWS_H_
#define BRAINALIGN_CORE_COLUMNS_ACTIVATION_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "core/cancel.h"
#include "core/linalg/matrix_types.h"
#include "core/problem/inputs.h"

namespace brainalign {

// Activations of the words in use, read from the mapped tensors in the order of
// positions, each dimension about its mean over some of those words, evenly spread.
template <typename T>
class ActivationRows {
 public:
  // `words`: the given word of each position. `layers` must outlive the object.
  ActivationRows(const std::vector<LayerInput>& layers, std::vector<std::int64_t> words);

  // The layer's means and deviations. Before anything below is called for it; only the first
  // call for a layer does anything, others wait for it. CANCELLED if `cancel` was set.
  absl::Status FindMeans(int layer, const CancelFlag& cancel);

  int width(int layer) const { return static_cast<int>(tensor(layer).dim(1)); }
  const Tensor& tensor(int layer) const {
    return layers_[static_cast<std::size_t>(layer)].activations;
  }
  // The given word at a position.
  std::int64_t word(std::int64_t position) const {
    return words_[static_cast<std::size_t>(position)];
  }
  // Where a dimension's value at a position lies.
  const std::byte* Source(int layer, std::int64_t position, std::int64_t dimension) const;
  // Whether `count` words from a position on lie one behind the other in the tensors.
  bool InOrder(std::int64_t position, std::int64_t count) const;
  // (d) What is subtracted: about the means, as T holds it.
  const Vector& shift(int layer) const { return shift_[static_cast<std::size_t>(layer)]; }

  // (d) over the words that the means are of.
  const Vector& deviation(int layer) const { return deviation_[static_cast<std::size_t>(layer)]; }

  // Dimensions [begin, end) at the positions [first, first + count), to `out` (count, end - begin).
  void Load(int layer, std::int32_t first, std::int32_t count, int begin, int end,
            Eigen::Ref<RowMatrix<T>, 0, Eigen::OuterStride<>> out) const;

  // (positions, d), all dimensions.
  Matrix At(int layer, const std::vector<std::int32_t>& positions) const;

 private:
  void SumRows(int layer, const CancelFlag& cancel);

  const std::vector<LayerInput>& layers_;
  const std::vector<std::int64_t> words_;
  std::vector<Vector> shift_;      // (L) of (d)
  std::vector<Vector> deviation_;  // (L) of (d)
  std::vector<std::once_flag> found_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_ACTIVATION_ROWS_H_
