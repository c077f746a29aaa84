#ifndef BRAINALIGN_CORE_ALIGN_TYPED_ALIGNMENT_H_
#define BRAINALIGN_CORE_ALIGN_TYPED_ALIGNMENT_H_

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "core/align/nuisance_fit.h"
#include "core/align/planned_alignment.h"
#include "core/columns/activation_columns.h"
#include "core/linalg/lapack.h"
#include "core/linalg/spare_matrices.h"

namespace brainalign {

// The part of both directions that depends on the type of numbers in memory: the activations as
// columns, and buffers for the brain. T is float or double.
template <typename T>
class TypedAlignment : public PlannedAlignment {
 protected:
  // `with_statistics`: as in ActivationColumns.
  TypedAlignment(AlignmentProblem problem, const AlignmentResources& resources,
                 bool with_statistics)
      : PlannedAlignment(std::move(problem), resources),
        nuisance_fit_(MakeNuisanceFit(/*for_nulls=*/HasNulls() && !HasOneBasisForNulls())),
        activations_(problem_.inputs.layers, GivenWords(), problem_.segments, problem_.spec,
                     with_statistics, TrendsOfLayers(), nuisance_fit_.get()),
        spec_for_nulls_(SpecForNulls(problem_.spec)),
        spec_for_nuisance_(SpecForNuisance(problem_.spec)) {
    if (HasOneBasisForNulls()) {
      fit_for_nulls_ = MakeNuisanceFit(/*for_nulls=*/true);
      other_columns_ = std::make_unique<ActivationColumns<T>>(
          problem_.inputs.layers, GivenWords(), problem_.segments, spec_for_nulls_, with_statistics,
          TrendsOfLayers(), fit_for_nulls_.get());
    }
    if (!problem_.nuisance.empty()) {
      nuisance_columns_ = std::make_unique<ActivationColumns<T>>(
          problem_.nuisance, GivenWords(), problem_.segments, spec_for_nuisance_, with_statistics,
          problem_.trends.get());
    }
  }

  // Takes a plan of the direction, plans the checks, and fixes the graph of units.
  absl::Status Adopt(absl::StatusOr<AlignmentPlan> plan) {
    if (!plan.ok()) return plan.status();
    plan_ = *std::move(plan);
    PlanChecks();
    std::vector<std::vector<int>> after;  // of each preparation
    for (ActivationColumns<T>* columns : AllColumns()) {
      if (plan_.columns_in_file) columns->KeepInFile(resources_.scratch_folder);
      const auto first = static_cast<int>(preparations_.size());
      const std::vector<PreparationStep>& steps =
          columns->FixSteps({plan_.layers_at_once, plan_.sums_at_once});
      for (int step = 0; step < static_cast<int>(steps.size()); ++step) {
        after.push_back(steps[static_cast<std::size_t>(step)].after);
        for (int& other : after.back()) other += first;
        preparations_.push_back(
            [columns, step](const CancelFlag& cancel) { return columns->RunStep(step, cancel); });
      }
    }
    for (int layer = 0; layer < layer_count() && prepares_layers(); ++layer) {
      after.push_back({activations_.last_step(layer)});
      preparations_.push_back(
          [this, layer](const CancelFlag& cancel) { return PrepareLayer(layer, cancel); });
    }
    for (int unit = 0; unit < side_facts_.unit_count(); ++unit) {
      after.emplace_back();
      preparations_.push_back(
          [this, unit](const CancelFlag& cancel) { return side_facts_.Compute(unit, cancel); });
    }
    units_ = UnitGraph(plan_, std::move(after));
    return absl::OkStatus();
  }

  // Whether tiles share more of a layer than its columns. If so, PrepareLayer finds it in a unit of
  // its own, after the columns of the layer. The plan has these units after those of all columns.
  virtual bool prepares_layers() const { return false; }
  virtual absl::Status PrepareLayer(int /*layer*/, const CancelFlag& /*cancel*/) {
    return absl::OkStatus();
  }

