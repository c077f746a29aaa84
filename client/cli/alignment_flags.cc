#include "client/cli/alignment_flags.h"

#include <CLI/CLI.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "client/cli/list_arguments.h"
#include "client/cli/number_checks.h"
#include "client/cli/verb.h"
#include "core/printable.h"
#include "core/problem/delays.h"

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

void AddUncertaintyFlags(CLI::App& app, AlignmentFlags& flags) {
  UncertaintyOptions& options = flags.uncertainty;
  constexpr char kGroup[] = "Uncertainty";
  app.add_option("--nulls", options.nulls,
                 "Number of matrices without a relation, for p values, such as 199; 0: no p values")
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--null-by", flags.null_by,
                 "How nulls break the relation: words are shifted circularly in their session "
                 "(shift), or whole sessions are exchanged (swap). swap is a check against drift "
                 "that both sides share: it needs 4 sessions, cuts each to the shortest, and gives "
                 "only the largest score a p (docs/uncertainty.md)")
      ->check(CLI::IsMember({"shift", "swap"}))
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--draws", options.draws,
                 "Number of draws of block noise, for intervals and the test of order, such as "
                 "2000; 0: neither")
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--seed", options.seed, "Seed of shifts, swaps and draws")
      ->check(CheckSeed)
      ->capture_default_str()
      ->group(kGroup);
  app.add_option("--detrend", options.detrend,
                 "Take polynomials of degree 0 up to this degree out of both sides, in each "
                 "session, such as 3 (default: none)")
      ->group(kGroup);
  app.add_option("--block-words", options.block_words,
                 "Words per block (default: the words of four epochs, or fewer; 10 to 100 if the "
                 "recording has one time sample)")
      ->group(kGroup);
  app.add_option("--min-shift-words", options.min_shift_words,
                 "Smallest circular shift in words (default: the words of one epoch)")
      ->group(kGroup);
}

constexpr char kAlphas[] = "--alphas";
constexpr char kWindows[] = "--windows";
constexpr char kDelays[] = "--delays";

// The numbers between the commas of `list`; nothing if they are no delays.
std::optional<std::vector<int>> DelaysIn(const std::string& list) {
  std::vector<int> delays;
  for (const absl::string_view part : absl::StrSplit(list, ',')) {
    if (!absl::SimpleAtoi(part, &delays.emplace_back())) return std::nullopt;
  }
  if (!DescribeBadDelays(delays).empty()) return std::nullopt;
  return delays;
}

// What is wrong with such a list, as a clause.
std::string DescribeDelaysIn(const std::string& list) {
  return absl::StrCat("is '", Printable(list), "'; it ", DescribeBadDelays({}));
}

}  // namespace

std::vector<std::string> NumberListFlags() { return {kAlphas, kWindows, kDelays}; }

