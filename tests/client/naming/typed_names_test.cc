#include "client/naming/typed_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "absl/strings/cord.h"
#include "brainalign/v1/job.pb.h"
#include "brainalign/v1/operation.pb.h"
#include "brainalign/v1/recording.pb.h"
#include "brainalign/v1/server.pb.h"
#include "client/cli/command_line.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

const ExperimentNames kNames = {.activation_file = "activations.safetensors",
                                .layer_names = {"h.0", "h.1"}};

std::string HelpOf(const std::vector<std::string>& verb) {
  std::FILE* out = std::tmpfile();
  std::vector<std::string> arguments = verb;
  arguments.emplace_back("--help");
  EXPECT_EQ(RunCommandLine(arguments, out, out, {}), 0);
  std::string text;
  std::rewind(out);
  for (int c = std::fgetc(out); c != EOF; c = std::fgetc(out)) text += static_cast<char>(c);
  std::fclose(out);
  return text;
}

TEST(TypedNamesTest, EveryOptionOfTheProtocolIsAFlagOfRun) {
  const std::string help = HelpOf({"run"});
  const auto* options = v1::AlignmentOptions::descriptor();
  for (int i = 0; i < options->field_count(); ++i) {
    const std::string flag = TypedNameOfField("options." + options->field(i)->name());
    EXPECT_THAT(flag, testing::StartsWith("--")) << options->field(i)->name();
    EXPECT_THAT(help, HasSubstr("  " + flag + " ")) << options->field(i)->name();
  }
}

TEST(TypedNamesTest, OptionsOfTheServerAreFlagsOfRun) {
  const std::string help = HelpOf({"run"});
  for (const std::string option : {"address", "tls.ca", "tls.certificate", "tls.key",
                                   "tls.server_name", "token_without_tls"}) {
    const std::string flag = TypedNameOfField("server." + option);
    EXPECT_THAT(flag, testing::StartsWith("--")) << option;
    EXPECT_THAT(help, HasSubstr("  " + flag + " ")) << option;
  }
  EXPECT_EQ(AsTyped("Leave out server.tls.ca, or name another with server.address HOST:PORT."),
            "Leave out --tls-ca, or name another with --server HOST:PORT.");
}

TEST(TypedNamesTest, EveryFieldOfTheInputHasAName) {
  const auto* brain = v1::BrainInput::descriptor();
  for (int i = 0; i < brain->field_count(); ++i) {
    EXPECT_NE(TypedNameOfField("brain." + brain->field(i)->name()), "") << brain->field(i)->name();
  }
  const auto* layer = v1::LayerInput::descriptor();
  for (int i = 0; i < layer->field_count(); ++i) {
    EXPECT_NE(TypedNameOfField("layers." + layer->field(i)->name()), "") << layer->field(i)->name();
  }
}

TEST(TypedNamesTest, EveryFieldOfASealIsAFlag) {
  const auto* policy = v1::SealPolicy::descriptor();
  for (int i = 0; i < policy->field_count(); ++i) {
    EXPECT_THAT(TypedNameOfField("policy." + policy->field(i)->name()), testing::StartsWith("--"))
        << policy->field(i)->name();
  }
}

TEST(TypedNamesTest, EveryCallIsOfAVerb) {
  for (const auto* file :
       {v1::CreateJobRequest::descriptor()->file(), v1::ListQueueRequest::descriptor()->file(),
        v1::SealRecordingRequest::descriptor()->file(),
        v1::GetServerInfoRequest::descriptor()->file(),
        v1::StartUploadRequest::descriptor()->file()}) {
    ASSERT_GT(file->service_count(), 0);
    for (int i = 0; i < file->service(0)->method_count(); ++i) {
      const std::string method = file->service(0)->method(i)->name();
      EXPECT_NE(TypedNameOfCall(method), "") << method;
    }
  }
}

TEST(TypedNamesTest, PathsOfOptionsAreFlags) {
  EXPECT_EQ(AsTyped("options.pca: pca is -1; give more"), "--pca is -1; give more");
  EXPECT_EQ(AsTyped("options.inner_folds: inner_folds is 1; at least 2"),
            "--inner-folds is 1; at least 2");
  EXPECT_EQ(AsTyped("spec.options.folds folds is 6, but there are 5 groups"),
            "--folds is 6, but there are 5 groups");
  EXPECT_EQ(AsTyped("spec.options.alphas[2] alpha is -1"), "--alphas[2] alpha is -1");
  EXPECT_EQ(AsTyped("options.window_bounds_seconds[1]: bound is 0"), "--windows[1]: bound is 0");
  EXPECT_EQ(AsTyped("options.fold_by: fold_by is group, but no groups are given"),
            "--fold-by is group, but no groups are given");
}

TEST(TypedNamesTest, PathsOfInputsAreFilesAndLayers) {
  EXPECT_EQ(AsTyped("layers[1].activations: holds NaN", kNames),
            "layer h.1 of activations.safetensors: holds NaN");
  EXPECT_EQ(AsTyped("spec.layers[1].activations.spec.shape has 9 axes", kNames),
            "layer h.1 of activations.safetensors has 9 axes");
  EXPECT_EQ(AsTyped("spec.layers[7].activations is gone"), "layer 7 of the activations is gone");
  EXPECT_EQ(AsTyped("layers[0].relative_depth: relative depth is 2"),
            "depth.npy: relative depth is 2");
  EXPECT_EQ(AsTyped("brain.times_seconds[4]: time is 0"), "times.npy[4]: time is 0");
  EXPECT_EQ(AsTyped("spec.brain.epochs.spec.shape is empty"), "meg.npy is empty");
  EXPECT_EQ(AsTyped("brain: neither is given"), "the recording: neither is given");
  EXPECT_EQ(AsTyped("first\nlayers: no layers are given\nlast", kNames),
            "first\nthe layers of activations.safetensors: no layers are given\nlast");
}

TEST(TypedNamesTest, CallsAreVerbs) {
  EXPECT_EQ(AsTyped("a reader of project lab may not ListQueue here; ask"),
            "a reader of project lab may not use brainalign admin queue here; ask");
  EXPECT_EQ(AsTyped("epochs: a reader of project lab may not FindMissingTensors here"),
            "meg.npy: a reader of project lab may not use uploads here");
  EXPECT_EQ(AsTyped("name is 'BAD NAME'; give 1 to 64"), "NAME is 'BAD NAME'; give 1 to 64");
}

TEST(TypedNamesTest, OtherTextStays) {
  for (const std::string text :
       {"Drain the server, and name the layers of the brain.",
        "cannot read /data/inner_folds/layers[0].activations/brain.groups",
        "tensor 'model.layers.3.mlp' and 'layers.3' of x", "0.5 of 1e-4, see options.",
        "brain.mat and name.txt and layers.txt", "--fold_by", ""}) {
    EXPECT_EQ(AsTyped(text), text);
  }
}

TEST(TypedNamesTest, AStatusKeepsItsCodeAndPayloads) {
  absl::Status status = absl::InvalidArgumentError("options.pca: pca is -1");
  status.SetPayload("kind", absl::Cord("worth"));
  const absl::Status typed = AsTyped(status);
  EXPECT_EQ(typed.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(typed.message(), "--pca is -1");
  EXPECT_EQ(typed.GetPayload("kind"), absl::Cord("worth"));
}

}  // namespace
}  // namespace brainalign
