// brainalign simulate: an experiment whose answer is known.
#include "client/simulate/simulate.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/number_checks.h"
#include "client/cli/verb.h"
#include "client/simulate/kind.h"

namespace brainalign {
namespace {

struct SimulateFlags {
  std::string directory;
  std::string kind;           // empty: none
  SimulationOptions options;  // without a kind; with one, the options that are given
  // Each copies one option into its argument, if it was given.
  std::vector<std::function<void(SimulationOptions&)>> given;
  bool bf16 = false;
  bool force = false;
  bool json = false;
};

int RunSimulate(const Console& console, const SimulateFlags& flags) {
  SimulationOptions options = flags.options;
  if (!flags.kind.empty()) {
    options = OptionsOfKind(flags.kind);
    for (const auto& take : flags.given) take(options);
    options.epochs = flags.options.epochs;
  }
  if (flags.bf16) options.activation_file = ActivationFile::kSafetensorsBF16;
  const absl::Status status = Simulate(
      options, flags.directory, flags.force ? ExistingFiles::kReplace : ExistingFiles::kRefuse);
  if (!status.ok()) return console.Fail(kExitWrongInput, status);
  if (flags.json) {
    console.out.Write(nlohmann::ordered_json{{"directory", flags.directory},
                                             {"words", options.words},
                                             {"sensors", options.sensors},
                                             {"layers", options.layers},
                                             {"dims", options.dims},
                                             {"sessions", options.sessions},
                                             {"seed", options.seed}}
                          .dump(/*indent=*/1, ' ', /*ensure_ascii=*/false,
                                nlohmann::ordered_json::error_handler_t::replace) +
                      "\n");
    return kExitDone;
  }
  console.Tell(absl::StrCat("simulated ", options.words, " words, ", options.sensors, " sensors, ",
                            options.layers, " layers of ", options.dims, " dimensions in ",
                            flags.directory));
  return kExitDone;
}

template <typename Value>
CLI::Option* AddValue(CLI::App& app, SimulateFlags& flags, const std::string& name,
                      Value SimulationOptions::*member, const std::string& text) {
  CLI::Option* const option =
      app.add_option(name, flags.options.*member, text)->capture_default_str()->group("Experiment");
  flags.given.push_back([option, &flags, member](SimulationOptions& options) {
    if (option->count() > 0) options.*member = flags.options.*member;
  });
  return option;
}

}  // namespace

Verb AddSimulate(CLI::App& root) {
  auto flags = std::make_shared<SimulateFlags>();
  CLI::App* app = root.add_subcommand(
      "simulate", "Write an experiment with a known answer: a delay for each layer");
  app->footer("Example:\n  brainalign simulate experiment --words 4000 --sensors 128");
  app->add_option("DIR", flags->directory, "Folder to write: empty, or made if it does not exist")
      ->required();
  app->add_option(
         "--kind", flags->kind,
         "Kind of recording: sets sensors, sampling rate, times, delays and units to typical "
         "values, and writes words.tsv and channels.tsv; other options override these values")
      ->check(CLI::IsMember(SimulatedKindNames()));
  app->add_flag("--force", flags->force, "Replace files of the same names in DIR");
  AddValue(*app, *flags, "--words", &SimulationOptions::words, "Number of words");
  AddValue(*app, *flags, "--sensors", &SimulationOptions::sensors, "Number of sensors");
  AddValue(*app, *flags, "--layers", &SimulationOptions::layers, "Number of layers");
  AddValue(*app, *flags, "--dims", &SimulationOptions::dims, "Number of dimensions of a layer");
  AddValue(*app, *flags, "--sessions", &SimulationOptions::sessions,
           "Number of sessions of the recording");
  AddValue(*app, *flags, "--seed", &SimulationOptions::seed,
           "Seed; the same seed gives the same bytes")
      ->check(CheckSeed);
  AddValue(*app, *flags, "--sfreq", &SimulationOptions::sfreq_hz, "Samples per second");
  AddValue(*app, *flags, "--tmin", &SimulationOptions::tmin_seconds,
           "First time sample, in seconds after word onset");
  AddValue(*app, *flags, "--tmax", &SimulationOptions::tmax_seconds,
           "Last time sample, in seconds after word onset");
  AddValue(*app, *flags, "--first-delay", &SimulationOptions::first_delay_seconds,
           "Delay of the shallowest layer's response, in seconds");
  AddValue(*app, *flags, "--last-delay", &SimulationOptions::last_delay_seconds,
           "Delay of the deepest layer's response, in seconds");
  AddValue(*app, *flags, "--words-per-second", &SimulationOptions::words_per_second,
           "Words per second");
  AddValue(*app, *flags, "--signal-to-noise", &SimulationOptions::signal_to_noise,
           "Standard deviation of the responses, divided by that of the noise");
  app->add_flag("--epochs", flags->options.epochs, "Also write meg.npy, the epochs")
      ->group("Experiment");
  app->add_flag("--bf16", flags->bf16,
                "Write activations.safetensors in bf16, with one tensor per layer")
      ->group("Experiment");
  AddJsonFlag(*app, flags->json);
  return Verb{.app = app,
              .run = [flags](Console& console) { return RunSimulate(console, *flags); }};
}

}  // namespace brainalign
