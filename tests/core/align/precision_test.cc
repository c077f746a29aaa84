// Precision fast: near exact on data that make it hard, the same bits on any number
// of threads, and exactly exact where it falls back.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/align/alignment.h"
#include "core/linalg/bf16_product.h"
#include "core/tensor/convert.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/align.h"
#include "tests/core/align/least_memory.h"
#include "tests/core/align/simulated_inputs.h"

namespace brainalign {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

AlignmentResult AlignIn(const AlignmentInputs& inputs, AlignmentOptions options,
                        Precision precision, int threads = 1,
                        const AlignmentResources& resources = {}) {
  options.precision = precision;
  return Align(inputs, options, threads, resources);
}

// Lets oneDNN emulate bf16 where the processor has none.
class FastTest : public ::testing::Test {
 protected:
  void SetUp() override {
    SetBf16ChoiceForTest(Bf16Choice::kAnywhere);
    if (Bf16KernelName().empty()) GTEST_SKIP() << "oneDNN multiplies no bf16 on this processor";
  }
  void TearDown() override { SetBf16ChoiceForTest(Bf16Choice::kQuick); }

  void ExpectNear(const AlignmentInputs& inputs, const AlignmentOptions& options) {
    const AlignmentResult exact = AlignIn(inputs, options, Precision::kExact);
    const AlignmentResult fast = AlignIn(inputs, options, Precision::kFast);
    EXPECT_EQ(fast.spec.precision_used(), Precision::kFast);
    EXPECT_NE(fast.score, exact.score) << "it did not multiply in bf16";
    ExpectNear(fast, exact);
  }

  // Of data where rounding shows more than `fast` may be off by: then it goes on in float64.
  void ExpectNearOrInDouble(const AlignmentInputs& inputs, const AlignmentOptions& options) {
    const AlignmentResult fast = AlignIn(inputs, options, Precision::kFast);
    EXPECT_EQ(fast.self_check.fell_back, fast.spec.precision_used() == Precision::kDouble);
    ExpectNear(fast, AlignIn(inputs, options, Precision::kDouble));
  }

