// What is too large for a server is refused before anything is sent.
#include "client/jobs/check_limits.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "client/cli/submission.h"
#include "client/client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fakes/fake_clock.h"
#include "tests/client/fakes/fake_server.h"

namespace brainalign {
namespace {

using ::testing::HasSubstr;

// Of `layers` layers of 10 words, and `times` times.
Experiment SizedExperiment(int layers, int times) {
  AlignmentInputs inputs;
  for (int l = 0; l < layers; ++l) {
    LayerInput layer;
    layer.activations = *Tensor::FromBytes({DType::kF32, {10, 1}}, std::vector<std::byte>(40));
    inputs.layers.push_back(layer);
  }
  inputs.brain.times_seconds.assign(static_cast<std::size_t>(times), 0.0);
  return ExperimentOf(std::move(inputs));
}

std::string RefusalBy(const ServerInfo& server, const Experiment& experiment, int folds) {
  AlignmentOptions options;
  options.folds = folds;
  const absl::Status status = CheckLimits(server, experiment, options);
  if (status.ok()) return "";
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  return std::string(status.message());
}

TEST(CheckLimitsTest, ResultIsLayersTimesTimesTimesFolds) {
  ServerInfo server;
  server.max_result_values = 2 * 30 * 5;
  EXPECT_EQ(RefusalBy(server, SizedExperiment(2, 30), 5), "");
  EXPECT_EQ(RefusalBy(server, SizedExperiment(2, 30), 6),
            "2 layers x 30 times x 6 folds are more than the 300 scores that the server takes in "
            "one result; use fewer layers, times or options.folds.");
  EXPECT_NE(RefusalBy(server, SizedExperiment(3, 30), 5), "");
  EXPECT_NE(RefusalBy(server, SizedExperiment(2, 31), 5), "");
}

TEST(CheckLimitsTest, NullsAreScoresOfTheResult) {
  ServerInfo server;
  server.max_result_values = 2 * 30 * 10;
  AlignmentOptions options;
  options.uncertainty.nulls = 5;
  EXPECT_TRUE(CheckLimits(server, SizedExperiment(2, 30), options).ok());
  options.uncertainty.nulls = 6;
  EXPECT_EQ(CheckLimits(server, SizedExperiment(2, 30), options).message(),
            "2 layers x 30 times x (5 folds + 6 nulls) are more than the 600 scores that the "
            "server takes in one result; use fewer layers, times or options.nulls.");
}

TEST(CheckLimitsTest, ScoresOfSingleTargetsAreScoresOfTheResult) {
  ServerInfo server;
  server.max_result_values = 2 * 30 * 5;
  AlignmentOptions options;
  options.arrays = {"per_fold"};
  EXPECT_TRUE(CheckLimits(server, SizedExperiment(2, 30), options).ok());
  options.arrays = {"per_target"};
  EXPECT_EQ(CheckLimits(server, SizedExperiment(2, 30), options).message(),
            "2 layers x 30 times x (5 folds + 1 targets) are more than the 300 scores that the "
            "server takes in one result; use fewer layers, times or options.arrays.");
}

TEST(CheckLimitsTest, EveryPairOfTimesIsAScoreOfTheResult) {
  ServerInfo server;
  server.max_result_values = 2 * 30 * 34;
  AlignmentOptions options;
  EXPECT_TRUE(CheckLimits(server, SizedExperiment(2, 30), options).ok());
  options.time_generalisation = true;
  EXPECT_EQ(CheckLimits(server, SizedExperiment(2, 30), options).message(),
            "2 layers x 30 times x (5 folds + 30 times of generalisation) are more than the 2040 "
            "scores that the server takes in one result; use fewer layers, times or "
            "leave out options.time_generalisation.");
}

TEST(CheckLimitsTest, EachLimitIsNamed) {
  ServerInfo server;
  server.max_layers = 2;
  EXPECT_EQ(RefusalBy(server, SizedExperiment(2, 3), 5), "");
  EXPECT_THAT(RefusalBy(server, SizedExperiment(3, 3), 5),
              HasSubstr("has 3 layers; the server takes at most 2"));
  server = {};
  server.max_words = 9;
  EXPECT_THAT(RefusalBy(server, SizedExperiment(1, 3), 5), HasSubstr("has 10 words"));
  server = {};
  server.max_times = 2;
  EXPECT_THAT(RefusalBy(server, SizedExperiment(1, 3), 5), HasSubstr("has 3 times"));
}

TEST(CheckLimitsTest, EachLimitOfOptionsIsNamed) {
  ServerInfo server;
  server.max_folds = 100;
  server.max_alphas = 256;
  server.max_window_bounds = 64;
  server.max_nuisance_columns = 2;
  server.max_name_bytes = 9;
  const auto refusal_of = [&](const AlignmentOptions& options) {
    return std::string(CheckLimits(server, SizedExperiment(1, 3), options).message());
  };
  AlignmentOptions options;
  options.folds = 100;
  options.nuisance = {"a", "b"};
  EXPECT_EQ(refusal_of(options), "");
  options.folds = 150;
  EXPECT_THAT(refusal_of(options), HasSubstr("options.folds is 150; the server takes at most 100"));
  options = {};
  options.inner_folds = 101;
  EXPECT_THAT(refusal_of(options), HasSubstr("options.inner_folds is 101"));
  options = {};
  options.alphas.assign(300, 1.0);
  EXPECT_THAT(refusal_of(options), HasSubstr("options.alphas has 300 values"));
  options = {};
  options.window_bounds_seconds.assign(70, 0.1);
  EXPECT_THAT(refusal_of(options), HasSubstr("options.window_bounds_seconds has 70 bounds"));
  options = {};
  options.nuisance = {"a", "b", "c"};
  EXPECT_THAT(refusal_of(options), HasSubstr("nuisance has 3 columns"));
  options.nuisance = {std::string(10, 'n')};
  EXPECT_THAT(refusal_of(options), HasSubstr("nuisance column has 10 bytes"));
}

TEST(CheckLimitsTest, AnOptionBeyondALimitUploadsNothing) {
  FakeServer server;
  server.limits.set_max_folds(100);
  server.limits.set_max_name_bytes(256);
  FakeClock clock;
  Client client(server.Connect(clock));
  const Console console{.stop = {}, .out = {}, .err = {}, .quiet = true};
  SubmitOptions folds;
  folds.alignment.folds = 150;
  SubmitOptions name;
  name.name = std::string(300, 'x');
  for (const SubmitOptions& options : {folds, name}) {
    EXPECT_EQ(SubmitExperiment(console, client, SizedExperiment(3, 30), options).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
  for (const RecordedCall& call : server.recorder.calls()) {
    EXPECT_EQ(call.method, "GetServerInfo");
  }
}

TEST(CheckLimitsTest, LimitThatWasNotStatedIsNotChecked) {
  EXPECT_EQ(RefusalBy({}, SizedExperiment(300, 5000), 100), "");
}

TEST(CheckLimitsTest, NothingIsUploadedInVain) {
  FakeServer server;
  server.limits.set_max_result_values(100);
  server.limits.set_max_layers(3);
  FakeClock clock;
  Client client(server.Connect(clock));
  const Console console{.stop = {}, .out = {}, .err = {}, .quiet = true};
  EXPECT_EQ(SubmitExperiment(console, client, SizedExperiment(3, 30), {}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(client.Upload(SizedExperiment(4, 30)).status().code(),
            absl::StatusCode::kInvalidArgument);
  for (const RecordedCall& call : server.recorder.calls()) {
    EXPECT_EQ(call.method, "GetServerInfo");
  }
}

TEST(CheckLimitsTest, NamesAreLimitedInBytes) {
  ServerInfo server;
  EXPECT_TRUE(CheckJobName(server, std::string(300, 'x')).ok());
  server.max_name_bytes = 200;
  EXPECT_TRUE(CheckJobName(server, std::string(200, 'x')).ok());
  EXPECT_TRUE(CheckJobName(server, "\u03b1 \u00e9").ok());
  for (const char* const name : {"a\tb", "a\x1b[1m", "a\x7f", "a\xc2\x85"}) {
    EXPECT_THAT(std::string(CheckJobName(server, name).message()),
                testing::HasSubstr("which has a control character; use printable text"));
  }
  EXPECT_EQ(CheckJobName(server, std::string(201, 'x')).message(),
            "--name has 201 bytes; the server takes at most 200.");
}

}  // namespace
}  // namespace brainalign
