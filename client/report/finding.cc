// The sentence that a report begins with.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/report/report_data.h"

namespace brainalign {
namespace {

// Such as "p = 0.012" or "p < 0.001".
std::string PText(double p) { return p < 0.001 ? "p < 0.001" : absl::StrFormat("p = %.2g", p); }

std::string Best(const ReportData& data, std::size_t layer, std::size_t time) {
  const double seconds = data.times_seconds[time];
  return absl::StrFormat("%s = %.3f for %s at %.2f s%s", ScoreName(data.metric),
                         data.At(data.score, layer, time), data.layer_names[layer], seconds,
                         seconds < 0 ? ", before word onset" : "");
}

std::string OrderText(const ReportData& data) {
  if (std::isnan(data.temporal_score)) {
    return "the order of the layers' peaks is undefined";
  }
  const bool is_tested = data.p_order.has_value() || std::isfinite(data.temporal_score_p);
  const double p = data.p_order.value_or(data.temporal_score_p);
  const std::string told = absl::StrCat(
      absl::StrFormat("temporal score %.3f", data.temporal_score),
      is_tested ? absl::StrCat(", ", data.p_order.has_value() ? "" : "parametric ", PText(p)) : "");
  if (!is_tested || p > kSignificantP) {
    return absl::StrCat("the layers' peaks show no clear order in depth (", told, ")");
  }
  return absl::StrCat("deeper layers peak ", data.temporal_score > 0 ? "later" : "earlier", " (",
                      told, ")");
}

std::string FoundIn(const ReportData& data) {
  const auto best = BestCell(data);
  if (!best.has_value()) return "No score is defined.";
  const std::string cell = Best(data, best->first, best->second);
  // Fewer nulls cannot reach the level, whatever the scores are.
  const bool is_tested = data.p_max.has_value() && 1.0 / (1.0 + data.nulls) <= kSignificantP;
  if (is_tested && *data.p_max > kSignificantP) {
    return absl::StrCat("No alignment was shown: the largest score, ", cell,
                        ", does not exceed chance (", PText(*data.p_max), ", ", data.nulls,
                        " nulls).");
  }
  std::string chance = "was not tested against chance";
  if (is_tested) {
    chance = absl::StrCat("exceeds chance (", PText(*data.p_max), ", ", data.nulls, " nulls)");
  } else if (data.p_max.has_value()) {
    chance = absl::StrCat("could not be tested against chance with only ", data.nulls, " nulls");
  }
  return absl::StrCat("The best score, ", cell, ", ", chance, ", and ", OrderText(data), ".");
}

}  // namespace

std::string Finding(const ReportData& data) {
  std::string text;
  for (const std::string& warning : data.warnings) absl::StrAppend(&text, warning, " ");
  return text + FoundIn(data);
}

}  // namespace brainalign
