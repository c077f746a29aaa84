#include "client/cli/alignment_flags.h"

#include <CLI/CLI.hpp>

namespace brainalign {
namespace {

CLI::Option* AddChoice(CLI::App& app, const std::string& name, std::string& value,
                       const std::vector<std::string>& choices, const std::string& text) {
  return app.add_option(name, value, text)->check(CLI::IsMember(choices))->group("Alignment");
}

// One argument, its parts between commas.
CLI::Option* AddList(CLI::App& app, const std::string& name, std::vector<double>& values,
                     const std::string& text) {
  return app.add_option(name, values, text)
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group("Alignment");
}

}  // namespace

void AddAlignmentFlags(CLI::App& app, AlignmentFlags& flags) {
  AddChoice(app, "--preset", flags.preset, {"paper", "strict"},
            "What is not set singly: as published, or free of leaks")
      ->capture_default_str();
  AddChoice(app, "--direction", flags.direction, {"brain_to_model", "model_to_brain"},
            "What predicts what")
      ->capture_default_str();
  AddChoice(app, "--metric", flags.metric, {"pearson", "cosine", "r2"},
            "Score of a held-out column")
      ->capture_default_str();
  app.add_option("--pca", flags.pca, "Principal components of the activations; 0: none")
      ->capture_default_str()
      ->group("Alignment");
  app.add_option("--folds", flags.folds, "Outer folds")->capture_default_str()->group("Alignment");
  AddChoice(
      app, "--fold-by", flags.fold_by, {"contiguous", "group"},
      "Stretches of words, or whole groups (default: group for strict where groups are given)");
  AddList(app, "--alphas", flags.alphas,
          "Ridge penalties, such as 1,100,1e4 (default: 1e-4 to 1e8 in decades)");
  AddChoice(app, "--selection", flags.selection, {"fixed", "loo", "gcv", "blocked"},
            "How a penalty is chosen (default: blocked for strict, loo for paper)");
  app.add_option("--inner-folds", flags.inner_folds, "Folds of blocked selection")
      ->capture_default_str()
      ->group("Alignment");
  app.add_flag("--shared-alpha", flags.shared_alpha,
               "One penalty for all target columns instead of one each")
      ->group("Alignment");
  app.add_option("--purge-seconds", flags.purge_seconds,
                 "Drop training words with an onset nearer than this to a test word's "
                 "(default: an epoch's length for strict, 0 for paper)")
      ->group("Alignment");
  AddChoice(app, "--zscore-words", flags.zscore_words, {"all", "training"},
            "Words that z-score the brain (default: training for strict, all for paper)");
  AddChoice(app, "--pca-words", flags.pca_words, {"all", "training"},
            "Words that PCA is fitted on (default: as --zscore-words)");
  AddList(app, "--windows", flags.windows,
          "Bounds in seconds of the windows that scores are averaged over; the last is open "
          "(default: 0,0.2,0.5)");
  AddChoice(app, "--precision", flags.precision, {"exact", "fast"},
            "Of the large products; fast: in bf16, where the processor has it, scores within 1e-3")
      ->capture_default_str();
}

AlignmentOptions ToOptions(const AlignmentFlags& flags) {
  AlignmentOptions options;
  options.preset = ParsePreset(flags.preset).value_or(options.preset);
  options.direction = ParseDirection(flags.direction).value_or(options.direction);
  options.metric = ParseMetric(flags.metric).value_or(options.metric);
  options.folds = flags.folds;
  options.fold_by = ParseFoldBy(flags.fold_by);
  options.purge_seconds = flags.purge_seconds;
  options.alphas = flags.alphas;
  options.selection = ParseSelection(flags.selection);
  options.inner_folds = flags.inner_folds;
  options.shared_alpha = flags.shared_alpha;
  options.pca = flags.pca;
  options.zscore_words = ParseFitWords(flags.zscore_words);
  options.pca_words = ParseFitWords(flags.pca_words);
  options.window_bounds_seconds = flags.windows;
  options.precision = ParsePrecision(flags.precision).value_or(options.precision);
  return options;
}

}  // namespace brainalign
