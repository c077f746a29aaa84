#ifndef BRAINALIGN_CORE_COLUMNS_ACTIVATION_ROWS_H_
#define BRAINALIGN_CORE_COLUMNS_ACTIVATION_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/cancel.h"
#include "core/columns/session_trends.h"
#include "core/linalg/matrix_types.h"
#include "core/problem/inputs.h"

namespace brainalign {

// What has a unit of its own: each dimension of a layer; a layer, but for constant dimensions, of
// which nothing is left about their means; or a layer with these.
enum class UnitsOf { kDimensions, kLayers, kRows };

// Activations of the words in use, read from the mapped tensors in the order of positions. Each
// dimension is shifted by its mean over a sample of these words, or, with trends, less these. What
// float64 does not hold the squares of is in units of a power of two (core/linalg/unit_exponent.h).
template <typename T>
class ActivationRows {
 public:
  // `words`: the index of the word at each position in the given tensors. `trends`: of the
  // positions, taken out; or null. `layers` and `trends` must outlive the object.
  ActivationRows(const std::vector<LayerInput>& layers, std::vector<std::int64_t> words,
                 UnitsOf units, const SessionTrends* trends = nullptr);

  // Finds the layer's units, its means and deviations, or its trends. Must be called once before
  // any method below is called for the layer. CANCELLED if `cancel` was set; ABORTED with
  // NeedsDouble if T is float and cannot hold the layer.
  absl::Status FindMeans(int layer, const CancelFlag& cancel);

  int width(int layer) const { return static_cast<int>(input(layer).features()); }
  const Tensor& tensor(int layer) const { return input(layer).activations; }
  const std::string& name(int layer) const { return input(layer).name; }
  // The index of the word at a position in the given tensors.
  std::int64_t word(std::int64_t position) const {
    return words_[static_cast<std::size_t>(position)];
  }
  // Whether the values are those stored at the word of each position, less a shift of each
  // dimension.
  bool as_stored(int layer) const { return trends_ == nullptr && input(layer).delayed == nullptr; }
  // The address of a dimension's stored value at a position. Only where they are as stored, or
  // trends are taken out of them.
  const std::byte* Source(int layer, std::int64_t position, std::int64_t dimension) const;
  // Whether the `count` words from a position on are adjacent in the tensors.
  bool InOrder(std::int64_t position, std::int64_t count) const;
  // (d) What is subtracted: the means, rounded to T. 0 with trends.
  const Vector& shift(int layer) const { return shift_[static_cast<std::size_t>(layer)]; }

  // The layer is the values that are read, times 2^exponent. Not with UnitsOf::kDimensions.
  int exponent(int layer) const { return exponent_[static_cast<std::size_t>(layer)]; }
  // (d) The same of each dimension.
  const std::vector<int>& exponents(int layer) const {
    return exponents_[static_cast<std::size_t>(layer)];
  }
  // (d) The largest size of each dimension that varies, in its unit; 0 of the others. Only of f64.
  const Vector& largest(int layer) const { return largest_[static_cast<std::size_t>(layer)]; }

  // (d) Deviations over the same sample of words as the means.
  const Vector& deviation(int layer) const { return deviation_[static_cast<std::size_t>(layer)]; }

  // Sets `out` (count, end - begin) to the dimensions [begin, end) at the positions
  // [first, first + count).
  void Load(int layer, std::int32_t first, std::int32_t count, int begin, int end,
            Eigen::Ref<RowMatrix<T>, 0, Eigen::OuterStride<>> out) const;

  // (positions, d) All dimensions at some positions.
  Matrix At(int layer, const std::vector<std::int32_t>& positions) const;

 private:
  absl::Status FindUnits(int layer, const CancelFlag& cancel);
  const LayerInput& input(int layer) const { return layers_[static_cast<std::size_t>(layer)]; }
  // Sets `out` to `count` dimensions from `begin` on, in their units, at a position.
  template <typename Number>
  void Read(int layer, std::int64_t position, std::int64_t begin, std::int64_t count,
            Number* out) const;
  absl::Status SumRows(int layer, const CancelFlag& cancel);
  absl::Status FindTrends(int layer, const CancelFlag& cancel);

  const std::vector<LayerInput>& layers_;
  const std::vector<std::int64_t> words_;
  const UnitsOf units_;
  const SessionTrends* const trends_;
  std::vector<Vector> mean_of_used_;  // (L) MeanOfUsedRows, of layers with delays
  std::vector<std::optional<ColumnTrends>> column_trends_;  // (L); none without trends
  std::vector<Vector> shift_;                               // (L) of (d)
  std::vector<Vector> deviation_;                           // (L) of (d)
  std::vector<int> exponent_;                               // (L)
  std::vector<std::vector<int>> exponents_;                 // (L) of (d)
  std::vector<Vector> factor_;   // (L) of (d) 2^-exponent; empty where all are 1
  std::vector<Vector> largest_;  // (L) of (d), or empty
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_ACTIVATION_ROWS_H_
