#ifndef BRAINALIGN_CORE_PROBLEM_SPEC_H_
#define BRAINALIGN_CORE_PROBLEM_SPEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace brainalign {

enum class Preset { kPaper, kStrict };
enum class Direction { kBrainToModel, kModelToBrain };
enum class Metric { kPearson, kCosine, kR2 };
enum class FoldBy { kContiguous, kGroup };
enum class Selection { kFixed, kLoo, kGcv, kBlocked };
// Words that a statistic (mean, deviation, principal components) is fitted on.
enum class FitWords { kAll, kTraining };
// Arithmetic of the large products; see docs/method.md.
enum class Precision { kExact, kFast };

// What a user asks for; what is left out takes its value from the preset.
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
};

// The options with every default filled in. What an alignment runs by.
struct AlignmentSpec {
  Preset preset = Preset::kStrict;
  Direction direction = Direction::kBrainToModel;
  Metric metric = Metric::kPearson;
  int folds = 5;
  FoldBy fold_by = FoldBy::kContiguous;
  double purge_seconds = 0;
  std::vector<double> alphas;  // ascending, without doubles
  Selection selection = Selection::kBlocked;
  int inner_folds = 5;
  bool shared_alpha = false;
  int pca = 0;
  FitWords zscore_words = FitWords::kTraining;
  FitWords pca_words = FitWords::kTraining;
  std::vector<double> window_bounds_seconds;  // ascending
  Precision precision = Precision::kExact;    // as asked for
  // Name of the kernel that multiplies in bf16 here; empty: everything is computed
  // as Precision::kExact does.
  std::string bf16_kernel;

  Precision precision_used() const {
    return bf16_kernel.empty() ? Precision::kExact : Precision::kFast;
  }
};

// A problem with one field of a request.
struct FieldProblem {
  std::string field;        // such as "options.folds"
  std::string description;  // one sentence: the value, and what would be right
};

// Fills in the preset's choices. `has_groups`: sessions are given;
// `epoch_seconds`: last time sample less the first (METHOD: two epochs share data
// when their onsets are nearer than that). Appends a problem for each option that
// makes no sense; the result is to be used only if there was none. `bf16_kernel`
// depends on the processor that this runs on.
AlignmentSpec ResolveOptions(const AlignmentOptions& options, bool has_groups, double epoch_seconds,
                             std::vector<FieldProblem>& problems);

// INVALID_ARGUMENT that lists the problems, one a line; OK without any.
absl::Status ProblemsToStatus(const std::vector<FieldProblem>& problems);

// Version of the numerics: changes whenever a result may differ in any bit.
const char* NumericsVersion();
// The same for this alignment: with the kernel that multiplies in bf16, where one does: for
// PCA of activations that are bf16, exactly; with Precision::kFast. Tiles of one result must
// agree in it.
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
