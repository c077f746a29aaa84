#ifndef BRAINALIGN_CORE_COLUMNS_ACTIVATION_COLUMNS_H_
#define BRAINALIGN_CORE_COLUMNS_ACTIVATION_COLUMNS_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/cancel.h"
#include "core/columns/activation_rows.h"
#include "core/columns/layer_components.h"
#include "core/columns/nuisance_weights.h"
#include "core/columns/preparation_steps.h"
#include "core/columns/projection.h"
#include "core/linalg/scratch_memory.h"
#include "core/moments/target_moments.h"
#include "core/problem/inputs.h"
#include "core/problem/problem_size.h"
#include "core/problem/segments.h"
#include "core/problem/spec.h"

namespace brainalign {

// Columns whose statistics are computed at a time.
constexpr int kStatisticsAtOnce = 1024;

// Whether the components of a layer of `dims` dimensions come from sums over the words of each fit
// (LayerComponents). If not, they come from the words, because some fit has fewer words than
// dimensions.
bool ComponentsFromSums(const Segments& segments, const AlignmentSpec& spec, Eigen::Index dims);

// Bytes of the steps that prepare a layer of `dims` dimensions: `unit` for each step while it runs,
// `layer` from the first sum of the layer until its last step, `sum` for each further sum that
// PreparationLimits::sums_at_once allows.
struct PreparationBytes {
  double unit = 0;
  double layer = 0;
  double sum = 0;
};
PreparationBytes BytesToPrepare(const ProblemSize& size, Eigen::Index dims, bool from_sums,
                                bool with_statistics);

// Bytes that are held to the end for so many columns of all layers: of projected columns, if they
// are in memory, and of statistics.
double ProjectedBytes(const ProblemSize& size, double columns);
double StatisticsBytes(const ProblemSize& size, double columns);

// Activations of all layers side by side, as columns, in the order of positions. Without PCA they
// are read from the mapped tensors on request. With PCA they are projected onto principal
// components, once for all folds or once for each fold (docs/method.md, "The two presets").
//
// Order of calls: the constructor; KeepInFile if needed; FixSteps; RunStep once for each step, on
// any thread, after the steps that it comes after; then the other methods, and CheckIntact before
// results count.
template <typename T>
class ActivationColumns {
 public:
  // `words`: the index of the word at each position in the given tensors. `trends`: taken out of
  // the activations; null: nothing is. `nuisance`: taken out of the columns; null: nothing is. All
  // references must outlive the object.
  ActivationColumns(const std::vector<LayerInput>& layers, std::vector<std::int64_t> words,
                    const Segments& segments, const AlignmentSpec& spec, bool with_statistics,
                    const SessionTrends* trends = nullptr,
                    NuisanceRegressions<T>* nuisance = nullptr);

  // Stores projected columns in a temporary file in this folder. Call it, if at all, before
  // FixSteps.
  void KeepInFile(std::string folder) { scratch_folder_ = std::move(folder); }

  // The steps that must be run before any method below is called: means and, with PCA, projections.
  const std::vector<PreparationStep>& FixSteps(const PreparationLimits& limits);

  // The step after which the columns of a layer are complete.
  int last_step(int layer) const { return LastStepOf(layer, steps_); }

  // Runs one of the steps. It waits for no other. Errors: INTERNAL for a numerical failure, ABORTED
  // with NeedsDouble if single precision is not accurate enough, UNAVAILABLE if the temporary file
  // could not be used, CANCELLED if `cancel` was set.
  absl::Status RunStep(int step, const CancelFlag& cancel);

  // Frees all results. No other method may be called afterwards.
  void Release();

  int columns() const { return column_begin_.back(); }
  int column_begin(int layer) const { return column_begin_[static_cast<std::size_t>(layer)]; }
  // (L + 1) of each layer, and columns().
  const std::vector<int>& column_begins() const { return column_begin_; }
  bool projected() const { return spec_.pca > 0; }
  // Whether the columns differ between folds.
  bool per_fold() const { return spec_.components_per_fold() || nuisance_ != nullptr; }
  // Whether components differ between folds.
  bool components_per_fold() const { return spec_.components_per_fold(); }
  // Whether nuisance is taken out of the columns.
  bool takes_out() const { return nuisance_ != nullptr; }

