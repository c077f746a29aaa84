// brainalign subjects: a summary of the results of several subjects.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/result_output.h"
#include "client/cli/terminal/text.h"
#include "client/cli/verb.h"
#include "client/naming/typed_names.h"
#include "client/report/subjects_json.h"
#include "client/report/whole_file.h"

namespace brainalign {
namespace {

constexpr double kMillisecondsASecond = 1000;

struct SubjectsFlags {
  std::vector<std::string> results;
  std::string out;
};

std::string Fixed(double value) {
  return std::isfinite(value) ? absl::StrFormat("%.3f", value) : "undefined";
}

std::string SlopeText(double seconds) {
  return std::isfinite(seconds) ? absl::StrFormat("%.1f ms", seconds * kMillisecondsASecond)
                                : "undefined";
}

// "0.812 +- 0.031, p = 0.016"; +- the standard error.
std::string SummaryText(const SubjectNumber& number, double factor = 1, const char* unit = "") {
  if (!number.mean.has_value()) return "undefined, as it is for a subject";
  std::string text = Fixed(*number.mean * factor);
  if (number.se.has_value()) absl::StrAppend(&text, " +- ", Fixed(*number.se * factor));
  text += unit;
  if (number.p.has_value()) absl::StrAppendFormat(&text, ", p = %.2g", *number.p);
  return text;
}

// The cell with the largest mean; nothing if none is defined.
std::string BestCellLine(const SubjectsTogether& together) {
  const ReportData& first = together.subjects.front().data;
  const SubjectNumber* best = nullptr;
  for (const SubjectNumber& cell : together.score) {
    if (cell.mean.has_value() && (best == nullptr || *cell.mean > *best->mean)) best = &cell;
  }
  if (best == nullptr) return "";
  // Without a p: the cell was chosen for its mean.
  SubjectNumber chosen = *best;
  chosen.p.reset();
  const auto index = static_cast<std::size_t>(best - together.score.data());
  return absl::StrFormat("largest mean score         %s, for %s at %.2f s\n", SummaryText(chosen),
                         Printable(first.layer_names[index / first.times()]),
                         first.times_seconds[index % first.times()]);
}

std::string SubjectsText(const SubjectsTogether& together) {
  int name_columns = ColumnsOf("subject");
  for (const SubjectResult& subject : together.subjects) {
    name_columns = std::max(name_columns, ColumnsOf(Printable(subject.name)));
  }
  std::string text = absl::StrFormat("%s  %10s  %14s  %14s  %10s\n", Fit("subject", name_columns),
                                     "best layer", "mean of maxima", "temporal score", "slope");
  for (std::size_t s = 0; s < together.subjects.size(); ++s) {
    absl::StrAppend(
        &text, Fit(Printable(together.subjects[s].name), name_columns),
        absl::StrFormat("  %10s  %14s  %14s  %10s\n", Fixed(together.best_layer.values[s]),
                        Fixed(together.mean_of_maxima.values[s]),
                        Fixed(together.temporal_score.values[s]),
                        SlopeText(together.slope.values[s])));
  }
  absl::StrAppendFormat(&text, "\nmean +- standard error of %d subjects\n",
                        together.subjects.size());
  absl::StrAppend(&text, "alignment, best layer      ", SummaryText(together.best_layer),
                  "\nalignment, mean of maxima  ", SummaryText(together.mean_of_maxima),
                  "\ntemporal score             ", SummaryText(together.temporal_score),
                  "\nslope of t_max             ",
                  SummaryText(together.slope, kMillisecondsASecond, " ms per unit of depth"), "\n",
                  BestCellLine(together));
  for (const std::string& caution : together.cautions) {
    absl::StrAppend(&text, "caution: ", Printable(AsTyped(caution)), "\n");
  }
  return text;
}

int RunSubjects(const Console& console, const SubjectsFlags& flags) {
  if (!CanWriteOut(console, flags.out, kSubjectsBeginning)) return kExitWrongInput;
  std::vector<SubjectResult> subjects;
  for (const std::string& path : flags.results) {
    const absl::StatusOr<std::string> text = ReadWholeFile(path);
    if (!text.ok()) return console.Fail(kExitWrongInput, text.status());
    absl::StatusOr<SubjectResult> subject = SubjectFromJson(path, *text);
    if (!subject.ok()) return console.Fail(kExitWrongInput, subject.status());
    subjects.push_back(*std::move(subject));
  }
  const absl::StatusOr<SubjectsTogether> together = TakeSubjectsTogether(std::move(subjects));
  if (!together.ok()) return console.Fail(kExitWrongInput, together.status());
  return OutputJson(console, flags.out, SubjectsToJson(*together), SubjectsText(*together));
}

}  // namespace

Verb AddSubjects(CLI::App& root) {
  auto flags = std::make_shared<SubjectsFlags>();
  CLI::App* app = root.add_subcommand("subjects", "Summarise the results of several subjects");
  app->footer(
      "All results must have the same layers, times and options. From six subjects on\nthe output "
      "has a sign-flip p.\n\nExample:\n  brainalign subjects sub-001.json sub-002.json "
      "sub-003.json --out subjects.json");
  app->add_option("RESULT", flags->results, "Results as JSON, one file for each subject")
      ->required();
  AddOutFlag(*app, flags->out);
  return Verb{.app = app,
              .run = [flags](Console& console) { return RunSubjects(console, *flags); }};
}

}  // namespace brainalign
