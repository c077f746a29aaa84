#ifndef BRAINALIGN_CORE_PROBLEM_SPEC_H_
#define BRAINALIGN_CORE_PROBLEM_SPEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/problem/uncertainty_options.h"

namespace brainalign {

// The published protocol, or one that keeps test words out of every step of the fit
// (docs/method.md, "The two presets").
enum class Preset { kPaper, kStrict };
// Which side predicts the other.
enum class Direction { kBrainToModel, kModelToBrain };
// The first three score each column of a regression; the others compare two matrices as a whole
// (IsSimilarity).
enum class Metric { kPearson, kCosine, kR2, kCca, kCka, kCkaDebiased, kRsa };
// kShuffled is a control: test words lie among their neighbours (docs/method.md, "Shuffled folds").
enum class FoldBy { kContiguous, kGroup, kShuffled };
// How alphas are chosen: one is given, leave-one-out, generalised cross-validation, or inner folds
// (docs/method.md, "Choosing the penalty").
enum class Selection { kFixed, kLoo, kGcv, kBlocked };
// Words that a statistic (mean, deviation, principal components) is fitted on.
enum class FitWords { kAll, kTraining };
// Arithmetic of the large products; see docs/method.md.
enum class Precision { kExact, kFast, kDouble };

// The options that a user sets. An option that is not set takes its value from the preset.
struct AlignmentOptions {
  Preset preset = Preset::kStrict;
  Direction direction = Direction::kBrainToModel;
  Metric metric = Metric::kPearson;
  int folds = 5;
  std::optional<FoldBy> fold_by;
  std::optional<double> purge_seconds;
  std::vector<double> alphas;  // empty: 1e-4 .. 1e8 in decades
  std::optional<Selection> selection;
  int inner_folds = 5;
  bool shared_alpha = false;
  int pca = 0;  // components; 0: none
  std::optional<FitWords> zscore_words;
  std::optional<FitWords> pca_words;
  std::vector<double> window_bounds_seconds;  // empty: 0, 0.2, 0.5
  Precision precision = Precision::kExact;
  UncertaintyOptions uncertainty;
  std::optional<int> cca_components;  // canonical pairs; 10 if not given. Only for metric cca
  std::optional<double> cca_rho;      // share of regularisation; 1e-3 if not given. Only for cca
  // Condition on columns of the word table (core/words/condition.h). The caller evaluates it and
  // sets BrainInput::selected (SelectWords, core/problem/select_words.h). Empty: all words are
  // used.
  std::string where;
  // Further arrays of the result, by name (core/problem/requested_arrays.h).
  std::vector<std::string> arrays;
  // Whether the map of each time is scored at all times (docs/method.md, "Time generalisation").
  bool time_generalisation = false;
  // Names of the columns of AlignmentInputs::nuisance (docs/method.md, "Nuisance"); empty: none.
  // brain_to_model: they are taken out of the activations. model_to_brain: they and the activations
  // predict the brain together.
  std::vector<std::string> nuisance = {};
  // In rows, ascending: the features of a row are the activations so many rows before it in its
  // session (docs/method.md, "Delays"). Empty: each row has its own. Only for model_to_brain.
  std::vector<int> delays = {};
};

// The resolved options of an alignment, with every default filled in.
struct AlignmentSpec {
  Preset preset = Preset::kStrict;
  Direction direction = Direction::kBrainToModel;
  Metric metric = Metric::kPearson;
  int folds = 5;
  FoldBy fold_by = FoldBy::kContiguous;
  double purge_seconds = 0;
  std::vector<double> alphas;  // ascending, without doubles; none if IsSimilarity(metric)
  Selection selection = Selection::kBlocked;
  int inner_folds = 5;
  bool shared_alpha = false;
  int pca = 0;
  FitWords zscore_words = FitWords::kTraining;
  FitWords pca_words = FitWords::kTraining;
  std::vector<double> window_bounds_seconds;  // ascending
  Precision precision = Precision::kExact;    // as asked for
  std::string where;  // in its canonical spelling; empty: all words are used
  // Name of the kernel that multiplies in bf16, from OnThisProcessor; empty: everything is computed
  // as Precision::kExact does.
  std::string bf16_kernel;
  // Whether everything is computed in float64: because of Precision::kDouble, or because single
  // precision is not accurate enough for the data (core/problem/needs_double.h).
  bool in_double = false;
  // As in AlignmentOptions. UncertaintyFacts (core/inference/uncertainty_result.h) has the
  // automatic choices of block_words and min_shift_words.
  UncertaintyOptions uncertainty;
  int cca_components = 0;  // 0 unless the metric is cca
  double cca_rho = 0;      // 0 unless the metric is cca
  // Whether the result has the score of each target column: score_per_target in brain_to_model,
  // score_per_sensor in model_to_brain.
  bool column_scores = false;
  bool time_generalisation = false;
  std::vector<std::string> nuisance = {};  // as in AlignmentOptions
  std::vector<int> delays = {};            // as in AlignmentOptions

