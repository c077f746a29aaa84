#include "client/report/report_data.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/report/json_values.h"
#include "client/report/methods_text.h"
#include "core/problem/spec.h"

namespace brainalign {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
// More cells than this are a mistake, not a result.
constexpr std::size_t kMostCells = 50'000'000;

absl::Status Wrong(const std::string& name, const std::string& expected) {
  return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" should be ", expected, "."));
}

// Nothing where the member is missing or null.
const Json* Find(const Json& object, const std::string& name) {
  const Json& member = MemberOf(object, name);
  return member.is_null() ? nullptr : &member;
}

bool IsNumber(const Json& value) { return value.is_number() || value.is_null(); }

double NumberOf(const Json& value) { return value.is_number() ? value.get<double>() : kUndefined; }

// Appends `count` numbers; null is undefined.
absl::Status ReadNumbers(const Json& object, const std::string& name, std::size_t count,
                         std::vector<double>& numbers) {
  const Json* const values = Find(object, name);
  const bool fits = values != nullptr && values->is_array() && values->size() == count &&
                    std::all_of(values->begin(), values->end(), IsNumber);
  if (!fits) return Wrong(name, absl::StrCat("a list of ", count, " numbers"));
  for (const Json& value : *values) numbers.push_back(NumberOf(value));
  return absl::OkStatus();
}

// Appends `rows` times `columns` numbers, row by row; null is undefined.
absl::Status ReadMatrix(const Json& object, const std::string& name, std::size_t rows,
                        std::size_t columns, std::vector<double>& numbers) {
  const absl::Status wrong =
      Wrong(name, absl::StrCat(rows, " lists of ", columns, " numbers, one list a layer"));
  const Json* const lists = Find(object, name);
  if (lists == nullptr || !lists->is_array() || lists->size() != rows) return wrong;
  for (const Json& list : *lists) {
    if (!list.is_array() || list.size() != columns ||
        !std::all_of(list.begin(), list.end(), IsNumber)) {
      return wrong;
    }
    for (const Json& value : list) numbers.push_back(NumberOf(value));
  }
  return absl::OkStatus();
}

