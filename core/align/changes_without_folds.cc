#include "core/align/changes_without_folds.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/align/uncertainty_tiles.h"

namespace brainalign {

ChangesWithoutFolds::ChangesWithoutFolds(const AlignmentSpec& spec, std::vector<int> column_begin)
    : spec_(spec),
      column_begin_(std::move(column_begin)),
      difference_(At(spec.folds, 0, 0), 0.0),
      error_bound_(difference_) {}

std::size_t ChangesWithoutFolds::At(int fold, int inner_fold, int layer) const {
  return static_cast<std::size_t>((fold * spec_.inner_folds + inner_fold) * layers() + layer);
}

void ChangesWithoutFolds::Add(const FoldScores& scores, int begin, int fold) {
  for (const ScoreChange& change : scores.without_inner_fold) {
    const int column = begin + static_cast<int>(change.target);
    const auto after = std::upper_bound(column_begin_.begin(), column_begin_.end(), column);
    const std::size_t at =
        At(fold, change.inner_fold, static_cast<int>(after - column_begin_.begin()) - 1);
    difference_[at] += change.difference;
    error_bound_[at] += change.error_bound;
  }
}

absl::Status ChangesWithoutFolds::Finish(std::vector<double>& mean) const {
  mean.assign(At(1, 0, 0), 0.0);
  for (int layer = 0; layer < layers(); ++layer) {
    const auto columns = static_cast<std::size_t>(layer);
    const double count = column_begin_[columns + 1] - column_begin_[columns];
    for (int inner_fold = 0; inner_fold < spec_.inner_folds; ++inner_fold) {
      double& cell = mean[At(0, inner_fold, layer)];
      for (int fold = 0; fold < spec_.folds; ++fold) {
        const std::size_t at = At(fold, inner_fold, layer);
        absl::Status status = CheckErrorBound(spec_, 0, error_bound_[at] / count);
        if (!status.ok()) return status;
        cell += difference_[at] / count;
      }
      cell /= spec_.folds;
    }
  }
  return absl::OkStatus();
}

}  // namespace brainalign
