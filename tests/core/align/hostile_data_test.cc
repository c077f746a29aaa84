// Data that are normal in this field and hard in single precision, held against the formulas in
// double: what large language models' activations and cleaned recordings look like.
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/align/alignment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/align/tensor_of_type.h"
#include "tests/core/align/textbook.h"
#include "tests/core/reproducible_random.h"

namespace brainalign {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;

constexpr int kHostileWords = 2100;  // beyond what is held in double precision
constexpr int kSessions = 5;

MatrixXd Normals(ReproducibleRandom& random, Index rows, Index columns) {
  MatrixXd values(rows, columns);
  for (double& value : values.reshaped()) value = random.Normal();
  return values;
}

// One time sample and one layer, of variables (words, v) that both sides share.
struct Data {
  Data(int sensor_count, int dims) : random(7), variables(Normals(random, kHostileWords, 6)) {
    sensors = variables * Normals(random, 6, sensor_count) +
              2 * Normals(random, kHostileWords, sensor_count);
    activations = variables * Normals(random, 6, dims) + Normals(random, kHostileWords, dims);
    for (int word = 0; word < kHostileWords; ++word)
      session.push_back(word * kSessions / kHostileWords);
  }

  AlignmentInputs Inputs(DType of_sensors = DType::kF32, DType of_activations = DType::kF32) const {
    AlignmentInputs inputs;
    inputs.brain.epochs = Stored(of_sensors, sensors, {kHostileWords, sensors.cols(), 1});
    inputs.brain.times_seconds = {0.2};
    inputs.brain.groups = session;
    inputs.layers.push_back(
        {Stored(of_activations, activations, {kHostileWords, activations.cols()}), 1, "layer"});
    return inputs;
  }

  static Tensor Stored(DType dtype, const MatrixXd& values, std::vector<std::int64_t> shape) {
    std::vector<double> rows;
    for (Index row = 0; row < values.rows(); ++row) {
      for (Index column = 0; column < values.cols(); ++column) rows.push_back(values(row, column));
    }
    return TensorOfType(dtype, std::move(shape), rows);
  }

  ReproducibleRandom random;
  MatrixXd variables;
  MatrixXd sensors;      // (words, s)
  MatrixXd activations;  // (words, d)
  std::vector<std::int64_t> session;
};

AlignmentOptions Fixed(double alpha) {
  AlignmentOptions options;
  options.selection = Selection::kFixed;
  options.alphas = {alpha};
  return options;
}

AlignmentOptions Components(int count) {
  AlignmentOptions options;
  options.pca = count;
  return options;
}

AlignmentOptions ToBrain(AlignmentOptions options) {
  options.direction = Direction::kModelToBrain;
  return options;
}

absl::StatusOr<AlignmentResult> TryAlign(const AlignmentInputs& inputs,
                                         const AlignmentOptions& options) {
  const auto alignment = Alignment::Create(inputs, options, nullptr);
  if (!alignment.ok()) return alignment.status();
  const CancelFlag cancel{false};
  return RunAlignment(**alignment, 2, cancel, nullptr);
}

// Returns the best score, for a test to see that there is something to lose.
double ExpectAsByTheFormulas(const AlignmentInputs& inputs, const AlignmentOptions& options) {
  const auto result = TryAlign(inputs, options);
  EXPECT_TRUE(result.ok()) << result.status();
  if (!result.ok()) return 0;
  const std::vector<double> expected = TextbookScores(inputs, result->spec);
  EXPECT_EQ(result->score_per_fold.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(result->score_per_fold[i], expected[i], 1e-5 * std::max(1.0, std::abs(expected[i])))
        << "cell " << i;
  }
  return *std::max_element(expected.begin(), expected.end());
}

// A refusal blames the activations.
void ExpectRightOrRefused(const AlignmentInputs& inputs, const AlignmentOptions& options) {
  const absl::Status status = TryAlign(inputs, options).status();
  if (status.ok()) {
    ExpectAsByTheFormulas(inputs, options);
  } else {
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("layer"));
  }
}

