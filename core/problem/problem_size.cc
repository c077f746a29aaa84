#include "core/problem/problem_size.h"

#include <algorithm>

namespace brainalign {

ProblemSize SizeOf(const Segments& segments, const AlignmentSpec& spec, double value_bytes) {
  ProblemSize size;
  size.words = static_cast<double>(segments.words());
  size.segments = segments.count();
  size.folds = static_cast<double>(segments.folds.size());
  size.selection = spec.alphas.size() > 1 ? spec.selection : Selection::kFixed;
  if (size.selection == Selection::kBlocked) size.inner_folds = spec.inner_folds;
  size.alphas = static_cast<double>(spec.alphas.size());
  size.value_bytes = value_bytes;
  size.components = spec.pca;
  const bool per_fold = spec.components_per_fold();
  size.projections = per_fold ? size.folds : 1;
  size.nuisance = static_cast<double>(spec.nuisance.size());
  if (spec.takes_nuisance_out()) size.nuisance_fits = size.folds;
  size.zscore_per_fold = spec.zscore_words == FitWords::kTraining;
  size.training_words = size.words;
  for (const FoldSets& sets : segments.folds) {
    size.training_words = std::min(size.training_words, static_cast<double>(sets.train_count));
    std::size_t removed = 0;
    for (const WordSet& part : sets.parts) removed += part.removed.size();
    size.removed_words = std::max(size.removed_words, static_cast<double>(removed));
  }
  return size;
}

}  // namespace brainalign
