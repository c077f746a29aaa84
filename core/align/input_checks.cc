#include "core/align/input_checks.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/align/fill_values.h"
#include "core/align/session_checks.h"
#include "core/problem/delays.h"
#include "core/problem/session_clocks.h"
#include "core/problem/unit_checks.h"
#include "core/tensor/convert.h"

namespace brainalign {
namespace {

void Add(std::vector<FieldProblem>& problems, const std::string& field,
         const std::string& description) {
  problems.push_back({field, description});
}

// Columns of one kind, and words: matrices of the linear algebra library count them in 32 bits.
constexpr std::int64_t kMost = std::int64_t{1} << 30;

void CheckCount(std::int64_t count, const std::string& field, const std::string& what,
                std::vector<FieldProblem>& problems) {
  if (count <= kMost) return;
  Add(problems, field, absl::StrCat("has ", count, " ", what, "; at most 2^30 can be aligned"));
}

void CheckTimes(const BrainInput& brain, std::vector<FieldProblem>& problems) {
  const std::vector<double>& times = brain.times_seconds;
  if (times.empty()) Add(problems, "brain.times_seconds", "no time samples are given");
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (!std::isfinite(times[i]) || (i > 0 && times[i] <= times[i - 1])) {
      Add(problems, absl::StrCat("brain.times_seconds[", i, "]"),
          absl::StrCat("time is ", times[i], "; times must be finite and ascending"));
      return;
    }
  }
}

void CheckOnsets(const BrainInput& brain, std::vector<FieldProblem>& problems) {
  const std::vector<double>& onsets = brain.onsets_seconds;
  for (std::size_t i = 0; i < onsets.size(); ++i) {
    if (std::isfinite(onsets[i])) continue;
    Add(problems, absl::StrCat("brain.onsets_seconds[", i, "]"),
        absl::StrCat("onset is ", onsets[i], "; onsets must be finite"));
    return;
  }
}

void CheckRecording(const BrainInput& brain, std::vector<FieldProblem>& problems) {
  if (brain.is_continuous() == (brain.epochs.rank() != 0)) {
    Add(problems, "brain",
        brain.is_continuous() ? "both epochs and a continuous recording are given; give one"
                              : "neither epochs nor a continuous recording is given");
    return;
  }
  if (brain.is_continuous()) {
    if (brain.continuous.rank() != 2 || brain.continuous.element_count() == 0) {
      Add(problems, "brain.continuous",
          absl::StrCat("is ", Describe(brain.continuous.spec()),
                       "; it must be (sensors, samples), not empty"));
    }
    if (!std::isfinite(brain.sfreq_hz) || brain.sfreq_hz <= 0) {
      Add(problems, "brain.sfreq_hz",
          absl::StrCat("sampling rate is ", brain.sfreq_hz, "; it must be above 0 Hz"));
    }
    if (brain.onsets_seconds.empty()) {
      Add(problems, "brain.onsets_seconds",
          "no onsets are given; a continuous recording needs one for each word");
    }
  } else if (brain.epochs.rank() != 3 || brain.epochs.element_count() == 0) {
    Add(problems, "brain.epochs",
        absl::StrCat("is ", Describe(brain.epochs.spec()),
                     "; it must be (words, sensors, times), not empty"));
  } else if (brain.epochs.dim(2) != static_cast<std::int64_t>(brain.times_seconds.size())) {
    const auto times = static_cast<std::int64_t>(brain.times_seconds.size());
    const bool exchanged = brain.epochs.dim(0) == times || brain.epochs.dim(1) == times;
    Add(problems, "brain.times_seconds",
        absl::StrCat("has ", times, " times, but the epochs are ", Describe(brain.epochs.spec()),
                     exchanged
                         ? ", and its axes look exchanged: they must be (words, sensors, times)"
                         : ", (words, sensors, times); give one for each"));
  }
}

// Problems of layers, of which one cause makes one line however many layers have it.
class LayerProblems {
 public:
  explicit LayerProblems(std::vector<FieldProblem>& problems) : problems_(problems) {}
  ~LayerProblems() {
    for (const auto& [cause, found] : found_) {
      FieldProblem problem = found.first;
      if (found.others > 0) {
        absl::StrAppend(&problem.description, " (", found.others,
                        found.others == 1 ? " more layer has" : " more layers have",
                        " the same problem)");
      }
      problems_.push_back(std::move(problem));
    }
  }
  LayerProblems(const LayerProblems&) = delete;
  LayerProblems& operator=(const LayerProblems&) = delete;