void AddAlignmentFlags(CLI::App& app, AlignmentFlags& flags) {
  AddChoice(app, "--preset", flags.preset, {"paper", "strict"},
            "Defaults of all options that you do not set: as published (paper), or with test words "
            "kept out of every step of the fit (strict)")
      ->capture_default_str();
  AddChoice(app, "--direction", flags.direction, {"brain_to_model", "model_to_brain"},
            "Which side predicts the other")
      ->capture_default_str();
  AddChoice(app, "--metric", flags.metric,
            {"pearson", "cosine", "r2", "cca", "cka", "cka_debiased", "rsa"},
            "Score of each held-out column (pearson, cosine, r2), or of the two matrices of a cell "
            "as a whole, without a regression (cca, cka, cka_debiased, rsa)")
      ->capture_default_str();
  app.add_option("--cca-components", flags.cca_components,
                 "Number of canonical pairs that --metric cca averages over (default: 10)")
      ->check(CheckCount)
      ->group("Alignment");
  app.add_option("--cca-rho", flags.cca_rho,
                 "Regularisation of --metric cca, as a share of the mean variance of a column "
                 "(default: 0.001)")
      ->group("Alignment");
  app.add_option("--pca", flags.pca, "Number of principal components of each layer; 0: no PCA")
      ->capture_default_str()
      ->group("Alignment");
  app.add_option("--folds", flags.folds, "Number of outer folds")
      ->capture_default_str()
      ->group("Alignment");
  AddChoice(app, "--fold-by", flags.fold_by, {"contiguous", "group", "shuffled"},
            "How folds are cut: stretches of words (contiguous), or whole groups (group). Default: "
            "group for strict if there are groups. shuffled: words in random order, a control "
            "whose scores leak between neighbours");
  AddList(
      app, kAlphas, flags.alphas,
      "Candidate ridge penalties from 1e-40 to 1e40, such as 1,100,1e4 (default: 1e-4 to 1e8 in "
      "decades)");
  AddChoice(app, "--selection", flags.selection, {"fixed", "loo", "gcv", "blocked"},
            "How a penalty is chosen: one is given (fixed), leave-one-out (loo), generalised "
            "cross-validation (gcv), or inner folds (blocked). Default: blocked for strict, loo "
            "for paper");
  app.add_option("--inner-folds", flags.inner_folds, "Number of inner folds of --selection blocked")
      ->capture_default_str()
      ->group("Alignment");
  app.add_flag("--shared-alpha", flags.shared_alpha,
               "One penalty for all target columns instead of one each")
      ->group("Alignment");
  app.add_option("--purge-seconds", flags.purge_seconds,
                 "Drop training words whose onset is nearer than this to the onset of a test word "
                 "(default: the length of an epoch for strict, 0 for paper)")
      ->group("Alignment");
  AddChoice(app, "--zscore-words", flags.zscore_words, {"all", "training"},
            "Words whose mean and deviation z-score the brain (default: training for strict, all "
            "for paper)");
  AddChoice(app, "--pca-words", flags.pca_words, {"all", "training"},
            "Words that PCA is fitted on (default: training for strict, all for paper)");
  AddList(app, kWindows, flags.windows,
          "Bounds in seconds of the windows that scores are averaged over; the last window has no "
          "end (default: 0,0.2,0.5)");
  AddChoice(app, "--precision", flags.precision, {"exact", "fast", "double"},
            "Arithmetic of the large products. exact: float32 or better. fast: bf16, if the "
            "processor is faster at that; the score of each fold stays within 5e-3. double: "
            "everything in float64, slower")
      ->capture_default_str();
  AddUncertaintyFlags(app, flags);
  app.add_option("--where", flags.where,
                 "Words to use: a condition on columns of the word table, such as \"pos in NOUN "
                 "VERB and quartile(surprisal) = 4\" (docs/words.md)")
      ->type_name("CONDITION")
      ->check([](const std::string& condition) -> std::string {
        if (condition.find_first_not_of(' ') != std::string::npos) return "";
        return "'" + condition + "' is no condition; leave out the flag for all words";
      })
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
         "Columns of the word table to take out of the activations, separated by commas. Also "
         "@position (in the session), @interval (since the word before) and @previous:N (vectors "
         "of the N words before). With --direction model_to_brain, scores are what the activations "
         "add to these columns. With --recording or --model, columns of the word table that the "
         "server keeps (docs/words.md)")
      ->allow_extra_args(false)
      ->check([](const std::string& list) {
        const auto names = SplitNames(list);
        if (!names.ok()) return std::string(names.status().message());
        return names->empty() ? std::string("names no column") : std::string();
      })
      ->type_name("COLUMNS")
      ->group("Alignment");
  app.add_option("--nuisance-file", flags.nuisance_file,
                 "Like --nuisance, with the columns of a .npy file (words, columns)")
      ->type_name("FILE")
      ->group("Alignment");
  app.add_option_function<std::string>(
         kDelays, [&flags](const std::string& list) { flags.delays = DelaysIn(list).value(); },
         "Features of each row: the activations so many rows before it in its session, such "
         "as 1,2,3,4 where a row is a TR of fMRI (--direction model_to_brain only; "
         "docs/words.md)")
      ->check([](const std::string& list) {
        return DelaysIn(list).has_value() ? std::string() : DescribeDelaysIn(list);
      })
      ->type_name("ROWS")
      ->group("Alignment");
  app.add_option("--arrays", flags.arrays,
                 "Further arrays of the result, separated by commas: per_target (score of each "
                 "dimension or component of the activations), per_sensor (sensor maps of "
                 "model_to_brain), per_fold (always there)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("NAMES")
      ->group("Alignment");
  app.add_flag("--time-generalisation", flags.time_generalisation,
               "Also score the map that is fitted at each time on all other times: a matrix of "
               "times by times for each layer (brain_to_model only)")
      ->group("Alignment");
}

void AddLayerOrderFlag(CLI::App& app, std::string& layer_order) {
  app.add_option("--layer-order", layer_order,
                 "Names of the layers to use, from the first to the last: separated by commas, or "
                 "in a file with one name per line (default: layers.txt of DIR, else the order of "
                 "the numbers in the names)")
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
  options.delays = flags.delays;
  options.precision = ParsePrecision(flags.precision).value_or(options.precision);
  options.uncertainty = flags.uncertainty;
  options.uncertainty.null_by = ParseNullBy(flags.null_by).value_or(NullBy::kShift);
  return options;
}

}  // namespace brainalign
