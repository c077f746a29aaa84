#include "client/report/subjects_json.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/report/json_values.h"
#include "core/inference/subjects.h"

namespace brainalign {
namespace {

using Json = nlohmann::ordered_json;

// Options that leave the meaning of a score as it is.
constexpr std::array kOtherOptions = {
    "window_bounds_seconds", "precision",       "nulls", "draws", "seed",
    "block_words",           "min_shift_words", "arrays"};

bool IsOtherOption(const std::string& name) {
  return std::find(kOtherOptions.begin(), kOtherOptions.end(), name) != kOtherOptions.end();
}

absl::Status Differ(const SubjectResult& first, const SubjectResult& other, const std::string& in,
                    const std::string& first_has, const std::string& other_has) {
  return absl::InvalidArgumentError(absl::StrCat(
      first.name, " and ", other.name, " differ in ", in, ": ", first_has, " and ", other_has,
      "; give results of the same layers, times and options, one for each subject"));
}

// With all digits that tell it from others.
template <typename Value>
std::string DumpOf(const Value& value) {
  return Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The first place where two lists differ, of as many elements.
template <typename Value>
std::size_t FirstDifference(const std::vector<Value>& a, const std::vector<Value>& b) {
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin()).first - a.begin());
}

template <typename Value>
absl::Status CheckList(const SubjectResult& first, const SubjectResult& other,
                       const std::string& what, const std::vector<Value>& a,
                       const std::vector<Value>& b) {
  if (a == b) return absl::OkStatus();
  if (a.size() != b.size()) {
    return Differ(first, other, absl::StrCat("the number of ", what), absl::StrCat(a.size()),
                  absl::StrCat(b.size()));
  }
  const std::size_t i = FirstDifference(a, b);
  return Differ(first, other, absl::StrCat(what, ", number ", i + 1), DumpOf(a[i]), DumpOf(b[i]));
}

std::string OptionOf(const SubjectResult& subject, const std::string& name) {
  for (const auto& [other, value] : subject.options) {
    if (other == name) return value;
  }
  return "not told";
}

absl::Status CheckOptions(const SubjectResult& first, const SubjectResult& other) {
  for (const auto* one : {&first, &other}) {
    for (const auto& [name, value] : one->options) {
      const std::string a = OptionOf(first, name);
      const std::string b = OptionOf(other, name);
      if (a != b) return Differ(first, other, name, a, b);
    }
  }
  return absl::OkStatus();
}

absl::Status CheckPair(const SubjectResult& first, const SubjectResult& other) {
  const ReportData& a = first.data;
  const ReportData& b = other.data;
  absl::Status status = CheckList(first, other, "layers", a.layer_names, b.layer_names);
  if (status.ok()) status = CheckList(first, other, "depths", a.depth, b.depth);
  if (status.ok()) status = CheckList(first, other, "times", a.times_seconds, b.times_seconds);
  if (status.ok()) status = CheckOptions(first, other);
  return status;
}

// A file under two names, or one subject twice, would count twice.
absl::Status CheckNoneTwice(const std::vector<SubjectResult>& subjects) {
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (subjects[i].data.score != subjects[j].data.score) continue;
      return absl::InvalidArgumentError(
          absl::StrCat(subjects[j].name, " and ", subjects[i].name,
                       " have the same scores; give the result of each subject once"));
    }
  }
  return absl::OkStatus();
}

SubjectNumber Summarise(std::vector<double> values, bool with_p) {
  SubjectNumber number;
  number.values = std::move(values);
  if (!std::all_of(number.values.begin(), number.values.end(),
                   [](double value) { return std::isfinite(value); })) {
    return number;
  }
  const SubjectSummary summary = SummariseSubjects(number.values);
  number.mean = summary.mean;
  number.se = summary.se;
  if (with_p) number.p = summary.p;
  return number;
}

template <typename Read>
SubjectNumber Take(const std::vector<SubjectResult>& subjects, bool with_p, const Read& read) {
  std::vector<double> values;
  for (const SubjectResult& subject : subjects) values.push_back(read(subject.data));
  return Summarise(std::move(values), with_p);
}

