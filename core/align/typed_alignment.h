#ifndef BRAINALIGN_CORE_ALIGN_TYPED_ALIGNMENT_H_
#define BRAINALIGN_CORE_ALIGN_TYPED_ALIGNMENT_H_

#include <memory>
#include <utility>

#include "core/align/planned_alignment.h"
#include "core/columns/activation_columns.h"
#include "core/linalg/lapack.h"
#include "core/linalg/spare_matrices.h"

namespace brainalign {

// The part of both directions that depends on the type of numbers in memory: the activations as
// columns, and buffers for the brain. T is float or double.
template <typename T>
class TypedAlignment : public PlannedAlignment {
 public:
  int preparation_count() const final { return OfColumns() + side_facts_.unit_count(); }

 protected:
  // `with_statistics`: as in ActivationColumns.
  TypedAlignment(AlignmentProblem problem, const AlignmentResources& resources,
                 bool with_statistics)
      : PlannedAlignment(std::move(problem), resources),
        activations_(problem_.inputs.layers, GivenWords(), problem_.segments, problem_.spec,
                     with_statistics, problem_.trends.get()),
        spec_for_nulls_(SpecForNulls(problem_.spec)) {
    if (problem_.uncertainty.nulls > 0 && activations_.per_fold()) {
      other_columns_ = std::make_unique<ActivationColumns<T>>(
          problem_.inputs.layers, GivenWords(), problem_.segments, spec_for_nulls_, with_statistics,
          problem_.trends.get());
    }
  }

  // Takes a plan of the direction, and plans the checks.
  absl::Status Adopt(absl::StatusOr<AlignmentPlan> plan) {
    if (!plan.ok()) return plan.status();
    plan_ = *std::move(plan);
    for (ActivationColumns<T>* columns : {&activations_, other_columns_.get()}) {
      if (columns == nullptr) continue;
      columns->LimitOpenLayers(plan_.layers_at_once);
      if (plan_.columns_in_file) columns->KeepInFile(resources_.scratch_folder);
    }
    PlanChecks();
    return absl::OkStatus();
  }

  void Release() override {
    activations_.Release();
    if (other_columns_) other_columns_->Release();
    spare_.Clear();
  }

  void FreeSpare() const final { spare_.Clear(); }

  // Any unit of the same columns: it takes the first step that is ready.
  absl::Status PrepareUnit(int unit, const CancelFlag& cancel) final {
    UseCallersThreads();
    if (unit >= OfColumns()) return side_facts_.Compute(unit - OfColumns(), cancel);
    return unit < activations_.unit_count() ? activations_.PrepareNext(cancel)
                                            : other_columns_->PrepareNext(cancel);
  }

  absl::Status CheckColumns() const final {
    absl::Status status = activations_.CheckIntact();
    return status.ok() && other_columns_ ? other_columns_->CheckIntact() : status;
  }

  Tensor ColumnsAsInput(int layer, int fold) const override {
    return activations_.AsInput(layer, fold, problem_.inputs.layers.front().activations.dim(0));
  }

  // Columns of a layer.
  int width(int layer) const {
    return activations_.column_begin(layer + 1) - activations_.column_begin(layer);
  }

  // The columns that nulls, and the matrix that they are compared with, are computed from: with one
  // basis of components for all folds where the activations have one for each.
  const ActivationColumns<T>& columns_for_nulls() const {
    return other_columns_ ? *other_columns_ : activations_;
  }

  ActivationColumns<T> activations_;
  mutable SpareMatrices<T> spare_;  // (n, s) of the times at hand

 private:
  // Units of preparation of columns.
  int OfColumns() const {
    return activations_.unit_count() + (other_columns_ ? other_columns_->unit_count() : 0);
  }

  static AlignmentSpec SpecForNulls(AlignmentSpec spec) {
    spec.pca_words = FitWords::kAll;
    return spec;
  }

  const AlignmentSpec spec_for_nulls_;
  std::unique_ptr<ActivationColumns<T>> other_columns_;  // null: the activations
};

// An alignment of the class template `Direction`, in the type that the problem's numbers are held
// in. RESOURCE_EXHAUSTED if `resources` do not suffice.
template <template <typename> class Direction>
absl::StatusOr<std::unique_ptr<Alignment>> MakeTyped(AlignmentProblem problem,
                                                     const AlignmentResources& resources) {
  const auto make = [&](auto alignment) -> absl::StatusOr<std::unique_ptr<Alignment>> {
    absl::Status status = alignment->MakePlan();
    if (!status.ok()) return status;
    return alignment;
  };
  if (IsHeldInDouble(problem)) {
    return make(std::make_unique<Direction<double>>(std::move(problem), resources));
  }
  return make(std::make_unique<Direction<float>>(std::move(problem), resources));
}

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_TYPED_ALIGNMENT_H_
