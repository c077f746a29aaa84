#ifndef BRAINALIGN_CORE_ALIGN_ACTIVATION_COLUMNS_H_
#define BRAINALIGN_CORE_ALIGN_ACTIVATION_COLUMNS_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/activation_rows.h"
#include "core/align/alignment.h"
#include "core/align/inputs.h"
#include "core/align/projection.h"
#include "core/align/scratch_memory.h"
#include "core/align/segments.h"
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

  // Means, and projections where asked for. Once for each layer, on any thread,
  // before anything below is called for that layer.
  absl::Status Prepare(int layer, const CancelFlag& cancel);

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
  absl::Status Project(int layer, const CancelFlag& cancel);
  // Of all words onto each fit's components, in one pass.
  absl::Status ProjectWords(int layer, const std::vector<Projection>& projections,
                            const CancelFlag& cancel);
  // `block` and `scratch` are kept between calls.
  void AddProducts(int layer, std::int32_t begin, std::int32_t end, const CancelFlag& cancel,
                   RowMatrix<T>& block, ColMatrix<float>& scratch, FeatureSums& sums) const;
  // Sums over all words, and for each fold over the words it does not train on
  // (none where the projection is fitted on all words): one pass serves all folds.
  void SumProducts(int layer, const CancelFlag& cancel, FeatureSums& total,
                   std::vector<FeatureSums>& outside) const;
  absl::StatusOr<Projection> FitOnWords(int layer, const std::vector<std::int32_t>& positions,
                                        const CancelFlag& cancel);
  void FillStatistics(int layer);

  std::size_t layer_count() const { return column_begin_.size() - 1; }

  ActivationRows<T> rows_;
  const Segments& segments_;
  const AlignmentSpec& spec_;
  const bool with_statistics_;
  std::vector<int> column_begin_;  // (L + 1)
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
