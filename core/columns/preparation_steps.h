#ifndef BRAINALIGN_CORE_COLUMNS_PREPARATION_STEPS_H_
#define BRAINALIGN_CORE_COLUMNS_PREPARATION_STEPS_H_

#include <limits>
#include <vector>

namespace brainalign {

// Number of steps in which a layer's words are projected, if its components come from sums.
constexpr int kProjectionParts = 4;

// The tasks of the steps that prepare columns (ActivationColumns).
enum class PreparationTask {
  kAllocate,  // memory for the projected columns of all layers
  kNuisance,  // what the regressions of all layers on nuisance share
  kWhole,     // all work for a layer
  kMeans,     // means of a layer whose components come from sums
  kSum,       // sums of such a layer over the test words of one fold
  kFit,       // the components of one fold, or of all words
  kProject,   // projects a part of the words
  kFinish,    // what needs all columns of such a layer; frees its sums
};

// One step of the preparation, which is a unit of work.
struct PreparationStep {
  PreparationTask task;
  int layer = 0;           // of kWhole and the tasks below it
  int part = 0;            // of kSum, kFit and kProject: the fold, or the part of the words
  std::vector<int> after;  // steps that must have ended before it: smaller numbers
};

// The quantities that the steps depend on.
struct PreparationShape {
  std::vector<bool> from_sums;  // (L) ComponentsFromSums of the layer
  int folds = 0;
  int fits = 1;               // components differ between so many folds: K or 1
  bool is_projected = false;  // whether there are components
  bool takes_out = false;     // whether nuisance is taken out of the columns
};

// The steps hold no more in memory than this, whatever runs them.
struct PreparationLimits {
  // Layers that have sums or components in memory. The sums of a layer come after the last step of
  // the layer that is so many places before it.
  int layers_at_once = std::numeric_limits<int>::max();
  // Sums of a layer with one fit that are being computed, or are held until those before them are
  // added. A sum comes after all those that are so many places before it, or more.
  int sums_at_once = std::numeric_limits<int>::max();
};

// The steps that prepare the columns of all layers. Their number and tasks do not depend on the
// limits.
std::vector<PreparationStep> StepsOfPreparation(const PreparationShape& shape,
                                                const PreparationLimits& limits = {});

// The number of the last step of a layer.
int LastStepOf(int layer, const std::vector<PreparationStep>& steps);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_COLUMNS_PREPARATION_STEPS_H_