  // (n, end - begin) Columns [begin, end) in `fold`. `storage` is used if they must be read.
  RowMatrixRef<T> Columns(int fold, int begin, int end, RowMatrix<T>& storage) const;

  // The same before nuisance is taken out, about WithNuisanceShift.
  RowMatrixRef<T> WithNuisance(int fold, int begin, int end, RowMatrix<T>& storage) const;
  Eigen::ArrayXd WithNuisanceShift(int begin, int end) const;
  // What is taken out of these columns in `fold`.
  NuisanceWeights TakenOut(int fold, int begin, int end) const;

  // (row_count, end - begin) The positions [row_begin, row_begin + row_count) of columns [begin,
  // end). Requires columns that all folds share and that nothing is taken out of.
  RowMatrixRef<T> Rows(std::int32_t row_begin, std::int32_t row_count, int begin, int end,
                       RowMatrix<T>& storage) const;

  // The same in bf16: unchanged if the activations are stored as bf16, else rounded. Only if T is
  // float.
  Bf16Targets RowsInBf16(std::int32_t row_begin, std::int32_t row_count, int begin, int end) const;

  // Columns of a layer in `fold` as an input tensor: one row for each of `words_given` words, 0 for
  // words that are not used.
  Tensor AsInput(int layer, int fold, std::int64_t words_given) const;

  // Statistics of the columns [begin, end) in `fold`. Only if `with_statistics` was given.
  FoldTargets Statistics(int fold, int begin, int end) const;

  // OK if all stored columns could be written and read so far; else UNAVAILABLE, with the folder.
  // Call it after the last RunStep, before results that were computed from columns count.
  absl::Status CheckIntact() const;

  // (end - begin) What was subtracted from the columns [begin, end) when they were read.
  Eigen::ArrayXd Shift(int begin, int end) const;

  // (d) The columns of a layer, as they are aligned, are these numbers times 2^exponent.
  std::vector<int> Exponents(int layer) const;
  // That of the layer, where its dimensions have one (ActivationRows::exponent).
  int exponent(int layer) const { return rows_.exponent(layer); }

  // (end - begin) Squares of the units of the columns [begin, end), relative to the largest unit of
  // the layer: errors of several columns add up with these weights.
  Eigen::ArrayXd Weights(int begin, int end) const;

 private:
  // Allocates memory for projected columns.
  absl::Status Allocate();
  // The components of each fit: on all words, or on each fold's training words.
  absl::StatusOr<std::vector<Projection>> FitOnWords(int layer, const CancelFlag& cancel) const;
  // Projects the positions [begin, end) onto each fit's components, in one pass.
  absl::Status ProjectWords(int layer, const std::vector<Projection>& projections,
                            std::int32_t begin, std::int32_t end, const CancelFlag& cancel);
  // Finds what is taken out of a layer's columns, and their statistics.
  absl::Status Finish(int layer, const CancelFlag& cancel);
  void FillStatistics(int layer);

  std::size_t layer_count() const { return column_begin_.size() - 1; }

  absl::Status FindMeans(int layer, const CancelFlag& cancel);
  // Whether regressions on a layer are right in its unit.
  absl::Status CheckUnit(int layer) const;
  absl::Status PrepareWhole(int layer, const CancelFlag& cancel);
  absl::Status ProjectPart(int layer, int part, const CancelFlag& cancel);

  ActivationRows<T> rows_;
  const Segments& segments_;
  const AlignmentSpec& spec_;
  const bool with_statistics_;
  NuisanceRegressions<T>* const nuisance_;
  std::vector<std::vector<NuisanceWeights>> taken_out_;  // (L) of (K); empty without nuisance
  std::vector<int> column_begin_;                        // (L + 1)
  std::vector<PreparationStep> steps_;
  std::unique_ptr<ComponentsMemory> components_memory_;
  // (L), null where components come from few words, or there are none
  std::vector<std::unique_ptr<LayerComponents<T>>> components_;
  std::atomic<int> fits_left_{0};  // of all layers
  std::string scratch_folder_;
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
