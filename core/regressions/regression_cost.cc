#include "core/regressions/regression_cost.h"

#include "core/leave_one_out/leave_one_out.h"

namespace brainalign {

Work MakeRegressionsWork(const ProblemSize& size, const FeatureSize& of) {
  const double p = of.features;
  const double n = size.words;
  const double cube = p * p * p;
  const bool eigen = size.selection == Selection::kLoo || size.selection == Selection::kGcv;
  Work work{0, of.blocks * n * p * p + size.fits() * (eigen ? 13 : 20.0 / 3) * cube, 0};
  if (size.selection == Selection::kLoo) work += LeaveOneOutWeightsWork(size, p);
  return work;
}

Work ChooseAndScoreWork(const ProblemSize& size, const FeatureSize& of, double columns,
                        double at_once, double passes) {
  const double p = of.features;
  const double n = size.words;
  const double folds = size.folds;
  const double rotated = p * p * columns;
  Work work = OnWords(size.value_bytes, 2 * n * p * columns * passes);
  work.double_operations += folds * (4 * (1 + size.inner_folds) + 2) * rotated;
  switch (size.selection) {
    case Selection::kFixed:
      break;
    case Selection::kGcv:
      work.double_operations += folds * size.alphas * 2 * p * columns;
      break;
    case Selection::kBlocked:
      work += OnWords(size.value_bytes, 2 * folds * size.inner_folds * size.alphas * rotated);
      break;
    case Selection::kLoo:
      work += LeaveOneOutErrorsWork(size, p, columns, at_once);
      break;
  }
  return work;
}

}  // namespace brainalign