  // Problems with the same `cause` are reported once.
  void Add(const std::string& cause, std::size_t layer, const char* field,
           const std::string& description) {
    const auto [entry, is_new] = found_.try_emplace(cause);
    if (is_new) {
      entry->second.first = {absl::StrCat("layers[", layer, "].", field), description};
    } else {
      ++entry->second.others;
    }
  }

 private:
  struct Found {
    FieldProblem first;
    int others = 0;
  };
  std::vector<FieldProblem>& problems_;
  std::map<std::string, Found> found_;
};

void CheckEntries(const std::string& field, std::size_t entries, std::int64_t words,
                  std::vector<FieldProblem>& problems) {
  if (entries == 0 || static_cast<std::int64_t>(entries) == words) return;
  Add(problems, field,
      absl::StrCat("has ", entries, " entries, but the brain has ", words,
                   " words; give one for each"));
}

void CheckLayers(const AlignmentInputs& inputs, std::vector<FieldProblem>& problems) {
  const std::int64_t words = inputs.brain.words();
  LayerProblems found(problems);
  for (std::size_t l = 0; l < inputs.layers.size(); ++l) {
    const Tensor& activations = inputs.layers[l].activations;
    if (activations.rank() != 2 || activations.dim(1) == 0) {
      found.Add("shape", l, "activations",
                absl::StrCat("is ", Describe(activations.spec()),
                             "; it must be (words, dimensions), not empty"));
    } else if (activations.dim(0) != words) {
      const bool transposed = activations.dim(1) == words;
      const bool words_first = static_cast<std::int64_t>(inputs.layers.size()) == words;
      found.Add(absl::StrCat("words ", activations.dim(0)), l, "activations",
                absl::StrCat("has ", activations.dim(0), " words, but the brain has ", words,
                             transposed    ? "; its axes look exchanged: they must be (words, "
                                             "dimensions)"
                             : words_first ? "; there are as many layers: axes look exchanged, "
                                             "they must be (layers, words, dimensions)"
                                           : "; both sides must be of the same words"));
    }
    if (std::string bad = DescribeBadDepth(inputs.layers[l].relative_depth); !bad.empty()) {
      found.Add("depth", l, "relative_depth", std::move(bad));
    }
  }
}

void CheckSelection(const BrainInput& brain, std::vector<FieldProblem>& problems) {
  if (!brain.selected) return;
  const std::vector<std::int64_t>& words = *brain.selected;
  const std::int64_t given = brain.words();
  if (words.empty()) Add(problems, "brain.selected", "no word is selected; select at least one");
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::int64_t least = i == 0 ? 0 : words[i - 1] + 1;
    if (words[i] >= least && words[i] < given) continue;
    Add(problems, absl::StrCat("brain.selected[", i, "]"),
        absl::StrCat("is ", words[i], "; words must be selected in order, each once, from 0 to ",
                     given - 1));
    return;
  }
}

void CheckLengths(const AlignmentInputs& inputs, std::vector<FieldProblem>& problems) {
  const BrainInput& brain = inputs.brain;
  const std::int64_t words = brain.words();
  CheckCount(words, "brain", "words", problems);
  CheckCount(brain.is_continuous() ? brain.continuous.dim(0) : brain.epochs.dim(1), "brain",
             "sensors", problems);
  CheckCount(static_cast<std::int64_t>(brain.times_seconds.size()), "brain.times_seconds",
             "time samples", problems);
  std::int64_t dimensions = 0;
  for (std::size_t l = 0; l < inputs.layers.size(); ++l) {
    const Tensor& activations = inputs.layers[l].activations;
    if (activations.rank() != 2 || dimensions > kMost) continue;
    dimensions += std::min(activations.dim(1), kMost + 1);
    CheckCount(dimensions, absl::StrCat("layers[", l, "].activations"),
               "dimensions, with those of the layers before it", problems);
  }
  CheckEntries("brain.onsets_seconds", brain.onsets_seconds.size(), words, problems);
  CheckEntries("brain.groups", brain.groups.size(), words, problems);
  CheckEntries("brain.sessions", brain.sessions.size(), words, problems);
  CheckSelection(brain, problems);
  CheckLayers(inputs, problems);
}

// Words that were dropped, by reason.
void NoteDroppedWords(const Epochs& epochs, const InputReport& report,
                      std::vector<std::string>& notes) {
  const std::int64_t selected = report.words_given - report.unselected_words;
  const auto note = [&](std::int64_t words, const char* reason) {
    if (words == 0) return;
    notes.push_back(absl::StrCat(words, " of ", selected,
                                 report.unselected_words > 0 ? " selected" : "",
                                 " words were dropped: ", reason));
  };
  note(epochs.words_outside(), "their epochs leave the recording.");
  note(epochs.words_across_sessions(), "their epochs reach into another session.");
}