  static void ExpectNear(const AlignmentResult& fast, const AlignmentResult& exact) {
    for (std::size_t i = 0; i < exact.score.size(); ++i) {
      EXPECT_NEAR(fast.score[i], exact.score[i], 1e-3) << "cell " << i;
    }
    // What is promised of each fold. Scores of r2 beyond 1 are relative to their size.
    for (std::size_t i = 0; i < exact.score_per_fold.size(); ++i) {
      const double score = exact.score_per_fold[i];
      EXPECT_NEAR(fast.score_per_fold[i], score, 5e-3 * std::max(1.0, std::abs(score)))
          << "fold and cell " << i;
    }
  }
};

SimulatedShape Shape(int words) {
  SimulatedShape shape;
  shape.words = words;
  shape.sensors = 12;
  shape.dims = 24;
  return shape;
}

// The same layers in bf16, every `step`-th dimension lifted far above what it varies by.
void StoreAsBf16(AlignmentInputs& inputs, int step, float lift) {
  for (LayerInput& layer : inputs.layers) {
    const Tensor& given = layer.activations;
    const std::int64_t width = given.dim(1);
    std::vector<float> values(static_cast<std::size_t>(given.element_count()));
    for (std::int64_t i = 0; i < given.element_count(); ++i) {
      values[static_cast<std::size_t>(i)] =
          static_cast<float>(given.At(i)) + (i % width % step == 0 ? lift : 0.0f);
    }
    std::vector<std::uint16_t> rounded(values.size());
    RoundToBFloat16(values.data(), given.element_count(), rounded.data());
    std::vector<std::byte> bytes(2 * rounded.size());
    std::memcpy(bytes.data(), rounded.data(), bytes.size());
    layer.activations =
        Tensor::FromBytes({DType::kBF16, given.spec().shape, Order::kC}, std::move(bytes)).value();
  }
}

// Sensors that are sums of others, but for a share of noise of their own; and all
// referred to their average.
void MakeNearlyCollinear(AlignmentInputs& inputs, float own_share) {
  const Tensor& given = inputs.brain.continuous;
  const std::int64_t sensors = given.dim(0);
  const std::int64_t samples = given.dim(1);
  std::vector<float> values(static_cast<std::size_t>(sensors * samples));
  for (std::int64_t i = 0; i < samples; ++i) {
    double mean = 0;
    for (std::int64_t s = 0; s < sensors; ++s) {
      const double first = given.At(s % 4 * samples + i);
      const double second = given.At((s + 1) % 4 * samples + i);
      const double value = first + 0.1 * static_cast<double>(s) * second +
                           static_cast<double>(own_share) * given.At(s * samples + i);
      values[static_cast<std::size_t>(s * samples + i)] = static_cast<float>(value);
      mean += value / static_cast<double>(sensors);
    }
    for (std::int64_t s = 0; s < sensors; ++s) {
      values[static_cast<std::size_t>(s * samples + i)] -= static_cast<float>(mean);
    }
  }
  inputs.brain.continuous = TensorOfFloats({sensors, samples}, values);
}

std::vector<AlignmentOptions> EverySelection() {
  std::vector<AlignmentOptions> all;
  for (const Selection selection : {Selection::kLoo, Selection::kGcv, Selection::kBlocked}) {
    all.emplace_back();
    all.back().selection = selection;
  }
  all.emplace_back();
  all.back().selection = Selection::kFixed;
  all.back().alphas = {1e-4};
  return all;
}

TEST_F(FastTest, IsNearExactForEverySelection) {
  const AlignmentInputs inputs = SimulateRecording(Shape(2049));
  for (const AlignmentOptions& options : EverySelection()) ExpectNear(inputs, options);
}

TEST_F(FastTest, IsNearExactWithNearlyCollinearSensors) {
  AlignmentInputs inputs = SimulateRecording(Shape(2500));
  MakeNearlyCollinear(inputs, 1e-3f);
  for (const AlignmentOptions& options : EverySelection()) ExpectNearOrInDouble(inputs, options);
}

TEST_F(FastTest, IsNearExactForBf16WithLargeNearlyConstantDimensions) {
  AlignmentInputs inputs = SimulateRecording(Shape(2500));
  StoreAsBf16(inputs, 3, 200.0f);  // bf16 is in steps of 1 there: some 5 values are left
  for (const AlignmentOptions& options : EverySelection()) ExpectNear(inputs, options);
}

TEST_F(FastTest, BlocksOfWordsAddUpAndPurgedOnesAreTakenOff) {
  SimulatedShape shape = Shape(10'000);
  shape.times = 2;
  shape.dims = 64;  // which go through panels
  AlignmentInputs inputs = SimulateRecording(shape);
  StoreAsBf16(inputs, 3, 200.0f);
  AlignmentOptions options;
  options.folds = 2;  // segments of more words than a block has
  options.selection = Selection::kGcv;
  options.purge_seconds = 3;
  ExpectNear(inputs, options);
}

TEST_F(FastTest, IsNearExactForEachMetricAndOption) {
  AlignmentInputs inputs = SimulateRecording(Shape(2100));
  StoreAsBf16(inputs, 5, 20.0f);
  for (const Metric metric : {Metric::kPearson, Metric::kCosine, Metric::kR2}) {
    AlignmentOptions options;
    options.metric = metric;
    options.selection = Selection::kGcv;
    ExpectNear(inputs, options);
    options.pca = 6;
    // A cosine of components, which are about 0, hangs on their mean where nothing is explained.
    const auto expect_near = [&] {
      return metric == Metric::kCosine ? ExpectNearOrInDouble(inputs, options)
                                       : ExpectNear(inputs, options);
    };
    expect_near();
    options.preset = Preset::kPaper;
    options.shared_alpha = true;
    expect_near();
  }
}

TEST_F(FastTest, IsNearExactWhereTheFitIsAlmostPerfect) {
  // Activations are read off the sensors without noise: small penalties win.
  AlignmentInputs inputs = AsEpochs(SimulateRecording(Shape(2100)));
  const Tensor& epochs = inputs.brain.epochs;
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  for (LayerInput& layer : inputs.layers) {
    std::vector<float> weight(12 * 24);
    for (float& value : weight) value = normal(random);
    std::vector<float> values(2100 * 24, 0.0f);
    for (std::size_t word = 0; word < 2100; ++word) {
      for (std::size_t sensor = 0; sensor < 12; ++sensor) {
        const auto x = static_cast<float>(
            epochs.At(static_cast<std::int64_t>(word * 12 + sensor) * epochs.dim(2)));
        for (std::size_t d = 0; d < 24; ++d) values[word * 24 + d] += x * weight[sensor * 24 + d];
      }
    }
    layer.activations = TensorOfFloats({2100, 24}, values);
  }
  for (const AlignmentOptions& options : EverySelection()) ExpectNearOrInDouble(inputs, options);
}

TEST_F(FastTest, ConstantSensorsAndTargetsScoreAsInExact) {
  AlignmentInputs inputs = AsEpochs(SimulateRecording(Shape(2100)));
  std::vector<float> epochs;
  const Tensor& given = inputs.brain.epochs;
  for (std::int64_t i = 0; i < given.element_count(); ++i) {
    const bool constant = i / given.dim(2) % given.dim(1) == 3;
    epochs.push_back(constant ? 7.0f : static_cast<float>(given.At(i)));
  }
  inputs.brain.epochs = TensorOfFloats(given.spec().shape, epochs);
  std::vector<float> activations;
  for (std::int64_t i = 0; i < 2100 * 24; ++i) {
    activations.push_back(i % 24 == 2 ? 5.0f
                                      : static_cast<float>(inputs.layers[0].activations.At(i)));
  }
  inputs.layers[0].activations = TensorOfFloats({2100, 24}, activations);
  AlignmentOptions options;
  options.selection = Selection::kGcv;
  ExpectNear(inputs, options);
  EXPECT_EQ(AlignIn(inputs, options, Precision::kFast).constant_targets,
            AlignIn(inputs, options, Precision::kExact).constant_targets);
}

TEST_F(FastTest, ThreadsDoNotChangeABit) {
  SimulatedShape shape = Shape(2500);
  shape.times = 12;
  shape.dims = 64;  // which go through panels with gcv
  AlignmentInputs inputs = SimulateRecording(shape);
  StoreAsBf16(inputs, 4, 8.0f);
  for (const AlignmentOptions& options : EverySelection()) {
    const AlignmentResult one = AlignIn(inputs, options, Precision::kFast, 1);
    const AlignmentResult four = AlignIn(inputs, options, Precision::kFast, 4);
    EXPECT_EQ(one.score_per_fold, four.score_per_fold);
    EXPECT_EQ(one.alpha_counts, four.alpha_counts);
  }
}

TEST_F(FastTest, TheBudgetOfMemoryDoesNotChangeABit) {
  SimulatedShape shape = Shape(2500);
  shape.times = 40;  // four to a tile
  shape.sensors = 60;
  shape.dims = 64;  // which go through panels with gcv
  const AlignmentInputs inputs = SimulateRecording(shape);
  for (AlignmentOptions options : EverySelection()) {
    options.precision = Precision::kFast;
    AlignmentResources poor;
    poor.threads = 1;
    poor.memory_bytes = LeastMemoryBytes(inputs, options, poor);
    const AlignmentResult rich = AlignIn(inputs, options, Precision::kFast);
    const AlignmentResult frugal = AlignIn(inputs, options, Precision::kFast, 1, poor);
    EXPECT_EQ(frugal.score_per_fold, rich.score_per_fold);
    EXPECT_EQ(frugal.alpha_counts, rich.alpha_counts);
  }
}

TEST_F(FastTest, TheResultNamesItsKernel) {
  const AlignmentInputs inputs = SimulateRecording(Shape(2100));
  const AlignmentResult fast = AlignIn(inputs, {}, Precision::kFast);
  EXPECT_THAT(fast.spec.bf16_kernel, StartsWith("onednn-"));
  EXPECT_THAT(fast.numerics_version, HasSubstr(fast.spec.bf16_kernel));
  EXPECT_THAT(fast.notes, Not(Contains(HasSubstr("fell back"))));
  EXPECT_NE(fast.numerics_version, AlignIn(inputs, {}, Precision::kExact).numerics_version);
}

// Where fast falls back it is exact in every bit, and says so.
void ExpectFallsBack(const AlignmentInputs& inputs, const AlignmentOptions& options,
                     const std::string& reason) {
  const AlignmentResult exact = AlignIn(inputs, options, Precision::kExact);
  const AlignmentResult fast = AlignIn(inputs, options, Precision::kFast);
  EXPECT_EQ(fast.score_per_fold, exact.score_per_fold);
  EXPECT_EQ(fast.alpha_counts, exact.alpha_counts);
  EXPECT_EQ(fast.spec.precision, Precision::kFast);
  EXPECT_EQ(fast.spec.precision_used(), Precision::kExact);
  EXPECT_THAT(fast.notes, Contains(HasSubstr("fell back to exact: " + reason)));
  EXPECT_NE(fast.numerics_version, exact.numerics_version);
  EXPECT_THAT(exact.notes, Not(Contains(HasSubstr("fell back"))));
}

TEST(FallBackTest, WithoutInstructionsForBf16) {
  SetBf16ChoiceForTest(Bf16Choice::kNowhere);
  for (const AlignmentOptions& options : EverySelection()) {
    ExpectFallsBack(SimulateRecording(Shape(2100)), options, "this processor has no instructions");
  }
  SetBf16ChoiceForTest(Bf16Choice::kQuick);
}

TEST(FallBackTest, FromModelToBrain) {
  AlignmentOptions options;
  options.direction = Direction::kModelToBrain;
  ExpectFallsBack(SimulateRecording(Shape(500)), options, "it is only for brain_to_model");
}

// Of few words the rounding shows: by 0.06 with 40.
TEST_F(FastTest, FallsBackWithFewWords) {
  for (const int words : {40, 2048}) {
    for (const AlignmentOptions& options : EverySelection()) {
      ExpectFallsBack(SimulateRecording(Shape(words)), options, "it needs more than 2048 words");
    }
  }
}

TEST_F(FastTest, FallsBackWithFewerWordsThanSensors) {
  SimulatedShape shape = Shape(60);
  shape.sensors = 80;
  AlignmentOptions options;
  options.selection = Selection::kGcv;
  ExpectFallsBack(SimulateRecording(shape), options, "a fold trains on fewer words");
}

}  // namespace
}  // namespace brainalign