// Two dimensions of 15,000 and 12,000 at 3 % of the words.
void AddMassiveDimensions(Data& data) {
  for (Index word = 0; word < kHostileWords; ++word) {
    if (!data.random.Chance(3)) continue;
    data.activations(word, 7) += 15000;
    data.activations(word, 8) += 12000;
  }
}

TEST(HostileDataTest, MassiveDimensionsHideNoComponents) {
  Data data(6, 60);
  AddMassiveDimensions(data);
  for (const DType dtype : {DType::kBF16, DType::kF16, DType::kF32}) {
    EXPECT_GT(ExpectAsByTheFormulas(data.Inputs(DType::kF32, dtype), Components(12)), 0.2);
  }
}

TEST(HostileDataTest, MassiveDimensionsHideNoComponentsOfASubspace) {
  Data data(6, 420);
  AddMassiveDimensions(data);
  AlignmentOptions options = Fixed(10);
  options.pca = 12;
  options.pca_words = FitWords::kAll;
  EXPECT_GT(ExpectAsByTheFormulas(data.Inputs(DType::kF32, DType::kBF16), options), 0.2);
}

TEST(HostileDataTest, MassiveDimensionsWithoutComponents) {
  Data data(6, 30);
  AddMassiveDimensions(data);
  for (const Preset preset : {Preset::kStrict, Preset::kPaper}) {
    AlignmentOptions options;
    options.preset = preset;
    ExpectAsByTheFormulas(data.Inputs(DType::kF32, DType::kBF16), options);
    ExpectAsByTheFormulas(data.Inputs(DType::kF32, DType::kBF16), ToBrain(options));
  }
}

// Five channels are means of others but in one session, and all are referred to their average.
TEST(HostileDataTest, ChannelsInterpolatedInSomeSessionsOnly) {
  Data data(20, 6);
  data.activations =
      data.variables * Normals(data.random, 6, 6) + 0.3 * Normals(data.random, kHostileWords, 6);
  for (Index word = 0; word < kHostileWords; ++word) {
    if (data.session[static_cast<std::size_t>(word)] == kSessions - 1) continue;
    data.sensors.row(word).head(5).setConstant(data.sensors.row(word).segment(5, 6).mean());
  }
  data.sensors.colwise() -= data.sensors.rowwise().mean().eval();
  data.sensors *= 1e-13;
  for (const double alpha : {1e-4, 1.0}) {
    EXPECT_GT(ExpectAsByTheFormulas(data.Inputs(), Fixed(alpha)), 0.5);
  }
  for (const Selection selection : {Selection::kLoo, Selection::kGcv, Selection::kBlocked}) {
    AlignmentOptions options;
    options.selection = selection;
    EXPECT_GT(ExpectAsByTheFormulas(data.Inputs(), options), 0.5);
  }
}

TEST(HostileDataTest, ChannelsDeadInSomeSessionsOnly) {
  Data data(12, 6);
  for (Index word = 0; word < kHostileWords; ++word) {
    if (data.session[static_cast<std::size_t>(word)] != 2) data.sensors.row(word).head(3).setZero();
  }
  EXPECT_GT(ExpectAsByTheFormulas(data.Inputs(), Fixed(1e-4)), 0.2);
  EXPECT_GT(ExpectAsByTheFormulas(data.Inputs(), {}), 0.2);
}

// A sensor is the next one and a little more but in one session, whose predictions are then many
// times the target. What they err by lies along them, which r2 does not forgive.
TEST(HostileDataTest, PredictionsManyTimesTheTarget) {
  for (const double little : {0.1, 0.03, 0.01, 0.003, 0.001, 0.0003}) {
    Data data(8, 6);
    data.activations = 0.1 * data.activations + Normals(data.random, kHostileWords, 6);
    for (Index word = 0; word < kHostileWords; ++word) {
      if (data.session[static_cast<std::size_t>(word)] == 2) continue;
      data.sensors(word, 0) = data.sensors(word, 1) + little * data.sensors(word, 0);
    }
    for (const Metric metric : {Metric::kR2, Metric::kCosine, Metric::kPearson}) {
      AlignmentOptions options = Fixed(1e-4);
      options.metric = metric;
      ExpectAsByTheFormulas(data.Inputs(), options);
    }
  }
}