// Places where the onset of a word that is used, or was dropped, lies before that of the one before
// in the same session.
std::int64_t CountBackwardSteps(const BrainInput& brain, const Sessions& sessions) {
  const std::vector<double>& onsets = brain.onsets_seconds;
  std::int64_t steps = 0;
  std::int64_t before = -1;
  ForEachSelected(brain, std::ssize(onsets), [&](std::int64_t word) {
    if (onsets.empty()) return;
    const auto i = static_cast<std::size_t>(word);
    const auto last = static_cast<std::size_t>(before);
    const bool same_session =
        before >= 0 && (sessions.of_word.empty() || sessions.of_word[i] == sessions.of_word[last]);
    if (same_session && onsets[i] < onsets[last]) ++steps;
    before = word;
  });
  return steps;
}

// What became of groups that are no sessions, or may be none.
void NoteGroups(const BrainInput& brain, const Sessions& sessions, const InputReport& report,
                std::int64_t across_groups, std::vector<std::string>& notes) {
  std::int64_t purged = 0;
  for (const std::int64_t words : report.purged_words) purged += words;
  if (sessions.groups_interleave) {
    notes.push_back(absl::StrCat(
        "Words of different groups are interleaved in one recording, so groups are not used as "
        "sessions: of the ",
        purged, " words purged over all folds, ", across_groups,
        " are near a test word of another group only.",
        brain.is_continuous() ? "" : " Give sessions if each group is a recording of its own."));
  } else if (sessions.groups_alternate) {
    notes.push_back(
        "Words of different groups alternate, and their onsets do not ascend from one group to the "
        "next: each group is used as a session with its own clock. Give the same session for all "
        "words if they are parts of one recording.");
  } else if (across_groups > 0) {
    notes.push_back(absl::StrCat(across_groups, " of the ", purged,
                                 " words purged over all folds share samples with a test word of "
                                 "another group."));
  }
}

// What the parts, each of which is sound, say of each other.
void CheckBetween(const AlignmentInputs& inputs, std::vector<FieldProblem>& problems) {
  CheckOnsets(inputs.brain, problems);
  CheckLengths(inputs, problems);
  if (!problems.empty()) return;
  CheckUnits(inputs.brain, problems);
  if (problems.empty()) CheckSessions(inputs.brain, problems);
}

}  // namespace

void CheckShapes(const AlignmentInputs& inputs, std::vector<FieldProblem>& problems) {
  CheckTimes(inputs.brain, problems);
  CheckRecording(inputs.brain, problems);
  if (inputs.layers.empty()) Add(problems, "layers", "no layers are given");
  if (problems.empty()) CheckBetween(inputs, problems);
}

void CheckShapes(const BrainInput& brain, std::vector<FieldProblem>& problems) {
  CheckTimes(brain, problems);
  CheckRecording(brain, problems);
  if (problems.empty()) CheckBetween({.brain = brain, .layers = {}}, problems);
}

