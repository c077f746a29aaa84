#include "client/wire/unknown_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

v1::AlignmentSpec Asked() {
  v1::AlignmentSpec spec;
  spec.mutable_brain()->mutable_epochs()->set_digest("a");
  spec.add_layers()->mutable_activations()->set_digest("b");
  spec.mutable_options()->set_preset(v1::PRESET_STRICT);
  return spec;
}

TEST(UnknownOptionsTest, WhatIsToldBackIsKnownWhateverItsValue) {
  v1::AlignmentSpec sent = Asked();
  sent.mutable_options()->set_detrend(0);
  sent.mutable_options()->add_alphas(10);
  sent.mutable_options()->add_alphas(1);
  v1::AlignmentSpec echoed = sent;
  echoed.mutable_options()->set_folds(5);
  echoed.mutable_options()->clear_alphas();
  echoed.mutable_options()->add_alphas(1);
  EXPECT_THAT(UnknownOptions(sent, echoed), IsEmpty());
}

TEST(UnknownOptionsTest, WhatIsMissingIsNamed) {
  v1::AlignmentSpec sent = Asked();
  const v1::AlignmentSpec echoed = sent;
  sent.mutable_options()->set_where("pos = NOUN");
  sent.mutable_options()->set_detrend(0);
  sent.mutable_options()->add_arrays("per_target");
  sent.mutable_brain()->mutable_sessions()->set_digest("c");
  sent.mutable_nuisance()->add_columns("frequency");
  EXPECT_THAT(UnknownOptions(sent, echoed),
              ElementsAre("options.detrend", "options.where", "options.arrays", "brain.sessions",
                          "nuisance"));
}

TEST(UnknownOptionsTest, OptionsOfNullsMayBeMissingWithoutNulls) {
  v1::AlignmentSpec sent = Asked();
  v1::AlignmentSpec echoed = sent;
  sent.mutable_options()->set_block_words(40);
  sent.mutable_options()->set_min_shift_words(9);
  EXPECT_THAT(UnknownOptions(sent, echoed), IsEmpty());
  sent.mutable_options()->set_draws(100);
  echoed.mutable_options()->set_draws(100);
  EXPECT_THAT(UnknownOptions(sent, echoed),
              ElementsAre("options.block_words", "options.min_shift_words"));
}

TEST(UnknownOptionsTest, ScoresOfFoldsNeedNotBeToldBack) {
  v1::AlignmentSpec sent = Asked();
  const v1::AlignmentSpec echoed = sent;
  sent.mutable_options()->add_arrays("per_fold");
  EXPECT_THAT(UnknownOptions(sent, echoed), IsEmpty());
}

TEST(UnknownOptionsTest, NamesMayBeToldAsWhatTheyStandFor) {
  v1::AlignmentSpec sent = Asked();
  const v1::AlignmentSpec echoed = sent;
  sent.clear_layers();
  sent.set_model("lab/gpt2");
  sent.mutable_brain()->clear_epochs();
  sent.mutable_brain()->set_recording("lab/story");
  EXPECT_THAT(UnknownOptions(sent, echoed), IsEmpty());
}

}  // namespace
}  // namespace brainalign