// NaN unless every layer has a t_max and there are two depths.
double SlopeOf(const ReportData& data) {
  const bool is_defined = std::all_of(data.t_max.begin(), data.t_max.end(),
                                      [](double seconds) { return std::isfinite(seconds); });
  const std::optional<DepthFit> fit = is_defined ? FitDepth(data) : std::nullopt;
  return fit.has_value() ? fit->slope : std::numeric_limits<double>::quiet_NaN();
}

// The largest score of each layer. NaN where a score is.
std::vector<double> LayerMaxima(const ReportData& data) {
  std::vector<double> maxima;
  for (std::size_t l = 0; l < data.layers(); ++l) {
    double most = data.At(data.score, l, 0);
    for (std::size_t t = 1; t < data.times(); ++t) {
      const double score = data.At(data.score, l, t);
      if (std::isnan(score) || score > most) most = score;
      if (std::isnan(most)) break;
    }
    maxima.push_back(most);
  }
  return maxima;
}

double MeanOfMaxima(const ReportData& data) {
  double sum = 0;
  for (const double most : LayerMaxima(data)) sum += most;
  return sum / static_cast<double>(data.layers());
}

double BestLayer(const ReportData& data) {
  const std::vector<double> maxima = LayerMaxima(data);
  const bool is_defined =
      std::none_of(maxima.begin(), maxima.end(), [](double score) { return std::isnan(score); });
  return is_defined ? *std::max_element(maxima.begin(), maxima.end())
                    : std::numeric_limits<double>::quiet_NaN();
}

// Whether scores lie about 0 alike on both sides where there is no relation, as flips of signs take
// for granted.
bool IsSymmetric(const std::string& metric) { return metric == "pearson" || metric == "cca"; }

void AddCautions(SubjectsTogether& together) {
  const std::size_t count = together.subjects.size();
  std::vector<std::string>& cautions = together.cautions;
  const ReportData& first = together.subjects.front().data;
  cautions = first.warnings;
  if (count < kSubjectsForP) {
    cautions.push_back(absl::StrFormat(
        "No p is given for %d subjects: their smallest two-sided sign-flip p is %.2g, and from %d "
        "subjects on it can be below 0.05.",
        count, std::ldexp(2.0, -static_cast<int>(count)), kSubjectsForP));
  } else if (count > kMostSubjectsForP) {
    cautions.push_back(
        absl::StrFormat("No p is given for more than %d subjects.", kMostSubjectsForP));
  } else if (!IsSymmetric(first.metric)) {
    cautions.push_back(absl::StrCat(
        "Cells have no p: scores of metric ", first.metric,
        " are not symmetric about 0 without a relation, although flips of signs assume it."));
  } else {
    cautions.push_back("The p values of cells are not corrected for their number.");
  }
  cautions.push_back(
      "Noise pulls temporal scores towards 0, so scores of subjects with different signal also "
      "differ in attenuation; look at the slope, too.");
}

Json NumberToJson(const SubjectNumber& number, bool with_p) {
  Json json = {{"mean", OrNull(number.mean)}, {"se", OrNull(number.se)}};
  if (with_p) json["p"] = OrNull(number.p);
  json["values"] = number.values;
  return json;
}

// Member `read` of every number, in rows of `columns`; one list if `columns` is 0.
template <typename Read>
Json ListOf(const std::vector<SubjectNumber>& numbers, std::size_t columns, const Read& read) {
  Json list = Json::array();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (columns > 0 && i % columns == 0) list.push_back(Json::array());
    Json& row = columns > 0 ? list.back() : list;
    row.push_back(read(numbers[i]));
  }
  return list;
}