void CheckValues(const AlignmentInputs& inputs, const Epochs& epochs,
                 const CancelCheck& is_cancelled, std::vector<FieldProblem>& problems) {
  const auto stop = [&] { return is_cancelled && is_cancelled(); };
  const BrainInput& brain = inputs.brain;
  const Tensor& recorded = brain.is_continuous() ? brain.continuous : brain.epochs;
  const TensorFacts facts = brain.facts.all_finite ? brain.facts : FindFacts(recorded, stop);
  const std::string field = brain.is_continuous() ? "brain.continuous" : "brain.epochs";
  const auto at = [&](std::int64_t word, std::int64_t sensor, std::int64_t time) {
    return absl::StrCat(" at word ", word, ", sensor ", sensor, ", time sample ", time, " (",
                        brain.times_seconds[static_cast<std::size_t>(time)], " s)");
  };
  std::vector<std::int64_t> place;
  if (!facts.all_finite) place = epochs.FirstNonFinite(stop);
  if (!place.empty()) {
    Add(problems, field,
        absl::StrCat("holds NaN or infinity", at(place[0], place[1], place[2]),
                     "; every value of a word that is used must be finite"));
  } else if (const auto fill = FindFillOfEpochs(recorded, facts, epochs, stop)) {
    Add(problems, field, DescribeFill(*fill, at(fill->word, fill->column, fill->time)));
  }
  LayerProblems found(problems);
  const bool are_delayed = inputs.layers.front().delayed != nullptr;
  const std::vector<std::int64_t> words =
      are_delayed ? RowsRead(*inputs.layers.front().delayed) : epochs.used_words();
  for (std::size_t l = 0; l < inputs.layers.size(); ++l) {
    if (stop()) return;
    const Tensor& activations = inputs.layers[l].activations;
    const TensorFacts& known = inputs.layers[l].facts;
    const TensorFacts of_layer = known.all_finite ? known : FindFacts(activations, stop);
    if (const auto fill = FindFillOfLayer(activations, of_layer, words, stop)) {
      found.Add(
          "fill value", l, "activations",
          DescribeFill(*fill, absl::StrCat(" at word ", fill->word, ", dimension ", fill->column)));
      continue;
    }
    if (of_layer.all_finite) continue;
    // Something is not finite: look whether a word that is used has it.
    std::vector<double> row(static_cast<std::size_t>(activations.dim(1)));
    const auto size = static_cast<std::int64_t>(DTypeSize(activations.dtype()));
    for (std::int64_t word : words) {
      if (stop()) return;
      ConvertToDouble(activations.dtype(), activations.data() + word * activations.stride(0) * size,
                      activations.stride(1), activations.dim(1), row.data());
      std::size_t d = 0;
      while (d < row.size() && std::isfinite(row[d])) ++d;
      if (d == row.size()) continue;
      found.Add("not finite", l, "activations",
                absl::StrCat("holds NaN or infinity at word ", word, ", dimension ", d,
                             "; every value of a word that is used",
                             are_delayed ? ", or that a delay reaches," : "", " must be finite"));
      break;
    }
  }
}

InputReport ReportOn(const AlignmentInputs& inputs, const Epochs& epochs, const AlignmentSpec& spec,
                     const Sessions& sessions, const FoldInputs& fold_inputs,
                     const std::vector<OuterFold>& folds, const CancelCheck& is_cancelled) {
  InputReport report;
  report.words_given = inputs.brain.words();
  report.words_used = epochs.words();
  if (inputs.brain.selected) {
    report.unselected_words = report.words_given - std::ssize(*inputs.brain.selected);
    report.words_without_value = inputs.brain.words_without_value;
    report.notes = inputs.brain.selection_notes;
  }
  report.dropped_words = epochs.words_outside() + epochs.words_across_sessions();
  for (const OuterFold& fold : folds) {
    report.fold_sizes.push_back(static_cast<std::int64_t>(fold.test.size()));
    report.training_sizes.push_back(static_cast<std::int64_t>(fold.train.size()));
    report.purged_words.push_back(static_cast<std::int64_t>(fold.purged.size()));
  }
  const std::vector<double>& onsets = inputs.brain.onsets_seconds;
  report.backward_onset_steps = CountBackwardSteps(inputs.brain, sessions);
  report.constant_sensors = epochs.ConstantSensors(is_cancelled);
  NoteDroppedWords(epochs, report, report.notes);
  if (report.backward_onset_steps > 0) {
    const std::string restart = DescribeRestart(inputs.brain);
    report.notes.push_back(absl::StrCat("Onsets step backwards at ", report.backward_onset_steps,
                                        " places; words are used in the order given.",
                                        restart.empty() ? "" : " Check whether this is meant: ",
                                        restart, restart.empty() ? "" : "."));
  }
  if (!report.constant_sensors.empty()) {
    report.notes.push_back(
        absl::StrCat(report.constant_sensors.size(),
                     " sensors are constant; they stay in the data and have no effect."));
  }
  if (spec.purge_seconds > 0 && onsets.empty()) {
    const bool is_between = sessions.groups_alternate && spec.fold_by == FoldBy::kGroup;
    report.notes.push_back(absl::StrCat(
        "No onsets are given, so no words could be purged; ",
        is_between ? "words of different groups alternate, so test words lie between training "
                     "words: in one recording they share samples, and scores are above 0 without "
                     "any relation. Give onsets."
                   : "words of neighbouring folds may share samples."));
  } else if (spec.purge_seconds > 0) {
    NoteGroups(inputs.brain, sessions, report,
               CountPurgedAcrossGroups(fold_inputs, folds, spec.purge_seconds), report.notes);
  }
  if (const DelayedRows* const delayed = inputs.layers.front().delayed.get()) {
    report.notes.push_back(DescribeDelays(*delayed, epochs.used_words()));
  }
  for (std::string& note : UnitNotes(inputs.brain)) report.notes.push_back(std::move(note));
  return report;
}

}  // namespace brainalign
