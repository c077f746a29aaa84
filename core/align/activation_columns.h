#ifndef BRAINALIGN_CORE_ALIGN_ACTIVATION_COLUMNS_H_
#define BRAINALIGN_CORE_ALIGN_ACTIVATION_COLUMNS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/activation_products.h"
#include "core/align/activation_rows.h"
#include "core/align/alignment.h"
#include "core/align/inputs.h"
#include "core/align/projection.h"
#include "core/align/scratch_memory.h"
#include "core/align/segments.h"
#include "core/align/spare_matrices.h"
#include "core/align/target_moments.h"

namespace brainalign {

// Activations of all layers side by side, in the order of positions: as they
// are, read from the mapped tensors when asked for, or projected onto principal
// components, once for all folds or once a fold.
template <typename T>
class ActivationColumns {
 public:
  // `words`: the given word of each position. All must outlive the object.
  ActivationColumns(const std::vector<LayerInput>& layers, std::vector<std::int64_t> words,
                    const Segments& segments, const AlignmentSpec& spec, bool with_statistics);

  // Keeps what is projected in a temporary file of this folder. To be called, if at
  // all, before the first Prepare.
  void KeepInFile(std::string folder) { scratch_folder_ = std::move(folder); }

  // Units of work before anything below is called: means, and projections where asked
  // for. Prepare once for each, in order or nearly so, on any thread.
  int unit_count() const { return static_cast<int>(units_.size()); }
  absl::Status Prepare(int unit, const CancelFlag& cancel);

  int columns() const { return column_begin_.back(); }
  int column_begin(int layer) const { return column_begin_[static_cast<std::size_t>(layer)]; }
  bool projected() const { return spec_.pca > 0; }
  // Whether the columns differ between folds.
  bool per_fold() const { return projected() && spec_.pca_words == FitWords::kTraining; }

  // Columns [begin, end) in `fold`; `storage` backs what is not kept in memory.
  RowMatrixRef<T> Columns(int fold, int begin, int end, RowMatrix<T>& storage) const;

  // The positions [row_begin, row_begin + row_count) of columns that all folds share.
  RowMatrixRef<T> Rows(std::int32_t row_begin, std::int32_t row_count, int begin, int end,
                       RowMatrix<T>& storage) const;

  // The same in bf16: as they came where they came so, else rounded.
  Bf16Targets RowsInBf16(std::int32_t row_begin, std::int32_t row_count, int begin, int end) const;

  // Statistics of those columns. Only if made with_statistics.
  FoldTargets Statistics(int fold, int begin, int end) const;

  // What was subtracted from the columns [begin, end) when they were read.
  Eigen::ArrayXd Shift(int begin, int end) const;

 private:
  // Memory for what is projected; does nothing after the first call.
  absl::Status Allocate();
  // No words' sums of a layer's products.
  FeatureSums NoSums(int layer) {
    return FeatureSums::ZeroIn(spare_.Take(rows_.width(layer), rows_.width(layer)));
  }
  // Whether a layer's components come from sums over words; else there are too few words.
  bool FromMoments(int layer) const;
  // The components of each fit: of all words, or of each fold's training words.
  absl::StatusOr<std::vector<Projection>> FitOnWords(int layer, const CancelFlag& cancel) const;
  // The same from sums over the test words of each fold, one a `part`. Nothing but for the
  // part that is done last.
  absl::StatusOr<std::vector<Projection>> FitOnMoments(int layer, int part,
                                                       const CancelFlag& cancel);
  // Of all words onto each fit's components, in one pass.
  absl::Status ProjectWords(int layer, const std::vector<Projection>& projections,
                            const CancelFlag& cancel);
  void FillStatistics(int layer);

  std::size_t layer_count() const { return column_begin_.size() - 1; }

  struct Unit {
    int layer;
    int part;
  };
  // Sums over a layer's words while its units are under way.
  struct LayerSums {
    std::mutex mutex;
    std::vector<std::optional<FeatureSums>> parts;  // (K)
    std::size_t added = 0;                          // parts in `total`
    FeatureSums total;
  };

  ActivationRows<T> rows_;
  const Segments& segments_;
  const AlignmentSpec& spec_;
  const bool with_statistics_;
  std::vector<int> column_begin_;  // (L + 1)
  std::vector<Unit> units_;
  std::vector<std::unique_ptr<LayerSums>> sums_;  // (L), null where there are none
  SpareMatrices<double> spare_;                   // of sums of products
  std::atomic<int> layers_from_moments_{0};       // that are not fitted yet
  std::string scratch_folder_;
  std::once_flag allocate_;
  absl::Status allocated_;
  std::vector<std::unique_ptr<ScratchMemory>> memory_;  // of projected_
  std::vector<Eigen::Map<RowMatrix<T>>> projected_;     // (K or 1) of (n, columns)
  // (K, L), one entry for each set in FoldTargets.
  std::vector<std::vector<FoldTargets>> statistics_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_ACTIVATION_COLUMNS_H_