// Of numbers that each subject has many of; `columns` as of ListOf.
Json NumbersToJson(const std::vector<SubjectNumber>& numbers, std::size_t subjects,
                   std::size_t columns, bool with_p) {
  Json json = {
      {"mean", ListOf(numbers, columns, [](const SubjectNumber& n) { return OrNull(n.mean); })},
      {"se", ListOf(numbers, columns, [](const SubjectNumber& n) { return OrNull(n.se); })}};
  if (with_p) {
    json["p"] = ListOf(numbers, columns, [](const SubjectNumber& n) { return OrNull(n.p); });
  }
  json["values"] = Json::array();
  for (std::size_t s = 0; s < subjects; ++s) {
    json["values"].push_back(
        ListOf(numbers, columns, [s](const SubjectNumber& n) { return Json(n.values[s]); }));
  }
  return json;
}

}  // namespace

const char kSubjectsBeginning[] = "{\n \"subjects\":";

absl::StatusOr<SubjectResult> SubjectFromJson(const std::string& name, const std::string& text) {
  const auto wrong = [&](const std::string& why) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " is no result of an alignment: ", why,
                     " Give files that run or result has written with --out."));
  };
  absl::StatusOr<ReportData> data = ReadReportData(text);
  if (!data.ok()) return wrong(std::string(data.status().message()));
  SubjectResult subject = {name, *std::move(data), {}};
  const Json json = Json::parse(text, /*cb=*/nullptr, /*allow_exceptions=*/false);
  const Json& options = MemberOf(json, "options");
  if (!options.is_object()) return wrong("\"options\" should be an object.");
  for (const auto& [option, value] : options.items()) {
    if (!IsOtherOption(option)) {
      subject.options.emplace_back(option, DumpOf(value));
    }
  }
  return subject;
}

absl::StatusOr<SubjectsTogether> TakeSubjectsTogether(std::vector<SubjectResult> subjects) {
  if (subjects.size() < 2) {
    return absl::InvalidArgumentError(
        "only one subject's result is given; give at least two, one file for each subject");
  }
  for (std::size_t i = 1; i < subjects.size(); ++i) {
    absl::Status status = CheckPair(subjects.front(), subjects[i]);
    if (!status.ok()) return status;
  }
  if (absl::Status status = CheckNoneTwice(subjects); !status.ok()) return status;
  SubjectsTogether together;
  const ReportData& first = subjects.front().data;
  for (std::size_t cell = 0; cell < first.score.size(); ++cell) {
    together.score.push_back(Take(subjects, IsSymmetric(first.metric),
                                  [cell](const ReportData& data) { return data.score[cell]; }));
  }
  for (std::size_t l = 0; l < first.layers(); ++l) {
    together.t_max.push_back(
        Take(subjects, false, [l](const ReportData& d) { return d.t_max[l]; }));
  }
  together.temporal_score =
      Take(subjects, true, [](const ReportData& data) { return data.temporal_score; });
  together.slope = Take(subjects, true, SlopeOf);
  // Maxima over cells are above 0 by choice: flips of signs would say nothing.
  together.best_layer = Take(subjects, false, BestLayer);
  together.mean_of_maxima = Take(subjects, false, MeanOfMaxima);
  together.subjects = std::move(subjects);
  AddCautions(together);
  return together;
}

std::string SubjectsToJson(const SubjectsTogether& together) {
  const ReportData& first = together.subjects.front().data;
  Json names = Json::array();
  for (const SubjectResult& subject : together.subjects) names.push_back(subject.name);
  Json options = Json::object();
  for (const auto& [name, value] : together.subjects.front().options) {
    options[name] = Json::parse(value, nullptr, /*allow_exceptions=*/false);
  }
  const std::size_t count = together.subjects.size();
  const Json json = {
      {"subjects", std::move(names)},
      {"score", NumbersToJson(together.score, count, first.times(), true)},
      {"t_max", NumbersToJson(together.t_max, count, 0, false)},
      {"temporal_score", NumberToJson(together.temporal_score, true)},
      {"slope", NumberToJson(together.slope, true)},
      {"alignment_score_best_layer", NumberToJson(together.best_layer, false)},
      {"alignment_score_mean_of_layer_maxima", NumberToJson(together.mean_of_maxima, false)},
      {"times", first.times_seconds},
      {"depth", first.depth},
      {"layer_names", first.layer_names},
      {"options", std::move(options)},
      {"cautions", together.cautions},
  };
  return Written(json);
}

}  // namespace brainalign
