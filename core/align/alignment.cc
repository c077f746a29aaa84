#include "core/align/alignment.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "core/align/input_checks.h"
#include "core/align/nuisance_checks.h"
#include "core/align/planned_alignment.h"
#include "core/align/similarity_alignment.h"
#include "core/fence.h"
#include "core/inference/session_words.h"
#include "core/linalg/lapack.h"
#include "core/problem/delays.h"
#include "core/problem/equal_sessions.h"
#include "core/problem/folds.h"
#include "core/problem/needs_double.h"
#include "core/problem/nuisance.h"
#include "core/problem/session_clocks.h"
#include "core/problem/sessions.h"
#include "core/problem/unit_checks.h"
#include "core/problem/unreadable_input.h"
#include "core/regressions/problem_features.h"

namespace brainalign {
namespace {

// What folds of the words that are used are made from.
FoldInputs InputsOfFolds(const BrainInput& brain, const Sessions& sessions, const Epochs& epochs) {
  FoldInputs inputs;
  inputs.words = static_cast<std::int32_t>(epochs.words());
  inputs.epoch_seconds = brain.times_seconds.back() - brain.times_seconds.front();
  inputs.one_clock = brain.is_continuous();
  std::set<std::int64_t> emptied;
  if (!brain.groups.empty()) {
    ForEachSelected(brain, std::ssize(brain.groups), [&](std::int64_t word) {
      emptied.insert(brain.groups[static_cast<std::size_t>(word)]);
    });
  }
  for (std::int64_t word : epochs.used_words()) {
    const auto w = static_cast<std::size_t>(word);
    if (!brain.onsets_seconds.empty()) inputs.onsets_seconds.push_back(brain.onsets_seconds[w]);
    if (!brain.groups.empty()) inputs.groups.push_back(brain.groups[w]);
    if (!brain.groups.empty()) emptied.erase(brain.groups[w]);
    if (!sessions.of_word.empty()) inputs.sessions.push_back(sessions.of_word[w]);
  }
  inputs.emptied_groups.assign(emptied.begin(), emptied.end());
  inputs.advice = DescribeProbableUnits(brain);
  if (inputs.advice.empty()) inputs.advice = DescribeRestart(brain);
  if (inputs.advice.empty() && sessions.groups_interleave) {
    inputs.advice =
        "words of different groups are interleaved in one recording, where fold_by contiguous "
        "purges less";
  }
  return inputs;
}

// Each fold needs two words at least.
void CheckWordCount(const BrainInput& brain, const Epochs& epochs, int folds,
                    std::vector<FieldProblem>& problems) {
  const std::int64_t needed = 2 * static_cast<std::int64_t>(folds);
  if (epochs.words() >= needed) return;
  std::string text = absl::StrCat("only ", epochs.words(), " words ");
  const std::int64_t dropped = epochs.words_outside() + epochs.words_across_sessions();
  if (dropped == 0) {
    absl::StrAppend(&text, brain.selected ? "are selected" : "are given");
  } else {
    absl::StrAppend(&text, "of ", epochs.words() + dropped, " are left (the epochs of ",
                    epochs.words_outside(), " leave the recording, and the epochs of ",
                    epochs.words_across_sessions(), " their session)");
  }
  absl::StrAppend(&text, ", and ", folds, " folds need ", needed, ", two for each test");
  if (dropped > 0) {
    const std::string probably = DescribeProbableUnits(brain);
    absl::StrAppend(&text, "; ",
                    probably.empty() ? "check onsets, times and the sampling rate" : probably);
  } else {
    absl::StrAppend(&text, "; use fewer folds");
  }
  problems.push_back({"brain", std::move(text)});
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
    const std::int64_t dimensions = problem.inputs.layers[l].features();
    const std::int64_t most = std::min(words, dimensions);
    if (problem.spec.pca <= most) continue;
    problems.push_back({"options.pca", absl::StrCat("pca is ", problem.spec.pca, ", but layer ", l,
                                                    " has ", dimensions, " dimensions and ", words,
                                                    " words to fit on; use at most ", most)});
    return;
  }
}

// Number of rows of the matrices that the regressions of either direction decompose.
void CheckFeatures(const AlignmentProblem& problem, std::vector<FieldProblem>& problems) {
  if (IsSimilarity(problem.spec.metric)) return;
  const std::int64_t words = problem.epochs.words();
  const auto check = [&](std::int64_t features, const std::string& field, const char* what) {
    if (std::min(words, features) <= kLargestEigenproblem) return;
    problems.push_back(
        {field, absl::StrCat("has ", features, " ", what, " and ", words,
                             " words that are used; at least one of the two must be ",
                             kLargestEigenproblem, " at most")});
  };
  if (problem.spec.direction == Direction::kBrainToModel) {
    check(problem.epochs.sensors(), "brain", "sensors");
    return;
  }
  for (std::size_t l = 0; l < problem.inputs.layers.size(); ++l) {
    const std::int64_t dimensions = problem.inputs.layers[l].features();
    const bool has_nuisance = problem.spec.is_banded();
    check((problem.spec.pca > 0 ? problem.spec.pca : dimensions) +
              (has_nuisance ? std::ssize(problem.spec.nuisance) : 0),
          absl::StrCat("layers[", l, "].activations"),
          has_nuisance ? "columns with the nuisance" : "columns");
  }
}

// Influences are those of Pearson scores of brain_to_model (docs/uncertainty.md).
void CheckUncertainty(const AlignmentSpec& spec, std::vector<FieldProblem>& problems) {
  if (spec.uncertainty.draws == 0) return;
  const auto refuse = [&](const std::string& but) {
    problems.push_back({"options.draws", absl::StrCat("draws is ", spec.uncertainty.draws, ", but ",
                                                      but, "; leave draws out, or use ")});
  };
  // Metrics of two matrices have no direction.
  if (spec.direction != Direction::kBrainToModel && !IsSimilarity(spec.metric)) {
    refuse("no error of a score is known in direction model_to_brain");
    problems.back().description += "brain_to_model";
  }
  if (spec.metric != Metric::kPearson) {
    refuse(absl::StrCat("no error of a score is known for metric ", Name(spec.metric)));
    problems.back().description += "pearson";
  }
}

// The plan of the words that are used.
UncertaintyPlan PlanOf(const UncertaintyOptions& options, const FoldInputs& inputs,
                       const std::vector<OuterFold>& folds) {
  std::vector<Words> test_words;
  for (const OuterFold& fold : folds) test_words.push_back(fold.test);
  UncertaintyPlan plan = PlanUncertainty(options, inputs.sessions, inputs.onsets_seconds,
                                         inputs.epoch_seconds, test_words);
  if (options.asked()) return plan;
  // Drift and autocorrelation of both sides are in every result. They need the sessions alone.
  UncertaintyPlan sessions;
  sessions.sessions = std::move(plan.sessions);
  sessions.words_fingerprint = plan.words_fingerprint;
  sessions.detrended = plan.detrended;
  return sessions;
}

// What `fast` comes to for this problem, with a note where that is nothing.
void SettlePrecision(AlignmentProblem& problem) {
  AlignmentSpec& spec = problem.spec;
  if (spec.precision != Precision::kFast) return;
  spec = OnThisProcessor(std::move(spec));
  std::string reason;
  if (IsSimilarity(spec.metric)) {
    reason = "it is only for metrics of a regression";
  } else if (spec.direction != Direction::kBrainToModel) {
    reason = "it is only for brain_to_model";
  } else if (WantsDual(problem.segments, problem.epochs.sensors())) {
    reason = "a fold trains on fewer words than there are sensors";
  } else if (problem.epochs.words() <= kWordsHeldInDouble) {
    // Little time to gain, and scores of few words feel the rounding.
    reason = absl::StrCat("it needs more than ", kWordsHeldInDouble, " words");
  } else if (spec.bf16_kernel.empty()) {
    reason = "this processor has no instructions for bf16 (AVX512_BF16 or AMX)";
  } else {
    return;
  }
  spec.bf16_kernel.clear();
  problem.report.notes.push_back(absl::StrCat("Precision fast fell back to exact: ", reason, "."));
}

// Makes a problem be computed in float64, with a note with the reason: a sentence without a full
// stop.
void GoOnInDouble(AlignmentProblem& problem, const std::string& why) {
  problem.spec.in_double = true;
  problem.spec.bf16_kernel.clear();
  problem.report.notes.push_back(absl::StrCat("Computed in float64: ", why, "."));
}

// The metrics of two matrices need words enough for their sums over pairs.
void CheckTestWords(const AlignmentSpec& spec, const std::vector<OuterFold>& folds,
                    std::vector<FieldProblem>& problems) {
  constexpr std::size_t kLeastWords = 4;
  if (!IsSimilarity(spec.metric)) return;
  for (std::size_t k = 0; k < folds.size(); ++k) {
    const std::size_t words = folds[k].test.size();
    if (words >= kLeastWords) continue;
    problems.push_back(
        {"options.folds", absl::StrCat("fold ", k + 1, " of ", folds.size(), " tests on ", words,
                                       " words, and metric ", Name(spec.metric), " needs at least ",
                                       kLeastWords, "; use fewer folds or more words")});
    return;
  }
}

// Alphas near the limits of the accepted range are computed in float64, which has limits, too.
void SettleAlphas(AlignmentProblem& problem) {
  AlignmentSpec& spec = problem.spec;
  if (spec.alphas.empty()) return;
  const double least = spec.alphas.front();
  const double most = spec.alphas.back();
  if (least >= kLeastAlphaInSingle && most <= kMostAlphaInSingle) return;
  if (!IsHeldInDouble(problem)) {
    GoOnInDouble(
        problem,
        absl::StrFormat("alphas from %g to %g are outside %g to %g, the range of single precision",
                        least, most, kLeastAlphaInSingle, kMostAlphaInSingle));
  }
  if (least < kLeastAlphaInSingle) {
    problem.report.notes.push_back(absl::StrFormat(
        "An alpha of %g is so small that rounding of float64 may decide scores where features are "
        "nearly collinear.",
        least));
  }
}

// Alignment::Create, which may throw.
absl::StatusOr<std::unique_ptr<Alignment>> MakeOf(AlignmentInputs inputs,
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
  CheckUncertainty(problem.spec, found);
  if (!problem.spec.where.empty() && !inputs.brain.selected) {
    found.push_back({"options.where", "where is given, but no words were selected by it"});
  }
  if (!found.empty()) return refuse();
  if (!problem.spec.delays.empty()) DelayLayers(problem.spec.delays, inputs, found);
  if (!found.empty()) return refuse();

  const BrainInput& brain = inputs.brain;
  const Sessions sessions = SessionsOf(brain);
  problem.epochs = EpochsOf(brain, sessions);
  CheckWordCount(brain, problem.epochs, problem.spec.folds, found);
  if (!found.empty()) return refuse();
  EqualSessions equal;
  if (problem.spec.uncertainty.swaps_sessions()) {
    equal = CutToShortest(sessions, problem.epochs, problem.spec.folds, found);
    if (!found.empty()) return refuse();
    problem.epochs = equal.epochs;
  }
  const FoldInputs fold_inputs = InputsOfFolds(brain, sessions, problem.epochs);
  const std::vector<OuterFold> folds = MakeFolds(fold_inputs, problem.spec, found);
  CheckUncertaintyWords(problem.spec.uncertainty, problem.epochs.words(), found);
  if (found.empty()) {
    const AlignmentProblem so_far = {inputs, problem.spec, problem.epochs, {}, {}};
    CheckComponents(so_far, folds, found);
    CheckFeatures(so_far, found);
    CheckTestWords(problem.spec, folds, found);
  }
  if (found.empty() && !problem.spec.nuisance.empty()) {
    problem.nuisance.push_back(
        StandardNuisance(inputs, problem.spec.nuisance, problem.epochs.used_words(), found));
    CheckNuisanceCount(problem.spec, folds, found);
    if (found.empty()) CheckNuisanceFill(inputs, problem.epochs, is_cancelled, found);
    if (found.empty() && problem.spec.is_banded()) CheckUnitsOfBands(inputs, is_cancelled, found);
  }
  // What comes of reading the inputs counts only if all of them could be read.
  const auto check_reading = [&] {
    return is_cancelled && is_cancelled() ? CancelledByFlag() : CheckReadable(inputs);
  };
  if (found.empty()) CheckValues(inputs, problem.epochs, is_cancelled, found);
  if (absl::Status status = check_reading(); !status.ok()) return status;
  if (!found.empty()) return refuse();

  problem.segments = MakeSegments(folds, static_cast<std::int32_t>(problem.epochs.words()));
  problem.onsets_seconds = fold_inputs.onsets_seconds;
  if (const std::optional<int> order = problem.spec.uncertainty.detrend) {
    problem.trends = std::make_shared<const SessionTrends>(
        problem.segments.word, WordsOfSessions(fold_inputs.sessions, fold_inputs.words),
        fold_inputs.onsets_seconds, *order);
  }
  problem.uncertainty = PlanOf(problem.spec.uncertainty, fold_inputs, folds);
  problem.uncertainty.words_left_out = equal.words_left_out;
  ResolveWords(problem.uncertainty, problem.spec.uncertainty);
  problem.report =
      ReportOn(inputs, problem.epochs, problem.spec, sessions, fold_inputs, folds, is_cancelled);
  if (!equal.note.empty()) problem.report.notes.push_back(equal.note);
  if (absl::Status status = check_reading(); !status.ok()) return status;
  SettlePrecision(problem);
  SettleAlphas(problem);
  if (problem.spec.is_banded() && !IsHeldInDouble(problem)) {
    GoOnInDouble(problem, "penalties by band are fitted so");
  }
  problem.inputs = std::move(inputs);
  return MakeAlignment(std::move(problem), resources);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Alignment>> MakeAlignment(AlignmentProblem problem,
                                                         const AlignmentResources& resources) {
  if (problem.spec.metric == Metric::kCca) return MakeCca(std::move(problem), resources);
  if (IsSimilarity(problem.spec.metric)) {
    return MakeHeldOutSimilarity(std::move(problem), resources);
  }
  if (problem.spec.is_banded()) return MakeBandedToBrain(std::move(problem), resources);
  return problem.spec.direction == Direction::kBrainToModel
             ? MakeBrainToModel(std::move(problem), resources)
             : MakeModelToBrain(std::move(problem), resources);
}

absl::StatusOr<std::unique_ptr<Alignment>> Alignment::Create(AlignmentInputs inputs,
                                                             const AlignmentOptions& options,
                                                             std::vector<FieldProblem>* problems,
                                                             const AlignmentResources& resources,
                                                             const CancelCheck& is_cancelled) {
  return Fenced(
      [&] { return MakeOf(std::move(inputs), options, problems, resources, is_cancelled); });
}

absl::StatusOr<std::unique_ptr<Alignment>> PlannedAlignment::InDouble(const std::string& why) {
  Release();
  AlignmentProblem problem = problem_;
  // Which unit found it first differs from run to run, so the note does not name its reason.
  GoOnInDouble(problem, "single precision is not accurate enough for these data");
  absl::StatusOr<std::unique_ptr<Alignment>> alignment =
      MakeAlignment(std::move(problem), resources_);
  if (alignment.ok()) return alignment;
  return absl::Status(alignment.status().code(),
                      absl::StrCat("these data need float64, which takes more memory (", why,
                                   "): ", alignment.status().message()));
}

absl::Status PlannedAlignment::Prepare(int index, const CancelFlag& cancel) {
  return Fenced([&] {
    absl::Status prepared = PrepareUnit(index, cancel);
    // Before a failure, too, which zeros in the place of data may be the reason of.
    absl::Status readable = CheckReadable(problem_.inputs);
    return readable.ok() ? prepared : readable;
  });
}

absl::StatusOr<TileScores> PlannedAlignment::Compute(int index, const CancelFlag& cancel) const {
  return Fenced([&]() -> absl::StatusOr<TileScores> {
    absl::StatusOr<TileScores> scores = ComputeTile(index, cancel);
    absl::Status readable = CheckReadable(problem_.inputs);
    if (readable.ok()) readable = CheckColumns();
    if (!readable.ok()) return readable;
    return scores;
  });
}

std::vector<std::int64_t> PlannedAlignment::GivenWords() const {
  std::vector<std::int64_t> words;
  for (std::int32_t kept : problem_.segments.word) {
    words.push_back(problem_.epochs.used_words()[static_cast<std::size_t>(kept)]);
  }
  return words;
}

void PlannedAlignment::AddTilesOfTimes() {
  // By shape alone, so that results do not depend on the machine.
  const int times = std::clamp(time_count() / 10, 1, 4);
  for (int begin = 0; begin < time_count(); begin += times) {
    tiles_.push_back({0, layer_count(), begin, std::min(times, time_count() - begin)});
  }
}

}  // namespace brainalign
