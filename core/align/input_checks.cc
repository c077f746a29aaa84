#include "core/align/input_checks.h"

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/tensor/convert.h"

namespace brainalign {
namespace {

void Add(std::vector<FieldProblem>& problems, const std::string& field,
         const std::string& description) {
  problems.push_back({field, description});
}

// Words that the brain's side has.
std::int64_t BrainWords(const BrainInput& brain) {
  return brain.is_continuous() ? static_cast<std::int64_t>(brain.onsets_seconds.size())
                               : brain.epochs.dim(0);
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
  const double end = brain.is_continuous() && brain.sfreq_hz > 0
                         ? static_cast<double>(brain.continuous.dim(1)) / brain.sfreq_hz
                         : HUGE_VAL;
  for (std::size_t i = 0; i < onsets.size(); ++i) {
    const std::string field = absl::StrCat("brain.onsets_seconds[", i, "]");
    if (!std::isfinite(onsets[i])) {
      Add(problems, field, absl::StrCat("onset is ", onsets[i], "; onsets must be finite"));
      return;
    }
    if (brain.is_continuous() && (onsets[i] < 0 || onsets[i] >= end)) {
      Add(problems, field,
          absl::StrCat("onset is ", onsets[i], " s, outside the recording of ", end,
                       " s; onsets are seconds from its first sample"));
      return;
    }
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
    Add(problems, "brain.times_seconds",
        absl::StrCat("has ", brain.times_seconds.size(), " times, but the epochs have ",
                     brain.epochs.dim(2), "; give one for each"));
  }
}

void CheckLengths(const AlignmentInputs& inputs, std::vector<FieldProblem>& problems) {
  const BrainInput& brain = inputs.brain;
  const std::int64_t words = BrainWords(brain);
  if (words > (std::int64_t{1} << 30)) {
    Add(problems, "brain", absl::StrCat("has ", words, " words; at most 2^30 can be aligned"));
  }
  if (!brain.onsets_seconds.empty() &&
      static_cast<std::int64_t>(brain.onsets_seconds.size()) != words) {
    Add(problems, "brain.onsets_seconds",
        absl::StrCat("has ", brain.onsets_seconds.size(), " onsets, but the epochs have ", words,
                     " words; give one for each"));
  }
  if (!brain.groups.empty() && static_cast<std::int64_t>(brain.groups.size()) != words) {
    Add(problems, "brain.groups",
        absl::StrCat("has ", brain.groups.size(), " entries, but the brain has ", words,
                     " words; give one for each"));
  }
  for (std::size_t l = 0; l < inputs.layers.size(); ++l) {
    const Tensor& activations = inputs.layers[l].activations;
    const std::string field = absl::StrCat("layers[", l, "].activations");
    if (activations.rank() != 2 || activations.dim(1) == 0) {
      Add(problems, field,
          absl::StrCat("is ", Describe(activations.spec()),
                       "; it must be (words, dimensions), not empty"));
    } else if (activations.dim(0) != words) {
      Add(problems, field,
          absl::StrCat("has ", activations.dim(0), " words, but the brain has ", words,
                       "; both sides must be of the same words"));
    }
    const double depth = inputs.layers[l].relative_depth;
    if (!std::isfinite(depth) || depth <= 0 || depth > 1) {
      Add(problems, absl::StrCat("layers[", l, "].relative_depth"),
          absl::StrCat("relative depth is ", depth, "; it must be above 0 and at most 1"));
    }
  }
}

}  // namespace

void CheckShapes(const AlignmentInputs& inputs, std::vector<FieldProblem>& problems) {
  CheckTimes(inputs.brain, problems);
  CheckRecording(inputs.brain, problems);
  if (inputs.layers.empty()) Add(problems, "layers", "no layers are given");
  if (!problems.empty()) return;
  CheckOnsets(inputs.brain, problems);
  CheckLengths(inputs, problems);
}

void CheckValues(const AlignmentInputs& inputs, const Epochs& epochs,
                 const CancelCheck& is_cancelled, std::vector<FieldProblem>& problems) {
  const auto stop = [&] { return is_cancelled && is_cancelled(); };
  const std::vector<std::int64_t> place = epochs.FirstNonFinite(stop);
  if (!place.empty()) {
    const double time = inputs.brain.times_seconds[static_cast<std::size_t>(place[2])];
    Add(problems, inputs.brain.is_continuous() ? "brain.continuous" : "brain.epochs",
        absl::StrCat("holds NaN or infinity at word ", place[0], ", sensor ", place[1],
                     ", time sample ", place[2], " (", time,
                     " s); every value of a word that is used must be finite"));
  }
  for (std::size_t l = 0; l < inputs.layers.size(); ++l) {
    if (stop()) return;
    const Tensor& activations = inputs.layers[l].activations;
    if (FirstNonFinite(activations, stop).empty()) continue;
    // Something is not finite: look whether a word that is used has it.
    std::vector<double> row(static_cast<std::size_t>(activations.dim(1)));
    const auto size = static_cast<std::int64_t>(DTypeSize(activations.dtype()));
    for (std::int64_t word : epochs.kept_words()) {
      if (stop()) return;
      ConvertToDouble(activations.dtype(), activations.data() + word * activations.stride(0) * size,
                      activations.stride(1), activations.dim(1), row.data());
      std::size_t d = 0;
      while (d < row.size() && std::isfinite(row[d])) ++d;
      if (d == row.size()) continue;
      Add(problems, absl::StrCat("layers[", l, "].activations"),
          absl::StrCat("holds NaN or infinity at word ", word, ", dimension ", d,
                       "; every value of a word that is used must be finite"));
      break;
    }
  }
}

InputReport ReportOn(const AlignmentInputs& inputs, const Epochs& epochs, const AlignmentSpec& spec,
                     const CancelCheck& is_cancelled) {
  InputReport report;
  report.words_given = BrainWords(inputs.brain);
  report.words_used = epochs.words();
  report.dropped_words = report.words_given - report.words_used;
  const std::vector<double>& onsets = inputs.brain.onsets_seconds;
  const std::vector<std::int64_t>& groups = inputs.brain.groups;
  for (std::size_t i = 1; i < onsets.size(); ++i) {
    const bool same_session = groups.empty() || groups[i] == groups[i - 1];
    if (same_session && onsets[i] < onsets[i - 1]) ++report.backward_onset_steps;
  }
  report.constant_sensors = epochs.ConstantSensors(is_cancelled);
  if (report.dropped_words > 0) {
    report.notes.push_back(absl::StrCat(report.dropped_words, " of ", report.words_given,
                                        " words were dropped: their epochs leave the recording."));
  }
  if (report.backward_onset_steps > 0) {
    report.notes.push_back(absl::StrCat("Onsets step backwards at ", report.backward_onset_steps,
                                        " places; words are used in the order given."));
  }
  if (!report.constant_sensors.empty()) {
    report.notes.push_back(absl::StrCat(report.constant_sensors.size(),
                                        " sensors are constant; they are kept and score nothing."));
  }
  if (spec.purge_seconds > 0 && onsets.empty()) {
    report.notes.push_back(
        "No onsets are given, so no words could be purged; words of neighbouring folds may share "
        "samples.");
  }
  return report;
}

}  // namespace brainalign
