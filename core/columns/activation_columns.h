#ifndef BRAINALIGN_CORE_COLUMNS_ACTIVATION_COLUMNS_H_
#define BRAINALIGN_CORE_COLUMNS_ACTIVATION_COLUMNS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/cancel.h"
#include "core/columns/activation_rows.h"
#include "core/columns/layer_components.h"
#include "core/columns/projection.h"
#include "core/columns/steps.h"
#include "core/linalg/scratch_memory.h"
#include "core/moments/target_moments.h"
#include "core/problem/inputs.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"

namespace brainalign {

// Units that a layer's words are projected in, where its components come from sums.
constexpr int kProjectionParts = 4;

// Whether the components of a layer of `dims` dimensions come from sums over the words that each
// fit sees; else, where those are fewer, from the words themselves.
bool ComponentsFromSums(const Segments& segments, const AlignmentSpec& spec, Eigen::Index dims);

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

  // No more layers than this have the sums in memory that their components are found from. As
  // KeepInFile.
  void LimitOpenLayers(int at_once) { order_.LimitOpenGroups(at_once); }

  // Units of work before anything below is called: means, and projections where asked
  // for. PrepareNext once for each, on any thread: some wait for others, which are under way.
  int unit_count() const { return order_.count(); }
  absl::Status PrepareNext(const CancelFlag& cancel);

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

  // The same in bf16: as they came where they came so, else rounded. In single precision only.
  Bf16Targets RowsInBf16(std::int32_t row_begin, std::int32_t row_count, int begin, int end) const;

  // Statistics of those columns. Only if made with_statistics.
  FoldTargets Statistics(int fold, int begin, int end) const;

  // What was subtracted from the columns [begin, end) when they were read.
  Eigen::ArrayXd Shift(int begin, int end) const;

 private:
  // Memory for what is projected; does nothing after the first call.
  absl::Status Allocate();
  // The components of each fit: of all words, or of each fold's training words.
  absl::StatusOr<std::vector<Projection>> FitOnWords(int layer, const CancelFlag& cancel) const;
  // Of the positions [begin, end) onto each fit's components, in one pass.
  absl::Status ProjectWords(int layer, const std::vector<Projection>& projections,
                            std::int32_t begin, std::int32_t end, const CancelFlag& cancel);
  void FillStatistics(int layer);

  std::size_t layer_count() const { return column_begin_.size() - 1; }

  enum class Task {
    kWhole,    // all there is to do for a layer
    kSum,      // of LayerComponents; of one fold
    kFit,      // the same; of one fold, or of all words
    kProject,  // a part of the words
  };
  struct Unit {
    int layer;
    Task task;
    int part;
  };
  void AddUnits(int layer);
  absl::Status Run(const Unit& unit, const CancelFlag& cancel);
  absl::Status PrepareWhole(int layer, const CancelFlag& cancel);
  absl::Status ProjectPart(int layer, int part, const CancelFlag& cancel);

  ActivationRows<T> rows_;
  const Segments& segments_;
  const AlignmentSpec& spec_;
  const bool with_statistics_;
  std::vector<int> column_begin_;  // (L + 1)
  Steps order_;
  std::vector<Unit> units_;  // by the step's number
  std::unique_ptr<ComponentsMemory> components_memory_;
  // (L), null where components come from few words, or there are none
  std::vector<std::unique_ptr<LayerComponents<T>>> components_;
  std::vector<std::atomic<int>> parts_left_;  // (L) that are not projected yet
  std::atomic<int> fits_left_{0};             // of all layers
  std::string scratch_folder_;
  std::once_flag allocate_;
  absl::Status allocated_;
  std::vector<std::unique_ptr<ScratchMemory>> memory_;  // of projected_
  std::vector<Eigen::Map<RowMatrix<T>>> projected_;     // (K or 1) of (n, columns)
  // (K, L), one entry for each set in FoldTargets.
  std::vector<std::vector<FoldTargets>> statistics_;
};

template <>
Bf16Targets ActivationColumns<float>::RowsInBf16(std::int32_t row_begin, std::int32_t row_count,
                                                 int begin, int end) const;

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_ACTIVATION_COLUMNS_H_