  // Whether nuisance is taken out of the activations.
  bool takes_nuisance_out() const {
    return !nuisance.empty() && direction == Direction::kBrainToModel;
  }
  // Whether nuisance and activations predict the brain together, each with its penalty.
  bool is_banded() const { return !nuisance.empty() && direction == Direction::kModelToBrain; }
  // Whether inner folds choose among several alphas.
  bool chooses_by_inner_folds() const {
    return selection == Selection::kBlocked && alphas.size() > 1;
  }
  // Whether each fold has principal components of its own.
  bool components_per_fold() const { return pca > 0 && pca_words == FitWords::kTraining; }
  // Whether the columns that are aligned differ between folds.
  bool columns_per_fold() const { return components_per_fold() || takes_nuisance_out(); }

  // The precision in which the alignment is computed.
  Precision precision_used() const {
    if (in_double) return Precision::kDouble;
    return bf16_kernel.empty() ? Precision::kExact : Precision::kFast;
  }
};

// Whether the metric compares the two matrices of a cell as a whole (docs/method.md, "Metrics of
// two matrices"): without a regression, penalties and direction.
constexpr bool IsSimilarity(Metric metric) {
  return metric != Metric::kPearson && metric != Metric::kCosine && metric != Metric::kR2;
}

// A problem with one field of a request.
struct FieldProblem {
  std::string field;        // such as "options.folds"
  std::string description;  // one sentence: the value, and what would be right
};

// Fills in the preset's choices. `has_groups`: sessions are given; `epoch_seconds`: last time
// sample less the first. Two epochs share samples if their onsets are nearer than that
// (docs/method.md, "The two presets"). Appends a problem for each invalid option; use the result
// only if there is none. The result depends only on the arguments.
AlignmentSpec ResolveOptions(const AlignmentOptions& options, bool has_groups, double epoch_seconds,
                             std::vector<FieldProblem>& problems);

// `spec` as it is computed here: with the kernel for bf16, if fast precision is asked for and this
// processor multiplies in bf16.
AlignmentSpec OnThisProcessor(AlignmentSpec spec);

// INVALID_ARGUMENT that lists the problems, one a line; OK without any.
absl::Status ProblemsToStatus(const std::vector<FieldProblem>& problems);

// Version of the numerics: changes whenever a result may differ in any bit.
const char* NumericsVersion();
// The version for this alignment, with the name of the bf16 kernel if one is used (for PCA of bf16
// activations, where it is exact, and for Precision::kFast). All tiles of one result must have the
// same.
std::string NumericsVersion(const AlignmentSpec& spec);

// "paper", "brain_to_model", ... and back. Parse returns nothing for an unknown name.
const char* Name(Preset value);
const char* Name(Direction value);
const char* Name(Metric value);
const char* Name(FoldBy value);
const char* Name(Selection value);
const char* Name(FitWords value);
const char* Name(Precision value);
std::optional<Preset> ParsePreset(const std::string& name);
std::optional<Direction> ParseDirection(const std::string& name);
std::optional<Metric> ParseMetric(const std::string& name);
std::optional<FoldBy> ParseFoldBy(const std::string& name);
std::optional<Selection> ParseSelection(const std::string& name);
std::optional<FitWords> ParseFitWords(const std::string& name);
std::optional<Precision> ParsePrecision(const std::string& name);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_PROBLEM_SPEC_H_