// A sensor is far from where it was, but for one session: so are predictions, all by the same.
TEST(HostileDataTest, MeanPredictionsManyTimesTheTarget) {
  for (const double step : {10.0, 100.0, 1e3, 1e4, 1e5}) {
    Data data(8, 6);
    data.activations = 0.1 * data.activations + Normals(data.random, kHostileWords, 6);
    for (Index word = 0; word < kHostileWords; ++word) {
      if (data.session[static_cast<std::size_t>(word)] == 2) data.sensors(word, 0) += step;
    }
    for (const Metric metric : {Metric::kR2, Metric::kCosine, Metric::kPearson}) {
      AlignmentOptions options = Fixed(1e-4);
      options.metric = metric;
      ExpectAsByTheFormulas(data.Inputs(), options);
    }
    ExpectAsByTheFormulas(data.Inputs(), {});
  }
}

// Recordings of a few components, as ICA leaves them, another one less in each session: in float32
// they have the other directions by rounding alone, and the penalty is smaller than that.
TEST(HostileDataTest, DirectionsOfRoundingUnderAPenaltyThatIsSmaller) {
  Data data(24, 3);
  data.sensors = data.variables * Normals(data.random, 6, 24);
  for (int session = 0; session < kSessions; ++session) {
    const Eigen::VectorXd direction = Normals(data.random, 24, 1).normalized();
    for (Index word = 0; word < kHostileWords; ++word) {
      if (data.session[static_cast<std::size_t>(word)] != session) continue;
      data.sensors.row(word) -= data.sensors.row(word).dot(direction) * direction.transpose();
    }
  }
  for (const Metric metric : {Metric::kPearson, Metric::kCosine, Metric::kR2}) {
    for (const int components : {0, 3}) {
      AlignmentOptions options = Fixed(1e-12);
      options.metric = metric;
      options.pca = components;
      ExpectAsByTheFormulas(data.Inputs(), options);
    }
  }
  AlignmentOptions options;
  options.alphas = {1e-12, 1e-4, 1, 1e4};
  for (const Selection selection : {Selection::kLoo, Selection::kGcv, Selection::kBlocked}) {
    options.selection = selection;
    ExpectAsByTheFormulas(data.Inputs(), options);
  }
}

// Variances a trillion times smaller than the first, and close to each other.
TEST(HostileDataTest, ComponentsBesideOneThatIsFarLarger) {
  for (const double size : {1e4, 1e5, 1e6}) {
    Data data(6, 16);
    data.activations.col(0) *= size;
    AlignmentOptions options = Fixed(10);
    options.pca = 4;
    for (const FitWords words : {FitWords::kAll, FitWords::kTraining}) {
      options.pca_words = words;
      ExpectAsByTheFormulas(data.Inputs(), options);
    }
  }
}

// One dimension's spread is a million times the others'.
TEST(HostileDataTest, OneLargeColumnAmongTheFeatures) {
  Data data(10, 20);
  data.activations = 0.3 * Normals(data.random, kHostileWords, 20);
  data.sensors = data.activations.rightCols(19) * Normals(data.random, 19, 10) +
                 2 * Normals(data.random, kHostileWords, 10);
  data.activations.col(0) *= 1e6;
  EXPECT_GT(ExpectAsByTheFormulas(data.Inputs(), ToBrain({})), 0.2);
  EXPECT_GT(ExpectAsByTheFormulas(data.Inputs(), ToBrain(Fixed(1))), 0.2);
}

// What is told of the brain has 7e-13 of the largest variance: more than rounding, also for the
// choice of the penalty.
TEST(HostileDataTest, SmallColumnBesideALargeOneCountsForThePenalty) {
  Data data(1, 3);
  data.activations = 0.3 * Normals(data.random, kHostileWords, 3);
  data.sensors = data.activations.col(1) + 0.1 * Normals(data.random, kHostileWords, 1);
  data.activations.col(0) *= 1.2e6;
  for (const Selection selection : {Selection::kLoo, Selection::kGcv, Selection::kBlocked}) {
    AlignmentOptions options;
    options.selection = selection;
    options.alphas = {5e4, 5e6, 5e8};
    EXPECT_GT(ExpectAsByTheFormulas(data.Inputs(), ToBrain(options)), 0.02);
  }
}

