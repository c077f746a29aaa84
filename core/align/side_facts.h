#ifndef BRAINALIGN_CORE_ALIGN_SIDE_FACTS_H_
#define BRAINALIGN_CORE_ALIGN_SIDE_FACTS_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/align/result.h"
#include "core/cancel.h"
#include "core/epochs/epochs.h"
#include "core/inference/autocorrelation.h"
#include "core/inference/drift.h"
#include "core/linalg/matrix_types.h"
#include "core/problem/inputs.h"
#include "core/problem/work.h"

namespace brainalign {

// How slowly the two sides of an alignment vary over words: drift of both, autocorrelation of each
// layer (docs/uncertainty.md, "Drift"). They are of a sample of the columns, evenly spaced: at most
// 64 dimensions of a layer, and 64 sensors at each of at most four times. Each sensor is scaled to
// deviation 1. If the job detrends, both sides are detrended first.
class SideFacts {
 public:
  // `sessions` from WordsOfSessions, `onsets_seconds` (w) or empty: of the words of `epochs`.
  // `detrend`: the degree that is taken out. All references must outlive the object.
  struct Inputs {
    const AlignmentInputs& inputs;
    const Epochs& epochs;
    const std::vector<Words>& sessions;
    const std::vector<double>& onsets_seconds;
    std::optional<int> detrend;
  };

  // `is_wanted`: else there is no unit.
  SideFacts(const Inputs& of, bool is_wanted);

  // Units of work, for any thread: each layer, and the brain. CANCELLED if `cancel` was set.
  int unit_count() const { return static_cast<int>(drift_.size()); }
  absl::Status Compute(int unit, const CancelFlag& cancel);

  // Sets what the units have found. Does nothing without units.
  void AddTo(AlignmentResult& result) const;

  // Bytes that a unit needs, and its work.
  static double Bytes(double words);
  static Work UnitWork(double words);

 private:
  // (w, sampled) Columns of a layer; sensors at a time sample.
  absl::StatusOr<Matrix> LayerColumns(const LayerInput& layer, const CancelFlag& cancel) const;
  Matrix Sensors(int time) const;
  void TakeOutTrends(Matrix& columns) const;

  const Inputs of_;
  std::vector<Drift> drift_;   // (L + 1): of each layer, and of the brain
  std::vector<int> exponent_;  // (L) of the unit that the drift of a layer is in (UnitExponent)
  std::vector<std::optional<Autocorrelation>> autocorrelation_;  // (L)
};

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_SIDE_FACTS_H_
