#ifndef BRAINALIGN_CORE_PROBLEM_PROBLEM_SIZE_H_
#define BRAINALIGN_CORE_PROBLEM_PROBLEM_SIZE_H_

#include <algorithm>

#include "core/problem/segments.h"
#include "core/problem/spec.h"

namespace brainalign {

// The quantities that the memory of units of work depends on. Counts are doubles, because products
// of them would overflow integers.
//
// Each room computes the bytes of its own work in functions named ..Bytes, next to the code that
// uses them. They count matrices that grow with the problem, at the time of their largest sum. They
// do not count vectors and blocks that stay in a processor's cache: the plan adds room for these to
// each unit.
struct ProblemSize {
  double words = 0;
  double segments = 0;
  double folds = 0;
  double inner_folds = 0;  // 0 unless alphas are chosen by them
  double alphas = 0;
  Selection selection = Selection::kBlocked;  // kFixed for a single alpha
  double value_bytes = 4;                     // of a word's value in working memory: 4 or 8
  int components = 0;                         // of PCA; 0: no projection
  double projections = 1;                     // bases of components: K or 1
  bool zscore_per_fold = false;
  double training_words = 0;  // of the fold with the fewest training words
  double removed_words = 0;   // most words that purges remove from a fold's training words
  double nuisance = 0;        // columns of it
  double nuisance_fits = 1;   // what is taken out differs between so many folds: K or 1

  // Number of sets of words of an outer fold: see PerSet.
  double sets() const { return 2 + 2 * inner_folds; }
  double fits() const { return folds * (1 + inner_folds); }
  // Blocks of columns that differ between folds: K or 1.
  double column_blocks() const { return std::max(projections, nuisance_fits); }
  // Makes the columns the same for all folds.
  void ShareColumns() { projections = nuisance_fits = 1; }
};

// `value_bytes`: 4 or 8.
ProblemSize SizeOf(const Segments& segments, const AlignmentSpec& spec, double value_bytes);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_PROBLEM_SIZE_H_
