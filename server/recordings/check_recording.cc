#include "server/recordings/check_recording.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/jobs/check_specification.h"
#include "server/resources/resource_admission.h"
#include "server/rows/codec.h"
#include "server/rows/project.h"
#include "server/rows/status_details.h"

namespace brainalign {
namespace {

void CheckStoredBrain(const BrainRef& brain, const JobLimits& limits, FieldProblems& problems) {
  JobSpecification specification;
  specification.brain = brain;
  FieldProblems all;
  CheckSpecification(specification, limits, all);
  for (FieldProblem& problem : all) {
    constexpr char kBrain[] = "spec.brain";
    if (!absl::StartsWith(problem.field, kBrain)) continue;  // there are no layers yet
    const auto exceeded = all.ExceededBy(problem.field);
    problem.field = problem.field.substr(sizeof "spec." - 1);
    if (exceeded) {
      problems.AddOverLimit(problem.field, problem.description, exceeded->usage, exceeded->limit);
    } else {
      problems.push_back(std::move(problem));
    }
  }
}

// What a job on the recording would be refused for and shapes and numbers show: their sizes fit
// each other, and times and rate are numbers that make sense.
void CheckNumbers(const BrainRef& brain, FieldProblems& problems) {
  const std::vector<double>& times = brain.times_seconds;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (std::isfinite(times[i]) && (i == 0 || times[i] > times[i - 1])) continue;
    problems.push_back(
        {"brain.times_seconds",
         absl::StrCat("has ", times[i], " as entry ", i, "; times must be finite and ascending")});
    break;
  }
  if (brain.epochs && brain.epochs->spec.shape[2] != std::ssize(times)) {
    problems.push_back(
        {"brain.times_seconds", absl::StrCat("has ", times.size(), " times; the epochs have ",
                                             brain.epochs->spec.shape[2], ", give one for each")});
  }
  if (brain.continuous && !brain.onsets_seconds) {
    problems.push_back(
        {"brain.onsets_seconds", "is not set; a continuous recording needs one for each word"});
  }
  if (brain.continuous && !(std::isfinite(*brain.sfreq_hz) && *brain.sfreq_hz > 0)) {
    problems.push_back({"brain.sfreq_hz", absl::StrCat("is ", *brain.sfreq_hz,
                                                       "; give samples per second, above 0")});
  }
  const std::int64_t words = brain.epochs ? brain.epochs->spec.shape[0] : WordsOf(brain);
  for (const auto& [field, list] :
       {std::pair("brain.onsets_seconds", &brain.onsets_seconds),
        std::pair("brain.groups", &brain.groups), std::pair("brain.sessions", &brain.sessions)}) {
    if (!*list || (*list)->spec.shape[0] == words) continue;
    problems.push_back({field, absl::StrCat("has ", (*list)->spec.shape[0],
                                            " entries; the recording has ", words, " words")});
  }
}

// Rows of the recording; 0 if its shape is none.
std::int64_t SensorsOf(const BrainRef& brain) {
  if (brain.epochs && brain.epochs->spec.shape.size() == 3) return brain.epochs->spec.shape[1];
  if (brain.continuous && brain.continuous->spec.shape.size() == 2) {
    return brain.continuous->spec.shape[0];
  }
  return 0;
}

void CheckSensors(const Recording& recording, const JobLimits& limits, FieldProblems& problems) {
  if (recording.sensors.empty()) return;
  const std::int64_t rows = SensorsOf(recording.brain);
  if (rows != 0 && std::ssize(recording.sensors) != rows) {
    problems.push_back({"sensors", absl::StrCat("has ", recording.sensors.size(),
                                                " entries; the recording has ", rows, " sensors")});
  }
  for (std::size_t i = 0; i < recording.sensors.size() && problems.empty(); ++i) {
    const Sensor& sensor = recording.sensors[i];
    const std::string field = absl::StrCat("sensors[", i, "]");
    CheckText(field + ".name", sensor.name, limits, problems);
    CheckText(field + ".kind", sensor.kind, limits, problems);
    CheckText(field + ".unit", sensor.unit, limits, problems);
    if (!sensor.position) continue;
    const auto& [x, y, z] = *sensor.position;
    if (!std::isfinite(x) || !std::isfinite(y) || !std::isfinite(z)) {
      problems.push_back({field + ".position", absl::StrCat("is ", x, ", ", y, ", ", z,
                                                            "; leave it out if it is not known")});
    }
  }
}

// A policy under which no submission is possible is an error.
void CheckThatSomethingPasses(const Recording& recording, const SealPolicy& policy,
                              FieldProblems& problems) {
  const std::int64_t words = WordsOf(recording.brain);
  constexpr std::int64_t kFewestFolds = 2;
  if (policy.min_test_words > words / kFewestFolds) {
    problems.push_back({"policy.min_test_words",
                        absl::StrCat("is ", policy.min_test_words, ", but the recording has ",
                                     words, " words, and there are ", kFewestFolds,
                                     " folds at least; give at most ", words / kFewestFolds)});
  }
  const auto times = static_cast<std::int64_t>(recording.brain.times_seconds.size());
  if (policy.max_released_numbers < times) {
    problems.push_back({"policy.max_released_numbers",
                        absl::StrCat("is ", policy.max_released_numbers, ", but one layer has ",
                                     times, " scores, one for each time; give more")});
  }
}

}  // namespace

absl::Status CheckRecording(const Recording& recording, const std::string& record,
                            const JobLimits& limits) {
  FieldProblems problems;
  CheckResource(recording, limits, problems);
  CheckStoredBrain(recording.brain, limits, problems);
  if (problems.empty()) CheckNumbers(recording.brain, problems);
  CheckSensors(recording, limits, problems);
  if (!recording.word_table.empty() && !recording.brain.word_table_digest.empty()) {
    problems.push_back({"brain.word_table_digest",
                        "is given together with word_table, which determines it; leave it out"});
  }
  if (problems.empty()) CheckRecordSize("sensors", record, limits, problems);
  return problems.empty() ? absl::OkStatus() : InvalidFieldsError(problems);
}

absl::Status CheckSeal(const Recording& recording, const RecordingSeal& seal,
                       const JobLimits& limits) {
  FieldProblems problems;
  for (std::size_t i = 0; i < seal.projects.size(); ++i) {
    if (IsProjectName(seal.projects[i])) continue;
    problems.push_back(
        {absl::StrCat("projects[", i, "]"), "is " + DescribeBadProjectName(seal.projects[i])});
  }
  if (seal.max_submissions < 1) {
    problems.push_back(
        {"max_submissions", absl::StrCat("is ", seal.max_submissions,
                                         "; give 1 or more, or leave it out for the default")});
  }
  if (seal.max_layers < 1 || seal.max_layers > limits.max_layers) {
    problems.AddOverLimit("max_layers",
                          absl::StrCat("is ", seal.max_layers, "; give 1 to ", limits.max_layers),
                          seal.max_layers, limits.max_layers);
  }
  if (problems.empty()) CheckThatSomethingPasses(recording, seal.policy, problems);
  return problems.empty() ? absl::OkStatus() : InvalidFieldsError(problems);
}

}  // namespace brainalign