// Nothing where it is no number.
std::optional<double> OptionalNumber(const Json& object, const std::string& name) {
  const Json* const value = Find(object, name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->get<double>();
}

std::vector<std::string> Texts(const Json& object, const std::string& name) {
  std::vector<std::string> texts;
  const Json* const values = Find(object, name);
  if (values == nullptr || !values->is_array()) return texts;
  for (const Json& value : *values) {
    // A caution has a name for programs and a sentence.
    const Json* const sentence = Find(value, "text");
    const Json& text = sentence != nullptr ? *sentence : value;
    if (text.is_string()) texts.push_back(text.get<std::string>());
  }
  return texts;
}

std::string TextOf(const Json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Lists that are short and shown nowhere else.
bool IsShownList(const std::string& name) {
  return name == "fold_sizes" || name == "training_sizes" || name == "purged_words" ||
         name == "constant_sensors";
}

void ReadFacts(const Json& object, const std::string& prefix, ReportData& data) {
  for (const auto& [name, value] : object.items()) {
    if (name == "uncertainty" || name == "rigour") continue;  // they have sections of their own
    if (value.is_object() && prefix.empty()) {
      ReadFacts(value, absl::StrCat(name, "."), data);
    } else if (value.is_primitive() ||
               (value.is_array() && (!prefix.empty() || IsShownList(name)))) {
      data.facts.emplace_back(prefix + name, value.is_null() ? "not defined" : TextOf(value));
    }
  }
}

// [lows], [highs]. An interval of a layer that has none is null.
absl::Status ReadIntervals(const Json& object, const std::string& name, std::size_t layers,
                           ReportData& data) {
  std::vector<double> both;
  if (absl::Status status = ReadMatrix(object, name, 2, layers, both); !status.ok()) return status;
  const auto middle = both.begin() + static_cast<std::ptrdiff_t>(layers);
  data.t_max_low.assign(both.begin(), middle);
  data.t_max_high.assign(middle, both.end());
  return absl::OkStatus();
}

// [low, high]; nothing where an end is undefined.
absl::Status ReadEnds(const Json& object, const std::string& name, std::optional<double>& low,
                      std::optional<double>& high) {
  if (Find(object, name) == nullptr) return absl::OkStatus();
  std::vector<double> ends;
  if (absl::Status status = ReadNumbers(object, name, 2, ends); !status.ok()) return status;
  if (std::isfinite(ends[0])) low = ends[0];
  if (std::isfinite(ends[1])) high = ends[1];
  return absl::OkStatus();
}

absl::Status ReadNoRelation(const Json& tests, ReportData& data) {
  data.nulls = static_cast<int>(OptionalNumber(tests, "nulls").value_or(0));
  if (data.nulls == 0) return absl::OkStatus();
  data.p_max = OptionalNumber(tests, "p_max");
  if (const Json& by = MemberOf(tests, "null_by"); by.is_string()) data.null_by = by;
  data.p_clusters = OptionalNumber(MemberOf(tests, "clusters"), "p_max");
  data.familywise_threshold = OptionalNumber(tests, "familywise_threshold");
  if (Find(tests, "p_familywise") == nullptr) return absl::OkStatus();
  return ReadMatrix(tests, "p_familywise", data.layers(), data.times(), data.p_cell);
}

// Standard errors become halves of intervals where there is a quantile of Student's t.
absl::Status ReadCellIntervals(const Json& uncertainty, ReportData& data) {
  const std::optional<double> quantile = OptionalNumber(uncertainty, "t_quantile");
  if (!quantile.has_value() || Find(uncertainty, "se_refit") == nullptr) return absl::OkStatus();
  std::vector<double> errors;
  absl::Status status = ReadMatrix(uncertainty, "se_refit", data.layers(), data.times(), errors);
  std::vector<double> of_alphas;
  if (status.ok() && Find(uncertainty, "se_alphas") != nullptr) {
    status = ReadMatrix(uncertainty, "se_alphas", data.layers(), data.times(), of_alphas);
  }
  if (!status.ok()) return status;
  of_alphas.resize(errors.size(), 0.0);  // where none is known
  for (std::size_t cell = 0; cell < errors.size(); ++cell) {
    data.half_interval.push_back(*quantile * (errors[cell] + of_alphas[cell]));
  }
  return absl::OkStatus();
}

absl::Status ReadUncertainty(const Json& uncertainty, ReportData& data) {
  if (const Json* const tests = Find(uncertainty, "no_relation"); tests != nullptr) {
    if (absl::Status status = ReadNoRelation(*tests, data); !status.ok()) return status;
  }
  if (absl::Status status = ReadCellIntervals(uncertainty, data); !status.ok()) return status;
  if (Find(uncertainty, "t_max_interval") != nullptr) {
    const absl::Status status = ReadIntervals(uncertainty, "t_max_interval", data.layers(), data);
    if (!status.ok()) return status;
  }
  absl::Status status = ReadEnds(uncertainty, "slope_interval", data.slope_low, data.slope_high);
  status.Update(
      ReadEnds(uncertainty, "half_slope_interval", data.half_slope_low, data.half_slope_high));
  status.Update(ReadEnds(uncertainty, "temporal_score_spread", data.score_spread_low,
                         data.score_spread_high));
  if (const Json& sides = MemberOf(uncertainty, "autocorrelation"); Find(sides, "lag_1")) {
    status.Update(ReadNumbers(sides, "lag_1", data.layers(), data.lag_1));
  }
  if (!status.ok()) return status;
  data.simultaneous_quantile = OptionalNumber(uncertainty, "simultaneous_quantile");
  data.brain_drift = OptionalNumber(MemberOf(uncertainty, "drift"), "brain");
  data.model_drift = OptionalNumber(MemberOf(uncertainty, "drift"), "model");
  if (const Json* const order = Find(uncertainty, "order"); order != nullptr) {
    data.p_order = OptionalNumber(*order, "two_level_p_temporal_score");
    data.p_order_has_two_levels = data.p_order.has_value();
    if (!data.p_order.has_value()) data.p_order = OptionalNumber(*order, "p_temporal_score");
    data.half_slope = OptionalNumber(*order, "half_slope");
    if (Find(*order, "t_half") != nullptr) {
      status.Update(ReadNumbers(*order, "t_half", data.layers(), data.t_half));
      if (!status.ok()) return status;
    }
  }
  data.has_draws = OptionalNumber(uncertainty, "draws").value_or(0) > 0;
  data.degrees_of_freedom = OptionalNumber(MemberOf(uncertainty, "blocks"), "df").value_or(0);
  data.cautions = Texts(uncertainty, "cautions");
  const Json& cautions = MemberOf(uncertainty, "cautions");
  data.both_sides_drift = std::any_of(cautions.begin(), cautions.end(), [](const Json& caution) {
    return MemberOf(caution, "name") == "both_sides_drift";
  });
  return absl::OkStatus();
}

// Nothing where there are not `count` numbers.
std::vector<double> OptionalNumbersIn(const Json& object, const std::string& name,
                                      std::size_t count) {
  std::vector<double> numbers;
  return ReadNumbers(object, name, count, numbers).ok() ? numbers : std::vector<double>();
}

// Sealed recordings do not tell scores of folds.
absl::Status ReadFolds(const Json& json, ReportData& data) {
  const Json* const folds = Find(json, "score_per_fold");
  if (folds == nullptr || (folds->is_array() && folds->empty())) return absl::OkStatus();
  if (!folds->is_array() || folds->size() > kMostCells / data.score.size()) {
    return Wrong("score_per_fold", "a list of matrices, one a fold");
  }
  const auto best = BestCell(data);
  const std::size_t layer = best.has_value() ? best->first : 0;
  for (const Json& fold : *folds) {
    std::vector<double> score;
    const absl::Status status = ReadMatrix({{"score_per_fold", fold}}, "score_per_fold",
                                           data.layers(), data.times(), score);
    if (!status.ok()) return status;
    const auto row = score.begin() + static_cast<std::ptrdiff_t>(layer * data.times());
    data.fold_score.insert(data.fold_score.end(), row,
                           row + static_cast<std::ptrdiff_t>(data.times()));
  }
  data.test_words = OptionalNumbersIn(json, "fold_sizes", data.folds());
  data.training_words = OptionalNumbersIn(json, "training_sizes", data.folds());
  data.purged_words = OptionalNumbersIn(json, "purged_words", data.folds());
  return absl::OkStatus();
}

absl::Status ReadGeneralisation(const Json& json, ReportData& data) {
  constexpr char kName[] = "time_generalisation";
  const Json* const layers = Find(json, kName);
  if (layers == nullptr) return absl::OkStatus();
  if (!layers->is_array() || layers->size() != data.layers() ||
      data.times() > kMostCells / data.score.size()) {
    return Wrong(kName, "a list of matrices, one a layer");
  }
  for (const Json& layer : *layers) {
    const absl::Status status =
        ReadMatrix({{kName, layer}}, kName, data.times(), data.times(), data.time_generalisation);
    if (!status.ok()) return Wrong(kName, "a matrix of times by times for each layer");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ReportData> ReadReportData(const std::string& result_json) {
  const Json json = Json::parse(result_json, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return absl::InvalidArgumentError(
        "This is no result: a JSON object is needed, as --out writes.");
  }
  ReportData data;
  data.layer_names = Texts(json, "layer_names");
  const std::size_t layers = data.layers();
  const Json* const times = Find(json, "times");
  if (layers == 0) return Wrong("layer_names", "a list of names");
  if (times == nullptr || !times->is_array() || times->empty() ||
      times->size() > kMostCells / layers) {
    return Wrong("times", "a list of numbers");
  }
  for (const absl::Status& status :
       {ReadNumbers(json, "times", times->size(), data.times_seconds),
        ReadNumbers(json, "depth", layers, data.depth),
        ReadNumbers(json, "t_max", layers, data.t_max),
        ReadMatrix(json, "score", layers, times->size(), data.score)}) {
    if (!status.ok()) return status;
  }
  if (!std::all_of(data.times_seconds.begin(), data.times_seconds.end(),
                   [](double time) { return std::isfinite(time); }) ||
      !std::is_sorted(data.times_seconds.begin(), data.times_seconds.end())) {
    return Wrong("times", "a list of numbers that ascend");
  }
  data.temporal_score = OptionalNumber(json, "temporal_score").value_or(kUndefined);
  data.temporal_score_p = OptionalNumber(json, "temporal_score_p").value_or(kUndefined);
  data.warnings = Texts(json, "warnings");
  data.notes = Texts(json, "notes");
  ReadFacts(json, "", data);
  if (const Json* const options = Find(json, "options"); options != nullptr) {
    if (const Json* const metric = Find(*options, "metric"); metric != nullptr) {
      data.metric = TextOf(*metric);
    }
    data.nuisance = Texts(*options, "nuisance");
    if (const Json* const direction = Find(*options, "direction"); direction != nullptr) {
      data.is_gain = !data.nuisance.empty() && TextOf(*direction) == Name(Direction::kModelToBrain);
    }
  }
  if (const Json* const uncertainty = Find(json, "uncertainty"); uncertainty != nullptr) {
    if (absl::Status status = ReadUncertainty(*uncertainty, data); !status.ok()) return status;
  }
  for (const absl::Status& status : {ReadFolds(json, data), ReadGeneralisation(json, data)}) {
    if (!status.ok()) return status;
  }
  data.methods = MethodsText(json);
  const Json& verdict = MemberOf(MemberOf(json, "rigour"), "verdict");
  if (!verdict.is_null()) {
    data.verdict = {{"Established", Texts(verdict, "established")},
                    {"Not established", Texts(verdict, "not_established")},
                    {"Not testable", Texts(verdict, "not_testable")},
                    {"Described, without a test", Texts(verdict, "described")}};
  }
  return data;
}

bool HasInterval(const ReportData& data, std::size_t layer) {
  return !data.t_max_low.empty() && std::isfinite(data.t_max_low[layer]) &&
         std::isfinite(data.t_max_high[layer]);
}

std::optional<std::pair<std::size_t, std::size_t>> BestCell(const ReportData& data) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < data.score.size(); ++i) {
    if (std::isnan(data.score[i])) continue;
    if (!best.has_value() || data.score[i] > data.score[*best]) best = i;
  }
  if (!best.has_value()) return std::nullopt;
  return std::make_pair(*best / data.times(), *best % data.times());
}

std::optional<DepthFit> FitDepth(const ReportData& data) {
  double count = 0;
  double depth_sum = 0;
  double time_sum = 0;
  const auto is_defined = [&data](std::size_t l) {
    return std::isfinite(data.depth[l]) && std::isfinite(data.t_max[l]);
  };
  for (std::size_t l = 0; l < data.layers(); ++l) {
    if (!is_defined(l)) continue;
    count += 1;
    depth_sum += data.depth[l];
    time_sum += data.t_max[l];
  }
  if (count < 2) return std::nullopt;
  double squares = 0;
  double products = 0;
  for (std::size_t l = 0; l < data.layers(); ++l) {
    if (!is_defined(l)) continue;
    const double from_mean = data.depth[l] - depth_sum / count;
    squares += from_mean * from_mean;
    products += from_mean * (data.t_max[l] - time_sum / count);
  }
  if (!(squares > 0)) return std::nullopt;
  const double slope = products / squares;
  return DepthFit{.slope = slope,
                  .intercept_seconds = time_sum / count - slope * depth_sum / count};
}

std::string ScoreName(const std::string& metric, bool is_gain) {
  if (is_gain) return absl::StrCat(ScoreName(metric, false), " gained over nuisance");
  if (metric == "pearson") return "Pearson r";
  if (metric == "r2") return "R\xc2\xb2";
  return metric.empty() ? "score" : metric;
}

}  // namespace brainalign
