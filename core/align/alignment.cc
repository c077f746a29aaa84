#include "core/align/alignment.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/align/input_checks.h"
#include "core/align/planned_alignment.h"
#include "core/align/readout.h"
#include "core/problem/folds.h"
#include "core/problem/unreadable_input.h"
#include "core/regressions/problem_features.h"

namespace brainalign {
namespace {

// Session and onset of the words that are used.
FoldInputs InputsOfFolds(const BrainInput& brain, const Epochs& epochs) {
  FoldInputs inputs;
  inputs.words = static_cast<std::int32_t>(epochs.words());
  for (std::int64_t word : epochs.kept_words()) {
    const auto w = static_cast<std::size_t>(word);
    if (!brain.onsets_seconds.empty()) inputs.onsets_seconds.push_back(brain.onsets_seconds[w]);
    if (!brain.groups.empty()) inputs.groups.push_back(brain.groups[w]);
  }
  return inputs;
}

void CheckComponents(const AlignmentProblem& problem, const std::vector<OuterFold>& folds,
                     std::vector<FieldProblem>& problems) {
  if (problem.spec.pca == 0) return;
  std::int64_t words = problem.epochs.words();
  if (problem.spec.pca_words == FitWords::kTraining) {
    for (const OuterFold& fold : folds) {
      words = std::min(words, static_cast<std::int64_t>(fold.train.size()));
    }
  }
  for (std::size_t l = 0; l < problem.inputs.layers.size(); ++l) {
    const std::int64_t dimensions = problem.inputs.layers[l].activations.dim(1);
    const std::int64_t most = std::min(words, dimensions);
    if (problem.spec.pca <= most) continue;
    problems.push_back({"options.pca", absl::StrCat("pca is ", problem.spec.pca, ", but layer ", l,
                                                    " has ", dimensions, " dimensions and ", words,
                                                    " words to fit on; use at most ", most)});
    return;
  }
}

void ReportFolds(const std::vector<OuterFold>& folds, InputReport& report) {
  for (const OuterFold& fold : folds) {
    report.fold_sizes.push_back(static_cast<std::int64_t>(fold.test.size()));
    report.training_sizes.push_back(static_cast<std::int64_t>(fold.train.size()));
    report.purged_words.push_back(static_cast<std::int64_t>(fold.purged.size()));
  }
}

// What `fast` comes to for this problem, with a note where that is nothing.
void SettlePrecision(AlignmentProblem& problem) {
  AlignmentSpec& spec = problem.spec;
  if (spec.precision != Precision::kFast) return;
  std::string reason;
  if (spec.direction != Direction::kBrainToModel) {
    reason = "it serves brain_to_model only";
  } else if (WantsDual(problem.segments, problem.epochs.sensors())) {
    reason = "a fold trains on fewer words than there are sensors";
  } else if (problem.epochs.words() <= kWordsHeldInDouble) {
    // Little time to gain, and scores of few words feel the rounding.
    reason = absl::StrCat("it serves more than ", kWordsHeldInDouble, " words");
  } else if (spec.bf16_kernel.empty()) {
    reason = "this processor has no instructions for bf16 (AVX512_BF16 or AMX)";
  } else {
    return;
  }
  spec.bf16_kernel.clear();
  problem.report.notes.push_back(absl::StrCat("Precision fast fell back to exact: ", reason, "."));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Alignment>> Alignment::Create(AlignmentInputs inputs,
                                                             const AlignmentOptions& options,
                                                             std::vector<FieldProblem>* problems,
                                                             const AlignmentResources& resources,
                                                             const CancelCheck& is_cancelled) {
  std::vector<FieldProblem> found;
  const auto refuse = [&] {
    if (problems != nullptr) *problems = found;
    return ProblemsToStatus(found);
  };

  CheckShapes(inputs, found);
  const std::vector<double>& times = inputs.brain.times_seconds;
  AlignmentProblem problem;
  problem.spec = ResolveOptions(options, !inputs.brain.groups.empty(),
                                times.empty() ? 0.0 : times.back() - times.front(), found);
  if (!found.empty()) return refuse();

  const BrainInput& brain = inputs.brain;
  problem.epochs = brain.is_continuous()
                       ? Epochs::OfRecording(brain.continuous, brain.sfreq_hz, brain.onsets_seconds,
                                             brain.times_seconds)
                       : Epochs::OfArray(brain.epochs);
  if (problem.epochs.words() < problem.spec.folds) {
    found.push_back(
        {"brain", absl::StrCat("only ", problem.epochs.words(),
                               " words have an epoch inside the recording, fewer than the ",
                               problem.spec.folds, " folds; check onsets, times and sfreq_hz")});
    return refuse();
  }
  const std::vector<OuterFold> folds =
      MakeFolds(InputsOfFolds(brain, problem.epochs), problem.spec, found);
  if (found.empty()) CheckComponents({inputs, problem.spec, problem.epochs, {}, {}}, folds, found);
  // What comes of reading the inputs counts only if all of them could be read.
  const auto check_reading = [&] {
    return is_cancelled && is_cancelled() ? CancelledByFlag() : CheckReadable(inputs);
  };
  if (found.empty()) CheckValues(inputs, problem.epochs, is_cancelled, found);
  if (absl::Status status = check_reading(); !status.ok()) return status;
  if (!found.empty()) return refuse();

  problem.segments = MakeSegments(folds, static_cast<std::int32_t>(problem.epochs.words()));
  problem.report = ReportOn(inputs, problem.epochs, problem.spec, is_cancelled);
  if (absl::Status status = check_reading(); !status.ok()) return status;
  SettlePrecision(problem);
  ReportFolds(folds, problem.report);
  problem.inputs = std::move(inputs);
  return problem.spec.direction == Direction::kBrainToModel
             ? MakeBrainToModel(std::move(problem), resources)
             : MakeModelToBrain(std::move(problem), resources);
}

absl::Status PlannedAlignment::Prepare(int unit, const CancelFlag& cancel) {
  absl::Status prepared = PrepareUnit(unit, cancel);
  // Before a failure, too, which zeros in the place of data may be the reason of.
  absl::Status readable = CheckReadable(problem_.inputs);
  return readable.ok() ? prepared : readable;
}

absl::StatusOr<TileScores> PlannedAlignment::Compute(int index, const CancelFlag& cancel) const {
  absl::StatusOr<TileScores> scores = ComputeTile(index, cancel);
  absl::Status readable = CheckReadable(problem_.inputs);
  if (!readable.ok()) return readable;
  return scores;
}

std::vector<std::int64_t> PlannedAlignment::GivenWords() const {
  std::vector<std::int64_t> words;
  for (std::int32_t kept : problem_.segments.word) {
    words.push_back(problem_.epochs.kept_words()[static_cast<std::size_t>(kept)]);
  }
  return words;
}

TileScores PlannedAlignment::EmptyScores(int index) const {
  TileScores scores;
  scores.index = index;
  scores.tile = tiles_[static_cast<std::size_t>(index)];
  const std::size_t cells = static_cast<std::size_t>(scores.tile.layer_count) *
                            static_cast<std::size_t>(scores.tile.time_count);
  scores.score.assign(cells, 0.0);
  scores.score_per_fold.assign(cells * static_cast<std::size_t>(fold_count()), 0.0);
  scores.alpha_counts.assign(
      static_cast<std::size_t>(scores.tile.layer_count) * problem_.spec.alphas.size(), 0);
  return scores;
}

AlignmentResult PlannedAlignment::Assemble(const std::vector<TileScores>& tiles) const {
  AlignmentResult result;
  result.layers = layer_count();
  result.times = time_count();
  const auto layers = static_cast<std::size_t>(result.layers);
  const auto times = static_cast<std::size_t>(result.times);
  const auto folds = static_cast<std::size_t>(fold_count());
  const std::size_t alphas = problem_.spec.alphas.size();
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  result.score.assign(layers * times, kMissing);
  result.score_per_fold.assign(folds * layers * times, kMissing);
  result.alpha_counts.assign(layers * alphas, 0);
  for (const TileScores& scores : tiles) {
    const auto rows = static_cast<std::size_t>(scores.tile.layer_count);
    const auto width = static_cast<std::size_t>(scores.tile.time_count);
    const auto first_time = static_cast<std::size_t>(scores.tile.time_begin);
    for (std::size_t l = 0; l < rows; ++l) {
      const std::size_t layer = static_cast<std::size_t>(scores.tile.layer_begin) + l;
      std::copy_n(scores.score.begin() + static_cast<std::ptrdiff_t>(l * width), width,
                  result.score.begin() + static_cast<std::ptrdiff_t>(layer * times + first_time));
      for (std::size_t k = 0; k < folds; ++k) {
        std::copy_n(
            scores.score_per_fold.begin() + static_cast<std::ptrdiff_t>((k * rows + l) * width),
            width,
            result.score_per_fold.begin() +
                static_cast<std::ptrdiff_t>((k * layers + layer) * times + first_time));
      }
      for (std::size_t a = 0; a < alphas; ++a) {
        result.alpha_counts[layer * alphas + a] += scores.alpha_counts[l * alphas + a];
      }
    }
    result.constant_targets += scores.constant_targets;
  }
  result.times_seconds = problem_.inputs.brain.times_seconds;
  for (const LayerInput& layer : problem_.inputs.layers) {
    result.depth.push_back(layer.relative_depth);
    result.layer_names.push_back(layer.name);
  }
  result.readout = ReadOff(result.score, result.times_seconds, result.depth,
                           problem_.spec.window_bounds_seconds);
  result.spec = problem_.spec;
  result.input = problem_.report;
  result.numerics_version = NumericsVersion(problem_.spec);
  return result;
}

}  // namespace brainalign
