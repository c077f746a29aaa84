#ifndef BRAINALIGN_CORE_SIMILARITY_SIMILARITY_COST_H_
#define BRAINALIGN_CORE_SIMILARITY_SIMILARITY_COST_H_

#include "core/problem/problem_size.h"
#include "core/problem/work.h"

namespace brainalign {

// Columns of the two sides of a cell, as they are multiplied.
struct SimilarityColumns {
  double x = 0;
  double y = 0;
};

// The memory and work of HeldOutSide for all folds. Making one side, and one cell.
double HeldOutSideBytes(const ProblemSize& size, double columns);  // held
double MakeHeldOutSideBytes(const ProblemSize& size, double columns);
double ScoreHeldOutBytes(const ProblemSize& size, const SimilarityColumns& columns);
Work MakeHeldOutSideWork(const ProblemSize& size, double columns);
Work ScoreHeldOutWork(const ProblemSize& size, const SimilarityColumns& columns);

// The same of canonical correlation analysis. `passes`: times that products are summed over all
// words.
double CcaSideBytes(const ProblemSize& size, double columns);  // held
double MakeCcaSideBytes(double columns);
double ScoreCcaBytes(const ProblemSize& size, const SimilarityColumns& columns);
Work MakeCcaSideWork(const ProblemSize& size, double columns, double passes);
Work ScoreCcaWork(const ProblemSize& size, const SimilarityColumns& columns, double passes);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_SIMILARITY_SIMILARITY_COST_H_
