// brainalign simulate: an experiment whose answer is known.
#include "client/simulate/simulate.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/verb.h"

namespace brainalign {
namespace {

struct SimulateFlags {
  std::string directory;
  SimulationOptions options;
  bool bf16 = false;
};

int RunSimulate(const Console& console, const SimulateFlags& flags) {
  SimulationOptions options = flags.options;
  if (flags.bf16) options.activation_file = ActivationFile::kSafetensorsBF16;
  const absl::Status status = Simulate(options, flags.directory);
  if (!status.ok()) return console.Fail(kExitWrongInput, status);
  console.Tell(absl::StrCat("simulated ", options.words, " words, ", options.sensors, " sensors, ",
                            options.layers, " layers of ", options.dims, " dimensions in ",
                            flags.directory));
  return kExitDone;
}

template <typename Value>
void AddValue(CLI::App& app, const std::string& name, Value& value, const std::string& text) {
  app.add_option(name, value, text)->capture_default_str()->group("Experiment");
}

}  // namespace

Verb AddSimulate(CLI::App& root) {
  auto flags = std::make_shared<SimulateFlags>();
  SimulationOptions& options = flags->options;
  CLI::App* app = root.add_subcommand(
      "simulate", "Write an experiment with a known answer: a delay for each layer");
  app->footer("Example:\n  brainalign simulate experiment --words 4000 --sensors 128");
  app->add_option("DIR", flags->directory, "Folder to write, made if need be")->required();
  AddValue(*app, "--words", options.words, "Words");
  AddValue(*app, "--sensors", options.sensors, "Sensors");
  AddValue(*app, "--layers", options.layers, "Layers");
  AddValue(*app, "--dims", options.dims, "Dimensions of a layer");
  AddValue(*app, "--sessions", options.sessions, "Sessions of the recording");
  AddValue(*app, "--seed", options.seed, "Same seed, same bytes");
  AddValue(*app, "--sfreq", options.sfreq_hz, "Samples a second");
  AddValue(*app, "--tmin", options.tmin_seconds, "First time sample, in seconds after word onset");
  AddValue(*app, "--tmax", options.tmax_seconds, "Last time sample");
  AddValue(*app, "--first-delay", options.first_delay_seconds,
           "Delay of the shallowest layer's response, in seconds");
  AddValue(*app, "--last-delay", options.last_delay_seconds, "Delay of the deepest layer's");
  AddValue(*app, "--words-per-second", options.words_per_second, "Rate of speech");
  AddValue(*app, "--signal-to-noise", options.signal_to_noise,
           "Standard deviation of the responses over the noise's");
  app->add_flag("--epochs", options.epochs, "Write meg.npy, the epochs, as well")
      ->group("Experiment");
  app->add_flag("--bf16", flags->bf16, "Write activations.safetensors in bf16, a tensor a layer")
      ->group("Experiment");
  return Verb{.app = app,
              .run = [flags](Console& console) { return RunSimulate(console, *flags); }};
}

}  // namespace brainalign
