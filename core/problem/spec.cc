#include "core/problem/spec.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/linalg/bf16_product.h"
#include "core/problem/delays.h"
#include "core/problem/requested_arrays.h"
#include "core/words/condition.h"

namespace brainalign {
namespace {

template <typename Enum, std::size_t N>
using Names = std::array<std::pair<Enum, const char*>, N>;

constexpr Names<Preset, 2> kPresets = {{{Preset::kPaper, "paper"}, {Preset::kStrict, "strict"}}};
constexpr Names<Direction, 2> kDirections = {
    {{Direction::kBrainToModel, "brain_to_model"}, {Direction::kModelToBrain, "model_to_brain"}}};
constexpr Names<Metric, 7> kMetrics = {{{Metric::kPearson, "pearson"},
                                        {Metric::kCosine, "cosine"},
                                        {Metric::kR2, "r2"},
                                        {Metric::kCca, "cca"},
                                        {Metric::kCka, "cka"},
                                        {Metric::kCkaDebiased, "cka_debiased"},
                                        {Metric::kRsa, "rsa"}}};
constexpr Names<FoldBy, 3> kFoldBys = {{{FoldBy::kContiguous, "contiguous"},
                                        {FoldBy::kGroup, "group"},
                                        {FoldBy::kShuffled, "shuffled"}}};
constexpr Names<Selection, 4> kSelections = {{{Selection::kFixed, "fixed"},
                                              {Selection::kLoo, "loo"},
                                              {Selection::kGcv, "gcv"},
                                              {Selection::kBlocked, "blocked"}}};
constexpr Names<FitWords, 2> kFitWords = {
    {{FitWords::kAll, "all"}, {FitWords::kTraining, "training"}}};
constexpr Names<Precision, 3> kPrecisions = {
    {{Precision::kExact, "exact"}, {Precision::kFast, "fast"}, {Precision::kDouble, "double"}}};

template <typename Table, typename Enum>
const char* NameIn(const Table& table, Enum value) {
  for (const auto& [candidate, name] : table) {
    if (candidate == value) return name;
  }
  return "unknown";
}

template <typename Table>
auto ParseIn(const Table& table, const std::string& text)
    -> std::optional<decltype(table[0].first)> {
  for (const auto& [value, name] : table) {
    if (text == name) return value;
  }
  return std::nullopt;
}

constexpr int kDefaultCcaComponents = 10;
constexpr double kDefaultCcaRho = 1e-3;

std::vector<double> Decades() {
  // The same numbers as literals in decimal, which powers computed in steps are not.
  return {1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
}

void CheckFolds(const AlignmentOptions& options, bool has_groups,
                std::vector<FieldProblem>& problems) {
  if (options.folds < 2) {
    problems.push_back({"options.folds", absl::StrCat("folds is ", options.folds,
                                                      "; at least 2 are needed (5 is usual)")});
  }
  if (options.inner_folds < 2) {
    problems.push_back({"options.inner_folds", absl::StrCat("inner_folds is ", options.inner_folds,
                                                            "; at least 2 are needed")});
  }
  if (options.fold_by == FoldBy::kGroup && !has_groups) {
    problems.push_back({"options.fold_by",
                        "fold_by is group, but no groups are given; give groups (the session of "
                        "each word) or use contiguous"});
  }
  if (options.purge_seconds &&
      (!std::isfinite(*options.purge_seconds) || *options.purge_seconds < 0)) {
    problems.push_back(
        {"options.purge_seconds", absl::StrCat("purge_seconds is ", *options.purge_seconds,
                                               "; it must be 0 or more seconds")});
  }
}

// Shuffled folds show what scores gain by neighbouring words. Nothing else of them can be believed.
void CheckShuffledFolds(const AlignmentOptions& options, std::vector<FieldProblem>& problems) {
  if (options.fold_by != FoldBy::kShuffled) return;
  const auto refuse = [&](const char* field, const std::string& value, const char* why) {
    problems.push_back({absl::StrCat("options.", field),
                        absl::StrCat(field, " is ", value, ", but fold_by is shuffled, ", why)});
  };
  if (options.purge_seconds.value_or(0) > 0) {
    refuse("purge_seconds", absl::StrCat(*options.purge_seconds),
           "where nearly every training word is near a test word; leave it out, or use contiguous");
  }
  constexpr char kNoInference[] =
      "a control whose test words are not independent of the training words, so no p value or "
      "interval would be valid; use 0, or fold_by contiguous or group";
  if (options.uncertainty.nulls > 0) {
    refuse("nulls", absl::StrCat(options.uncertainty.nulls), kNoInference);
  }
  if (options.uncertainty.draws > 0) {
    refuse("draws", absl::StrCat(options.uncertainty.draws), kNoInference);
  }
  if (IsSimilarity(options.metric) && options.metric != Metric::kCca) {
    refuse("metric", Name(options.metric),
           "a control of maps that are fitted on training words, and this metric fits none; use "
           "pearson, cosine, r2 or cca, or fold_by contiguous or group");
  }
}

// Beside sums of squares of features of about 1 the least is 0 to float64, and the largest
// infinite.
constexpr double kLeastAlpha = 1e-40;
constexpr double kMostAlpha = 1e40;

void CheckAlphas(const AlignmentOptions& options, Selection selection,
                 std::vector<FieldProblem>& problems) {
  for (std::size_t i = 0; i < options.alphas.size(); ++i) {
    if (!(options.alphas[i] >= kLeastAlpha && options.alphas[i] <= kMostAlpha)) {
      problems.push_back({absl::StrCat("options.alphas[", i, "]"),
                          absl::StrCat("alpha is ", options.alphas[i], "; each must be from ",
                                       kLeastAlpha, " to ", kMostAlpha)});
    }
  }
  if (selection == Selection::kFixed && options.alphas.size() != 1) {
    problems.push_back(
        {"options.alphas", absl::StrCat("selection fixed takes exactly one alpha, and ",
                                        options.alphas.size(), " are given")});
  }
}

void CheckTimeGeneralisation(const AlignmentOptions& options, std::vector<FieldProblem>& problems) {
  if (!options.time_generalisation) return;
  const auto refuse = [&](const std::string& why) {
    problems.push_back({"options.time_generalisation",
                        absl::StrCat("time_generalisation is asked for, but ", why)});
  };
  if (IsSimilarity(options.metric)) {
    refuse(absl::StrCat("metric ", Name(options.metric),
                        " fits no map; leave it out, or use pearson, cosine or r2"));
  } else if (options.direction != Direction::kBrainToModel) {
    refuse(absl::StrCat("it is not computed for direction ", Name(options.direction),
                        "; leave it out, or use brain_to_model"));
  }
}

// Options of the metrics of a regression alone.
void CheckSimilarity(const AlignmentOptions& options, std::vector<FieldProblem>& problems) {
  const auto refuse = [&](bool is_given, const char* name) {
    if (!is_given) return;
    problems.push_back({absl::StrCat("options.", name),
                        absl::StrCat(name, " is given, but the metric is ", Name(options.metric),
                                     "; it is an option of the metrics pearson, cosine and r2")});
  };
  refuse(!options.alphas.empty(), "alphas");
  refuse(options.selection.has_value(), "selection");
  refuse(options.shared_alpha, "shared_alpha");
}

void CheckNuisance(const AlignmentOptions& options, std::vector<FieldProblem>& problems) {
  if (options.nuisance.empty()) return;
  if (IsSimilarity(options.metric)) {
    problems.push_back(
        {"nuisance", absl::StrCat("is given, but the metric is ", Name(options.metric),
                                  ", which needs no regression; leave it out, or use pearson, "
                                  "cosine or r2")});
  }
}

void CheckDelays(const AlignmentOptions& options, std::vector<FieldProblem>& problems) {
  if (options.delays.empty()) return;
  const auto refuse = [&](const std::string& why) {
    problems.push_back(
        {"options.delays", absl::StrCat("delays is ", absl::StrJoin(options.delays, ","), why)});
  };
  if (std::string bad = DescribeBadDelays(options.delays); !bad.empty()) {
    refuse(absl::StrCat("; it ", bad));
  } else if (options.direction != Direction::kModelToBrain) {
    refuse(absl::StrCat(
        " with direction ", Name(options.direction),
        "; delays make features of activations, so use model_to_brain. In brain_to_model the "
        "sensors are the features, and their delays are the times of an epoch"));
  }
}

void CheckCca(const AlignmentOptions& options, std::vector<FieldProblem>& problems) {
  constexpr double kLeastRho = 1e-9;
  constexpr double kMostRho = 1e9;
  if (options.metric != Metric::kCca) {
    const auto refuse = [&](const char* name) {
      problems.push_back({absl::StrCat("options.", name),
                          absl::StrCat(name, " is given, but the metric is ", Name(options.metric),
                                       "; it is an option of metric cca")});
    };
    if (options.cca_components) refuse("cca_components");
    if (options.cca_rho) refuse("cca_rho");
    return;
  }
  if (options.cca_components && *options.cca_components < 1) {
    problems.push_back({"options.cca_components",
                        absl::StrCat("cca_components is ", *options.cca_components,
                                     "; give 1 or more canonical pairs (10 is the default)")});
  }
  if (options.cca_rho && !(*options.cca_rho >= kLeastRho && *options.cca_rho <= kMostRho)) {
    problems.push_back(
        {"options.cca_rho", absl::StrCat("cca_rho is ", *options.cca_rho, "; it must be from ",
                                         kLeastRho, " to ", kMostRho, " (0.001 is the default)")});
  }
}

}  // namespace

AlignmentSpec ResolveOptions(const AlignmentOptions& options, bool has_groups, double epoch_seconds,
                             std::vector<FieldProblem>& problems) {
  const bool strict = options.preset == Preset::kStrict;
  AlignmentSpec spec;
  spec.preset = options.preset;
  spec.direction = options.direction;
  spec.metric = options.metric;
  spec.folds = options.folds;
  spec.fold_by =
      options.fold_by.value_or(strict && has_groups ? FoldBy::kGroup : FoldBy::kContiguous);
  spec.purge_seconds = options.purge_seconds.value_or(
      strict && spec.fold_by != FoldBy::kShuffled ? epoch_seconds : 0.0);
  spec.alphas = options.alphas.empty() ? Decades() : options.alphas;
  std::sort(spec.alphas.begin(), spec.alphas.end());
  spec.alphas.erase(std::unique(spec.alphas.begin(), spec.alphas.end()), spec.alphas.end());
  spec.selection = options.selection.value_or(strict ? Selection::kBlocked : Selection::kLoo);
  spec.inner_folds = options.inner_folds;
  spec.shared_alpha = options.shared_alpha;
  spec.pca = options.pca;
  const FitWords fit = strict ? FitWords::kTraining : FitWords::kAll;
  spec.zscore_words = options.zscore_words.value_or(fit);
  spec.pca_words = options.pca_words.value_or(fit);
  spec.window_bounds_seconds = options.window_bounds_seconds.empty()
                                   ? std::vector<double>{0.0, 0.2, 0.5}
                                   : options.window_bounds_seconds;
  spec.precision = options.precision;
  spec.in_double = options.precision == Precision::kDouble;
  spec.uncertainty = options.uncertainty;

  if (!options.where.empty()) {
    const absl::StatusOr<WordCondition> condition = WordCondition::Parse(options.where);
    if (condition.ok()) {
      spec.where = condition->text();
    } else {
      problems.push_back({"options.where", absl::StrCat("where ", condition.status().message())});
    }
  }

  CheckFolds(options, has_groups, problems);
  CheckShuffledFolds(options, problems);
  CheckCca(options, problems);
  if (IsSimilarity(options.metric)) {
    spec.alphas.clear();
    spec.selection = Selection::kFixed;
    if (options.metric == Metric::kCca) {
      spec.cca_components = options.cca_components.value_or(kDefaultCcaComponents);
      spec.cca_rho = options.cca_rho.value_or(kDefaultCcaRho);
    }
    CheckSimilarity(options, problems);
  } else {
    CheckAlphas(options, spec.selection, problems);
  }
  if (options.pca < 0) {
    problems.push_back({"options.pca", absl::StrCat("pca is ", options.pca,
                                                    "; give a number of components, or 0 for "
                                                    "none")});
  }
  spec.nuisance = options.nuisance;
  CheckNuisance(options, problems);
  spec.delays = options.delays;
  CheckDelays(options, problems);
  CheckUncertaintyOptions(options.uncertainty, problems);
  ResolveArrays(options.arrays, spec, problems);
  spec.time_generalisation = options.time_generalisation;
  CheckTimeGeneralisation(options, problems);
  const std::vector<double>& bounds = spec.window_bounds_seconds;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (!std::isfinite(bounds[i]) || (i > 0 && bounds[i] <= bounds[i - 1])) {
      problems.push_back(
          {absl::StrCat("options.window_bounds_seconds[", i, "]"),
           absl::StrCat("bound is ", bounds[i], "; bounds must be finite and ascending")});
    }
  }
  return spec;
}

AlignmentSpec OnThisProcessor(AlignmentSpec spec) {
  if (spec.precision == Precision::kFast && spec.direction == Direction::kBrainToModel) {
    spec.bf16_kernel = Bf16KernelName();
  }
  return spec;
}

absl::Status ProblemsToStatus(const std::vector<FieldProblem>& problems) {
  if (problems.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrJoin(problems, "\n", [](std::string* out, const FieldProblem& problem) {
        absl::StrAppend(out, problem.field, ": ", problem.description);
      }));
}

const char* NumericsVersion() { return "18"; }

std::string NumericsVersion(const AlignmentSpec& spec) {
  std::string version = NumericsVersion();
  if (spec.in_double) return absl::StrCat(version, "+double");
  const std::string kernel = Bf16KernelName();
  if (spec.pca > 0 && !kernel.empty()) absl::StrAppend(&version, "+pca-", kernel);
  if (spec.precision == Precision::kFast) {
    absl::StrAppend(&version, "+", spec.bf16_kernel.empty() ? "no-bf16" : spec.bf16_kernel);
  }
  return version;
}

const char* Name(Preset value) { return NameIn(kPresets, value); }
const char* Name(Direction value) { return NameIn(kDirections, value); }
const char* Name(Metric value) { return NameIn(kMetrics, value); }
const char* Name(FoldBy value) { return NameIn(kFoldBys, value); }
const char* Name(Selection value) { return NameIn(kSelections, value); }
const char* Name(FitWords value) { return NameIn(kFitWords, value); }
const char* Name(Precision value) { return NameIn(kPrecisions, value); }

std::optional<Preset> ParsePreset(const std::string& name) { return ParseIn(kPresets, name); }
std::optional<Direction> ParseDirection(const std::string& name) {
  return ParseIn(kDirections, name);
}
std::optional<Metric> ParseMetric(const std::string& name) { return ParseIn(kMetrics, name); }
std::optional<FoldBy> ParseFoldBy(const std::string& name) { return ParseIn(kFoldBys, name); }
std::optional<Selection> ParseSelection(const std::string& name) {
  return ParseIn(kSelections, name);
}
std::optional<FitWords> ParseFitWords(const std::string& name) { return ParseIn(kFitWords, name); }
std::optional<Precision> ParsePrecision(const std::string& name) {
  return ParseIn(kPrecisions, name);
}

}  // namespace brainalign