  void Release() override {
    for (ActivationColumns<T>* columns : AllColumns()) columns->Release();
    spare_.Clear();
  }

  void FreeSpare() const final { spare_.Clear(); }

  absl::Status PrepareUnit(int index, const CancelFlag& cancel) final {
    UseCallersThreads();
    return preparations_[static_cast<std::size_t>(index)](cancel);
  }

  absl::Status CheckColumns() const final {
    absl::Status status;
    for (const ActivationColumns<T>* columns : AllColumns()) {
      if (status.ok()) status = columns->CheckIntact();
    }
    return status;
  }

  Tensor ColumnsAsInput(int layer, int fold) const override {
    return activations_.AsInput(layer, fold, problem_.inputs.layers.front().activations.dim(0));
  }

  std::vector<int> ColumnExponents(int layer) const final { return activations_.Exponents(layer); }

  std::vector<double> NuisanceToModel() const final {
    return nuisance_fit_ ? nuisance_fit_->score() : std::vector<double>();
  }

  // Columns of a layer.
  int width(int layer) const {
    return activations_.column_begin(layer + 1) - activations_.column_begin(layer);
  }

  bool HasNulls() const { return problem_.uncertainty.nulls > 0; }
  // Whether columns_for_nulls() are others than the activations.
  bool HasOneBasisForNulls() const { return HasNulls() && problem_.spec.components_per_fold(); }

  // The columns that nulls, and the matrix that they are compared with, are computed from: with one
  // basis of components for all folds where the activations have one for each.
  const ActivationColumns<T>& columns_for_nulls() const {
    return other_columns_ ? *other_columns_ : activations_;
  }

  // What is taken out of columns_for_nulls(); null unless nuisance is.
  const NuisanceFit<T>* fit_for_nulls() const {
    return other_columns_ ? fit_for_nulls_.get() : nuisance_fit_.get();
  }

  // The nuisance as columns of its own; null without any.
  const ActivationColumns<T>* nuisance_columns() const { return nuisance_columns_.get(); }

  const std::unique_ptr<NuisanceFit<T>> nuisance_fit_;  // null unless nuisance is taken out
  ActivationColumns<T> activations_;
  mutable SpareMatrices<T> spare_;  // (n, s) of the times at hand

 private:
  // What is taken out of the layers; or null.
  const SessionTrends* TrendsOfLayers() const {
    return problem_.layers_have_trends ? problem_.trends.get() : nullptr;
  }

  // All that there are, in the order of the plan's preparations.
  std::vector<ActivationColumns<T>*> AllColumns() {
    std::vector<ActivationColumns<T>*> all = {&activations_};
    if (other_columns_) all.push_back(other_columns_.get());
    if (nuisance_columns_) all.push_back(nuisance_columns_.get());
    return all;
  }
  std::vector<const ActivationColumns<T>*> AllColumns() const {
    const auto all = const_cast<TypedAlignment*>(this)->AllColumns();
    return {all.begin(), all.end()};
  }

  std::unique_ptr<NuisanceFit<T>> MakeNuisanceFit(bool for_nulls) const {
    if (!problem_.spec.takes_nuisance_out()) return nullptr;
    return std::make_unique<NuisanceFit<T>>(problem_, GivenWords(), for_nulls);
  }

  static AlignmentSpec SpecForNulls(AlignmentSpec spec) {
    spec.pca_words = FitWords::kAll;
    return spec;
  }

  static AlignmentSpec SpecForNuisance(AlignmentSpec spec) {
    spec.pca = 0;
    spec.nuisance.clear();
    return spec;
  }

  const AlignmentSpec spec_for_nulls_;
  const AlignmentSpec spec_for_nuisance_;
  std::unique_ptr<NuisanceFit<T>> fit_for_nulls_;           // of other_columns_
  std::unique_ptr<ActivationColumns<T>> other_columns_;     // null: the activations
  std::unique_ptr<ActivationColumns<T>> nuisance_columns_;  // null without nuisance
  // What each unit of preparation does.
  std::vector<std::function<absl::Status(const CancelFlag&)>> preparations_;
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
