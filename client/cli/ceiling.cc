// brainalign ceiling: the highest score that a recording allows, from repeated words.
#include "core/align/ceiling.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/result_output.h"
#include "client/cli/verb.h"
#include "client/experiment/experiment.h"
#include "client/experiment/vector_files.h"
#include "client/report/ceiling_json.h"
#include "client/report/whole_file.h"
#include "client/rigour/repeats.h"
#include "core/printable.h"

namespace brainalign {
namespace {

// Fewer items leave the correlation of the halves to chance.
constexpr std::int64_t kItemsToRely = 50;

struct CeilingFlags {
  std::string directory;
  std::string items;
  std::string out;
};

// The item of each word: words with the same value of the column are presentations of one.
std::vector<std::int64_t> ItemsOfColumn(const WordValues& column) {
  std::map<std::string, std::int64_t> number_of_value;
  std::vector<std::int64_t> items;
  for (std::int64_t word = 0; word < column.words(); ++word) {
    if (column.IsMissing(word)) {
      items.push_back(-1);
      continue;
    }
    const auto next = std::ssize(number_of_value);
    items.push_back(number_of_value.try_emplace(column.Written(word), next).first->second);
  }
  return items;
}

absl::StatusOr<std::vector<std::int64_t>> ReadItems(const CeilingFlags& flags,
                                                    const Experiment& experiment) {
  if (flags.items.empty()) {
    if (HasFile(flags.directory, kItemsFile)) {
      return ReadWholeNumbers(flags.directory, kItemsFile,
                              "the item of each word, the same number for each presentation");
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "the presentations of the same word are unknown; give --items COLUMN, or ",
        FilePath(flags.directory, kItemsFile), " with one number per word, below 0 for none"));
  }
  if (const WordValues* column = FindColumn(experiment.words, flags.items)) {
    return ItemsOfColumn(*column);
  }
  const std::string there = absl::StrJoin(
      experiment.words, ", ",
      [](std::string* out, const WordValues& column) { *out += Printable(column.name); });
  return absl::InvalidArgumentError(
      absl::StrCat("--items is ", Printable(flags.items), ", which is no column of the word table",
                   there.empty() ? "; there is no table" : "; it has ", there));
}

std::vector<std::string> NotesOn(const RepeatCeiling& ceiling) {
  std::vector<std::string> notes;
  if (ceiling.items < kItemsToRely) {
    notes.push_back(absl::StrCat("Only ", ceiling.items,
                                 " items are repeated: the ceiling is a rough estimate."));
  }
  if (2 * ceiling.adjacent_presentations > ceiling.presentations / 2) {
    notes.push_back(
        "Most presentations directly follow another one of the same item: slow activity that they "
        "share makes the ceiling too high.");
  }
  if (ceiling.constant_sensors > 0) {
    notes.push_back(absl::StrCat(ceiling.constant_sensors, " of ", ceiling.sensors,
                                 " sensors are constant and have no ceiling."));
  }
  return notes;
}

std::string TextOf(const RepeatCeiling& ceiling, const std::vector<double>& times_seconds) {
  std::string text = absl::StrFormat(
      "%d items, %d presentations, %.3g to a half\n"
      "ceiling of model_to_brain: median over %d sensors of the highest r of a perfect model\n"
      "%10s  %16s  %21s\n",
      ceiling.items, ceiling.presentations, ceiling.presentations_per_half,
      ceiling.sensors - ceiling.constant_sensors, "time (s)", "one presentation",
      "mean of presentations");
  const auto number = [](double value) {
    return std::isnan(value) ? std::string("none") : absl::StrFormat("%.3f", value);
  };
  // Some times that show the course.
  constexpr std::size_t kRows = 12;
  const std::size_t step = (times_seconds.size() + kRows - 1) / kRows;
  for (std::size_t t = 0; t < times_seconds.size(); t += step) {
    absl::StrAppendFormat(&text, "%10.3f  %16s  %21s\n", times_seconds[t] + 0.0,
                          number(ceiling.median_of_one[t]), number(ceiling.median_of_mean[t]));
  }
  return text;
}

int Ceiling(const Console& console, const CeilingFlags& flags) {
  if (!CanWriteOut(console, flags.out, kCeilingBeginning)) return kExitWrongInput;
  const absl::StatusOr<Experiment> experiment = LoadRecording(flags.directory, console.stop);
  if (absl::IsCancelled(experiment.status())) return console.Stopped();
  if (!experiment.ok()) return console.Fail(kExitWrongInput, experiment.status());
  console.TellNotes(experiment->notes);
  const BrainInput& brain = experiment->inputs.brain;
  const absl::StatusOr<std::vector<std::int64_t>> items = ReadItems(flags, *experiment);
  if (!items.ok()) return console.Fail(kExitWrongInput, items.status());
  const absl::StatusOr<RepeatCeiling> ceiling =
      CeilingOfRecording(brain, *items, [&] { return console.stop.stop_requested(); });
  if (absl::IsCancelled(ceiling.status())) return console.Stopped();
  if (!ceiling.ok()) return console.Fail(kExitWrongInput, ceiling.status());
  const std::vector<std::string> notes = NotesOn(*ceiling);
  console.TellNotes(notes);
  const std::string json = CeilingToJson(*ceiling, brain.times_seconds, notes);
  return OutputJson(console, flags.out, json, TextOf(*ceiling, brain.times_seconds));
}

}  // namespace

Verb AddCeiling(CLI::App& root) {
  auto flags = std::make_shared<CeilingFlags>();
  CLI::App* app = root.add_subcommand(
      "ceiling", "Show the highest score that a recording allows, from words presented repeatedly");
  app->footer(
      "The halves are alternate presentations of each word. The ceiling is that of direction\n"
      "model_to_brain, sensor by sensor (docs/ceiling.md).\n\n"
      "Example:\n  brainalign ceiling repeats --items word_of_excerpt --out ceiling.json");
  app->add_option("DIR", flags->directory, "Folder with a recording; activations are not needed")
      ->required();
  app->add_option("--items", flags->items,
                  "Column of the word table whose value is the same for each presentation of a "
                  "word (default: items.npy of DIR)")
      ->type_name("COLUMN");
  AddOutFlag(*app, flags->out);
  return Verb{.app = app, .run = [flags](Console& console) { return Ceiling(console, *flags); }};
}

}  // namespace brainalign
