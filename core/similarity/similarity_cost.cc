#include "core/similarity/similarity_cost.h"

#include <algorithm>

#include "core/linalg/lapack.h"
#include "core/similarity/held_out_side.h"

namespace brainalign {
namespace {

constexpr double kNumber = sizeof(double);

// Most words that a fold tests on.
double TestWords(const ProblemSize& size) { return size.words - size.training_words; }

double AtOnce(double columns) {
  return std::min(columns, static_cast<double>(kSimilarityColumnsAtOnce));
}

}  // namespace

double HeldOutSideBytes(const ProblemSize& size, double columns) {
  return kNumber * (4 * size.words + size.folds * columns);
}

double MakeHeldOutSideBytes(const ProblemSize& size, double columns) {
  // Two blocks of columns, each beside the copy that it was made of, and their product.
  const double at_once = AtOnce(columns);
  return kNumber * (4 * TestWords(size) * at_once + at_once * at_once);
}

double ScoreHeldOutBytes(const ProblemSize& size, const SimilarityColumns& columns) {
  return kNumber *
         (3 * TestWords(size) * AtOnce(columns.y) + AtOnce(columns.x) * AtOnce(columns.y));
}

Work MakeHeldOutSideWork(const ProblemSize& size, double columns) {
  const double values = size.words * columns;
  return {.double_operations = values * (columns + 8), .bytes = 3 * kNumber * values};
}

Work ScoreHeldOutWork(const ProblemSize& size, const SimilarityColumns& columns) {
  return {.double_operations = 2 * size.words * columns.x * columns.y,
          .bytes = kNumber * size.words * columns.y};
}

double CcaSideBytes(const ProblemSize& size, double columns) {
  return kNumber * size.folds * columns * (columns + 2);
}

double MakeCcaSideBytes(double columns) {
  // The sums and their factor, and a block of words beside the copy that it was made of.
  return kNumber * (2 * columns * columns + 2 * kSimilarityWordsAtOnce * columns);
}

double ScoreCcaBytes(const ProblemSize& size, const SimilarityColumns& columns) {
  const double cross = columns.x * columns.y;
  return kNumber *
             ((size.folds + 2) * cross + 2 * TestWords(size) * (columns.x + AtOnce(columns.y))) +
         SingularVectorsBytes(columns.x, columns.y);
}

Work MakeCcaSideWork(const ProblemSize& size, double columns, double passes) {
  const double squares = columns * columns;
  return {.double_operations = squares * (passes * size.words + size.folds * columns / 3),
          .bytes = kNumber * passes * size.words * columns};
}

Work ScoreCcaWork(const ProblemSize& size, const SimilarityColumns& columns, double passes) {
  const double cross = columns.x * columns.y;
  const double smaller = std::min(columns.x, columns.y);
  const double of_fold =
      cross * (columns.x + columns.y + 6 * smaller) + 14 * smaller * smaller * smaller;
  return {.double_operations = 2 * passes * size.words * cross + size.folds * of_fold,
          .bytes = 2 * kNumber * passes * size.words * columns.y};
}

}  // namespace brainalign
