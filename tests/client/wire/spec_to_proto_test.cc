#include "client/wire/spec_to_proto.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "brainalign/v1/job.pb.h"

namespace brainalign {
namespace {

using testing::ElementsAre;

TEST(SpecToProtoTest, WhatIsNotGivenStaysUnspecified) {
  const v1::AlignmentOptions proto = ToProto(AlignmentOptions());
  EXPECT_EQ(proto.preset(), v1::PRESET_STRICT);
  EXPECT_EQ(proto.folds(), 5);
  EXPECT_EQ(proto.fold_by(), v1::FOLD_BY_UNSPECIFIED);
  EXPECT_FALSE(proto.has_purge_seconds());
  EXPECT_EQ(proto.selection(), v1::SELECTION_UNSPECIFIED);
  EXPECT_EQ(proto.zscore_words(), v1::FIT_WORDS_UNSPECIFIED);
  EXPECT_EQ(proto.pca_words(), v1::FIT_WORDS_UNSPECIFIED);
  EXPECT_EQ(proto.alphas_size(), 0);
  EXPECT_EQ(proto.cca_components(), 0);
  EXPECT_FALSE(proto.has_cca_rho());
  EXPECT_EQ(proto.nulls(), 0);
  EXPECT_FALSE(proto.has_detrend());
  EXPECT_FALSE(proto.has_block_words());
  EXPECT_FALSE(proto.has_min_shift_words());
}

TEST(SpecToProtoTest, EveryOptionTravels) {
  AlignmentOptions options;
  options.preset = Preset::kPaper;
  options.direction = Direction::kModelToBrain;
  options.metric = Metric::kR2;
  options.folds = 7;
  options.fold_by = FoldBy::kGroup;
  options.purge_seconds = 0;
  options.alphas = {1, 10};
  options.selection = Selection::kGcv;
  options.inner_folds = 3;
  options.shared_alpha = true;
  options.pca = 50;
  options.zscore_words = FitWords::kAll;
  options.pca_words = FitWords::kTraining;
  options.window_bounds_seconds = {-0.1, 0.4};
  options.precision = Precision::kFast;
  options.cca_components = 4;
  options.cca_rho = 0.5;
  options.uncertainty = {.nulls = 199,
                         .draws = 2000,
                         .seed = 7,
                         .detrend = 0,
                         .block_words = 20,
                         .min_shift_words = 3};
  const v1::AlignmentOptions proto = ToProto(options);
  EXPECT_EQ(proto.preset(), v1::PRESET_PAPER);
  EXPECT_EQ(proto.direction(), v1::DIRECTION_MODEL_TO_BRAIN);
  EXPECT_EQ(proto.metric(), v1::METRIC_R2);
  EXPECT_EQ(proto.folds(), 7);
  EXPECT_EQ(proto.fold_by(), v1::FOLD_BY_GROUP);
  EXPECT_TRUE(proto.has_purge_seconds());
  EXPECT_EQ(proto.purge_seconds(), 0);
  EXPECT_THAT(proto.alphas(), ElementsAre(1, 10));
  EXPECT_EQ(proto.selection(), v1::SELECTION_GCV);
  EXPECT_EQ(proto.inner_folds(), 3);
  EXPECT_TRUE(proto.shared_alpha());
  EXPECT_EQ(proto.pca(), 50);
  EXPECT_EQ(proto.zscore_words(), v1::FIT_WORDS_ALL);
  EXPECT_EQ(proto.pca_words(), v1::FIT_WORDS_TRAINING);
  EXPECT_THAT(proto.window_bounds_seconds(), ElementsAre(-0.1, 0.4));
  EXPECT_EQ(proto.precision(), v1::PRECISION_FAST);
  EXPECT_EQ(proto.cca_components(), 4);
  EXPECT_EQ(proto.cca_rho(), 0.5);
  EXPECT_EQ(proto.nulls(), 199);
  EXPECT_EQ(proto.draws(), 2000);
  EXPECT_EQ(proto.seed(), 7U);
  EXPECT_TRUE(proto.has_detrend());
  EXPECT_EQ(proto.detrend(), 0);
  EXPECT_EQ(proto.block_words(), 20);
  EXPECT_EQ(proto.min_shift_words(), 3);
}

StoredTensor WordList(const std::string& digest, DType dtype) {
  return {.name = "words",
          .digest = digest,
          .spec = {.dtype = dtype, .shape = {2}, .order = Order::kC}};
}

TEST(SpecToProtoTest, RequestNamesTensorsByDigestAndLayersBySlice) {
  JobRequest request;
  request.brain.tensor =
      StoredTensor{.name = "recording",
                   .digest = "d1",
                   .spec = {.dtype = DType::kI16, .shape = {275, 1000}, .order = Order::kFortran}};
  request.brain.is_continuous = true;
  request.brain.sfreq_hz = 30;
  request.brain.times_seconds = {0, 0.1};
  request.brain.onsets_seconds = WordList("d3", DType::kF64);
  request.brain.groups = WordList("d4", DType::kI64);
  RequestedLayer& layer = request.layers.emplace_back();
  layer.activations = {.name = "activations",
                       .digest = "d2",
                       .spec = {.dtype = DType::kBF16, .shape = {2, 2, 8}, .order = Order::kC}};
  layer.slice = 1;
  layer.relative_depth = 0.75;
  layer.name = "layer 1";
  request.request_id = "id";
  request.skip_cache = true;
  request.priority = JobPriority::kHigh;

  const v1::CreateJobRequest proto = ToProto(request);
  const v1::BrainInput& brain = proto.spec().brain();
  EXPECT_FALSE(brain.has_epochs());
  EXPECT_EQ(brain.continuous().digest(), "d1");
  EXPECT_EQ(brain.continuous().spec().data_type(), v1::DATA_TYPE_I16);
  EXPECT_EQ(brain.continuous().spec().order(), v1::ORDER_FORTRAN);
  EXPECT_THAT(brain.continuous().spec().shape(), ElementsAre(275, 1000));
  EXPECT_EQ(brain.sfreq_hz(), 30);
  EXPECT_EQ(brain.onsets_seconds().digest(), "d3");
  EXPECT_EQ(brain.onsets_seconds().spec().data_type(), v1::DATA_TYPE_F64);
  EXPECT_THAT(brain.onsets_seconds().spec().shape(), ElementsAre(2));
  EXPECT_EQ(brain.groups().digest(), "d4");
  EXPECT_EQ(brain.groups().spec().data_type(), v1::DATA_TYPE_I64);
  EXPECT_FALSE(brain.has_sessions());
  ASSERT_EQ(proto.spec().layers_size(), 1);
  EXPECT_EQ(proto.spec().layers(0).activations().digest(), "d2");
  EXPECT_EQ(proto.spec().layers(0).slice(), 1);
  EXPECT_EQ(proto.spec().layers(0).relative_depth(), 0.75);
  EXPECT_EQ(proto.request_id(), "id");
  EXPECT_TRUE(proto.skip_cache());
  EXPECT_EQ(proto.priority(), v1::JOB_PRIORITY_HIGH);
}

TEST(SpecToProtoTest, EveryFoldAssignmentHasItsValue) {
  AlignmentOptions options;
  options.fold_by = FoldBy::kContiguous;
  EXPECT_EQ(ToProto(options).fold_by(), v1::FOLD_BY_CONTIGUOUS);
  options.fold_by = FoldBy::kShuffled;
  EXPECT_EQ(ToProto(options).fold_by(), v1::FOLD_BY_SHUFFLED);
}

}  // namespace
}  // namespace brainalign
