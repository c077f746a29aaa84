// Panels against the way that the golden tests hold to scikit-learn: with one column a
// layer, sharing an alpha over a layer's columns changes nothing but the way.
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/align/alignment.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

AlignmentInputs ManyLayersOfOneColumn(int words) {
  SimulatedShape shape;
  shape.words = words;
  shape.sensors = 20;
  shape.times = 5;
  shape.layers = 23;
  shape.dims = 1;
  return SimulateRecording(shape);
}

void ExpectSame(const AlignmentInputs& inputs, AlignmentOptions options) {
  const AlignmentResult panels = Align(inputs, options);
  options.shared_alpha = true;
  const AlignmentResult whole = Align(inputs, options);
  for (std::size_t i = 0; i < whole.score_per_fold.size(); ++i) {
    ASSERT_NEAR(panels.score_per_fold[i], whole.score_per_fold[i], 2e-5) << i;
  }
  EXPECT_EQ(panels.alpha_counts, whole.alpha_counts);
  EXPECT_EQ(panels.constant_targets, whole.constant_targets);
}

TEST(PanelTest, EachMetricIsAsWithoutPanels) {
  const AlignmentInputs inputs = ManyLayersOfOneColumn(2500);
  for (const Metric metric : {Metric::kPearson, Metric::kCosine, Metric::kR2}) {
    AlignmentOptions options;
    options.metric = metric;
    options.selection = Selection::kGcv;
    ExpectSame(inputs, options);
  }
}

TEST(PanelTest, PurgedFoldsOfWholeGroupsAndContiguousOnes) {
  const AlignmentInputs inputs = ManyLayersOfOneColumn(2500);
  for (const FoldBy fold_by : {FoldBy::kGroup, FoldBy::kContiguous}) {
    AlignmentOptions options;
    options.fold_by = fold_by;
    options.purge_seconds = 3;
    options.selection = Selection::kGcv;
    ExpectSame(inputs, options);
    options.preset = Preset::kPaper;
    ExpectSame(inputs, options);
  }
}

TEST(PanelTest, OneAlphaNeedsNoChoice) {
  const AlignmentInputs inputs = ManyLayersOfOneColumn(2300);
  for (const double alpha : {1e-4, 100.0, 1e8}) {
    AlignmentOptions options;
    options.alphas = {alpha};
    options.selection = Selection::kFixed;
    ExpectSame(inputs, options);
    options.selection = Selection::kBlocked;  // test words then lie in several segments
    ExpectSame(inputs, options);
  }
}

TEST(PanelTest, BlocksOfWordsInSinglePrecisionAddUp) {
  AlignmentOptions options;
  options.folds = 2;  // segments of more words than a block has
  options.selection = Selection::kGcv;
  ExpectSame(ManyLayersOfOneColumn(9000), options);
}

TEST(PanelTest, ProjectedColumnsServeToo) {
  SimulatedShape shape;
  shape.words = 2500;
  shape.layers = 3;
  shape.dims = 9;
  AlignmentOptions options;
  options.preset = Preset::kPaper;  // one projection for all folds
  options.selection = Selection::kGcv;
  options.pca = 1;
  ExpectSame(SimulateRecording(shape), options);
}

TEST(PanelTest, SensorsAndColumnsThatDoNotVary) {
  AlignmentInputs inputs = AsEpochs(ManyLayersOfOneColumn(2500));
  const Tensor& given = inputs.brain.epochs;
  std::vector<float> epochs;
  for (std::int64_t i = 0; i < given.element_count(); ++i) {
    const bool constant = i / given.dim(2) % given.dim(1) == 3;
    epochs.push_back(constant ? 7.0f : static_cast<float>(given.At(i)));
  }
  inputs.brain.epochs = TensorOfFloats(given.spec().shape, epochs);
  inputs.layers[1].activations = TensorOfFloats({2500, 1}, std::vector<float>(2500, 5.0f));
  AlignmentOptions options;
  options.selection = Selection::kGcv;
  ExpectSame(inputs, options);
}

}  // namespace
}  // namespace brainalign