TEST(HostileDataTest, ScalesOfActivationsAtTheEndsOfFloat) {
  for (const double scale : {1e18, 1e-18}) {
    Data data(8, 12);
    data.activations *= scale;
    EXPECT_GT(ExpectAsByTheFormulas(data.Inputs(), {}), 0.2);
    EXPECT_GT(ExpectAsByTheFormulas(data.Inputs(), Components(4)), 0.2);
    ExpectAsByTheFormulas(data.Inputs(), ToBrain({}));
  }
}

TEST(HostileDataTest, ScalesBeyondFloat) {
  for (const double scale : {1e60, 1e-60}) {
    Data data(8, 12);
    data.sensors *= scale;
    EXPECT_GT(ExpectAsByTheFormulas(data.Inputs(DType::kF64), {}), 0.2);
  }
}

// What no float holds is right or refused, with its place.
TEST(HostileDataTest, ActivationsBeyondFloatAreRightOrRefused) {
  Data data(8, 12);
  data.activations *= 1e60;
  ExpectRightOrRefused(data.Inputs(DType::kF32, DType::kF64), {});
}

// Of `inputs`, refused before anything is computed: the field, and what is wrong with it.
FieldProblem RefusalOf(const AlignmentInputs& inputs) {
  std::vector<FieldProblem> problems;
  EXPECT_FALSE(Alignment::Create(inputs, {}, &problems).ok());
  EXPECT_EQ(problems.size(), 1u);
  return problems.empty() ? FieldProblem{} : problems.front();
}

// The fill value of masked arrays at some words.
TEST(HostileDataTest, FillValuesAreRefusedWithTheirPlace) {
  Data data(6, 6);
  data.activations(50, 2) = 1e20;
  data.activations(700, 2) = -1e20;
  FieldProblem problem = RefusalOf(data.Inputs());
  EXPECT_EQ(problem.field, "layers[0].activations");
  EXPECT_THAT(problem.description, ::testing::HasSubstr("holds 1e+20 at word 50, dimension 2"));
  data.activations.col(2) *= 1e-20;  // in units that make it small, but not beside the others
  EXPECT_TRUE(Alignment::Create(data.Inputs(), {}, nullptr).ok());
  data = Data(6, 6);  // among zeros, beside the few numbers that would vanish
  data.activations.col(4).setZero();
  data.activations(12, 4) = 1;
  data.activations(50, 4) = 1e20;
  EXPECT_THAT(RefusalOf(data.Inputs()).description,
              ::testing::HasSubstr("holds 1e+20 at word 50, dimension 4"));
  data = Data(6, 6);  // at most of the words
  for (Index word = 0; word < kHostileWords; ++word) {
    if (word % 3 > 0) data.activations(word, 5) = -1e20;
  }
  EXPECT_THAT(RefusalOf(data.Inputs()).description,
              ::testing::HasSubstr("holds -1e+20 at word 1, dimension 5"));
  data = Data(6, 6);  // in a layer of nothing else
  data.activations.setZero();
  data.activations(12, 0) = 131072;
  data.activations(50, 0) = 1e20;
  EXPECT_THAT(RefusalOf(data.Inputs()).description,
              ::testing::HasSubstr("holds 1e+20 at word 50, dimension 0"));
  data = Data(6, 6);
  data.sensors *= 1e-13;
  data.sensors(60, 3) = 1e20;
  problem = RefusalOf(data.Inputs());
  EXPECT_EQ(problem.field, "brain.epochs");
  EXPECT_THAT(problem.description,
              ::testing::HasSubstr("holds 1e+20 at word 60, sensor 3, time sample 0 (0.2 s)"));
}

// Large numbers of different sizes are data; so are those of a column of zeros.
TEST(HostileDataTest, LargeNumbersThatAreDataAreTaken) {
  Data data(6, 6);
  for (Index word = 0; word < kHostileWords; word += 40) {
    data.activations(word, 1) = 1e12 * (1 + data.random.Uniform());
  }
  data.activations.col(2).setZero();
  data.activations(7, 2) = 1e20;
  EXPECT_TRUE(Alignment::Create(data.Inputs(), {}, nullptr).ok());
}

}  // namespace
}  // namespace brainalign
