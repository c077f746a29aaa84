#include "client/cli/alignment_flags.h"

#include <CLI/CLI.hpp>

#include "client/cli/list_arguments.h"

namespace brainalign {
namespace {

CLI::Option* AddChoice(CLI::App& app, const std::string& name, std::string& value,
                       const std::vector<std::string>& choices, const std::string& text) {
  return app.add_option(name, value, text)->check(CLI::IsMember(choices))->group("Alignment");
}

// One argument, its parts between commas: as JoinNumbers makes it.
CLI::Option* AddList(CLI::App& app, const std::string& name, std::vector<double>& values,
                     const std::string& text) {
  return app.add_option(name, values, text)
      ->delimiter(',')
      ->allow_extra_args(false)
      ->group("Alignment");
}

void AddUncertaintyFlags(CLI::App& app, UncertaintyOptions& options) {
  constexpr char kGroup[] = "Uncertainty";
  app.add_option(
         "--nulls", options.nulls,
         "Matrices under circular shifts, for p values of any relation, such as 199; 0: none")
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--draws", options.draws,
                 "Draws of block noise, for intervals and the test of order, such as 2000; 0: none")
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--seed", options.seed, "Seed of shifts and draws")
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--detrend", options.detrend,
                 "Take polynomials of degree 0 to this out of both sides, session by session, such "
                 "as 3 (default: none)")
      ->group(kGroup);
  app.add_option("--block-words", options.block_words,
                 "Words of a block (default: those of four epochs, or fewer)")
      ->group(kGroup);
  app.add_option("--min-shift-words", options.min_shift_words,
                 "Smallest circular shift in words (default: an epoch's words)")
      ->group(kGroup);
}

constexpr char kAlphas[] = "--alphas";
constexpr char kWindows[] = "--windows";

}  // namespace

std::vector<std::string> NumberListFlags() { return {kAlphas, kWindows}; }

void AddAlignmentFlags(CLI::App& app, AlignmentFlags& flags) {
  AddChoice(app, "--preset", flags.preset, {"paper", "strict"},
            "What is not set singly: as published, or free of leaks")
      ->capture_default_str();
  AddChoice(app, "--direction", flags.direction, {"brain_to_model", "model_to_brain"},
            "What predicts what")
      ->capture_default_str();
  AddChoice(
      app, "--metric", flags.metric,
      {"pearson", "cosine", "r2", "cca", "cka", "cka_debiased", "rsa"},
      "Score of a held-out column (pearson, cosine, r2), or of the two matrices of a cell as a "
      "whole, without a regression (cca, cka, cka_debiased, rsa)")
      ->capture_default_str();
  app.add_option("--cca-components", flags.cca_components,
                 "Canonical pairs that metric cca averages over (default: 10)")
      ->check(CLI::PositiveNumber)
      ->group("Alignment");
  app.add_option("--cca-rho", flags.cca_rho,
                 "Regularisation of metric cca, as a share of the mean variance of a column "
                 "(default: 0.001)")
      ->group("Alignment");
  app.add_option("--pca", flags.pca, "Principal components of the activations; 0: none")
      ->capture_default_str()
      ->group("Alignment");
  app.add_option("--folds", flags.folds, "Outer folds")->capture_default_str()->group("Alignment");
  AddChoice(
      app, "--fold-by", flags.fold_by, {"contiguous", "group", "shuffled"},
      "Stretches of words, or whole groups (default: group for strict where groups are given). "
      "shuffled: words in an order of chance, as a control, whose scores leak between neighbours");
  AddList(app, kAlphas, flags.alphas,
          "Ridge penalties, such as 1 100 1e4 or 1,100,1e4, from 1e-40 to 1e40 (default: 1e-4 to "
          "1e8 in "
          "decades)");
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
            "Words that PCA is fitted on (default: training for strict, all for paper)");
  AddList(app, kWindows, flags.windows,
          "Bounds in seconds of the windows that scores are averaged over; the last is open "
          "(default: 0,0.2,0.5)");
  AddChoice(
      app, "--precision", flags.precision, {"exact", "fast", "double"},
      "Of the large products. fast: in bf16, where the processor has it; the score of each fold "
      "is within 5e-3. double: everything in float64, slower")
      ->capture_default_str();
  AddUncertaintyFlags(app, flags.uncertainty);
  app.add_option("--where", flags.where,
                 "Words to use, by a condition on columns of the word table, such as "
                 "\"pos in NOUN VERB and quartile(surprisal) = 4\" (docs/words.md)")
      ->type_name("CONDITION")
      ->group("Alignment");
  app.add_option_function<std::vector<std::string>>(
         "--nuisance",
         [&flags](const std::vector<std::string>& lists) {
           for (const std::string& list : lists) {
             const std::vector<std::string> names =
                 SplitNames(list).value();  // as is checked below
             flags.nuisance.insert(flags.nuisance.end(), names.begin(), names.end());
           }
         },
         "Take columns of the word table out of the activations, names between commas; "
         "also @position (in the session), @interval (since the word before) and "
         "@previous:N (vectors of the N words before); with --direction model_to_brain, "
         "what activations add to them (docs/words.md)")
      ->allow_extra_args(false)
      ->check([](const std::string& list) {
        const auto names = SplitNames(list);
        if (!names.ok()) return std::string(names.status().message());
        return names->empty() ? std::string("names no column") : std::string();
      })
      ->type_name("COLUMNS")
      ->group("Alignment");
  app.add_option("--nuisance-file", flags.nuisance_file,
                 "The same with the columns of this .npy file, (words, columns)")
      ->type_name("FILE")
      ->group("Alignment");
  app.add_option(
         "--arrays", flags.arrays,
         "More arrays in the result, between commas: per_target (score of each dimension or "
         "component of the activations), per_sensor (sensor maps of model_to_brain), "
         "per_fold (always there)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAMES")
      ->group("Alignment");
  app.add_flag("--time-generalisation", flags.time_generalisation,
               "Score the map that is fitted at each time at all other times, too "
               "(brain_to_model): a matrix of times by times for each layer")
      ->group("Alignment");
}

void AddLayerOrderFlag(CLI::App& app, std::string& layer_order) {
  app.add_option("--layer-order", layer_order,
                 "Names of the layers to take, from the first to the last: between commas, or a "
                 "file with one a line (default: layers.txt of DIR, else as the names tell)")
      ->type_name("NAMES|FILE");
}

AlignmentOptions ToOptions(const AlignmentFlags& flags) {
  AlignmentOptions options;
  options.preset = ParsePreset(flags.preset).value_or(options.preset);
  options.direction = ParseDirection(flags.direction).value_or(options.direction);
  options.metric = ParseMetric(flags.metric).value_or(options.metric);
  options.cca_components = flags.cca_components;
  options.cca_rho = flags.cca_rho;
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
  options.where = flags.where;
  options.arrays = flags.arrays;
  options.time_generalisation = flags.time_generalisation;
  options.precision = ParsePrecision(flags.precision).value_or(options.precision);
  options.uncertainty = flags.uncertainty;
  return options;
}

}  // namespace brainalign
