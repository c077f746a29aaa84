// The sentences that a report begins with.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "client/report/report_data.h"

namespace brainalign {
namespace {

// Such as "p = 0.012" or "p < 0.001".
std::string PText(double p) { return p < 0.001 ? "p < 0.001" : absl::StrFormat("p = %.2g", p); }

std::string Best(const ReportData& data, std::size_t layer, std::size_t time) {
  const double seconds = data.times_seconds[time];
  return absl::StrFormat("%s = %.3f for %s at %.2f s%s", ScoreName(data),
                         data.At(data.score, layer, time), data.layer_names[layer], seconds,
                         seconds < 0 ? ", before word onset" : "");
}

// An order is claimed where its test is calibrated and slow drift cannot make it.
std::string PeakOrder(const ReportData& data) {
  if (std::isnan(data.temporal_score)) {
    return "the order of the layers' peaks is undefined";
  }
  const std::string number = absl::StrFormat("%.3f", data.temporal_score);
  if (!data.p_order.has_value() || !data.has_draws) {
    return absl::StrCat("the temporal score is ", number, " (the order was not tested)");
  }
  const std::string p = PText(*data.p_order);
  const std::string told = absl::StrCat("temporal score ", number, ", ", p);
  if (*data.p_order > kSignificantP) {
    return absl::StrCat("the layers' peaks show no clear order in depth (", told, ")");
  }
  if (!data.p_order_has_two_levels && !(data.degrees_of_freedom >= kOrderDegrees)) {
    return absl::StrFormat(
        "the temporal score is %s (%s, not calibrated with %.0f degrees of freedom, fewer than %d)",
        number, p, data.degrees_of_freedom, kOrderDegrees);
  }
  if (data.both_sides_drift) return absl::StrCat("the temporal score is ", number, " (", p, ")");
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
    chance =
        absl::StrCat("exceeds chance (", PText(*data.p_max), ", ", data.nulls, " nulls)",
                     data.both_sides_drift ? ", which slow drift that both share can explain" : "");
  } else if (data.p_max.has_value()) {
    chance = absl::StrCat("could not be tested against chance with only ", data.nulls, " nulls");
  }
  return absl::StrCat("The best score, ", cell, ", ", chance, ", and ", PeakOrder(data), ".");
}

// No more than the verdict establishes: the claim of its first sentence, which ends at a colon.
std::string EstablishedIn(const ReportData& data) {
  const std::vector<std::string>& established = data.verdict.front().second;
  std::string claim = "No relation was established (see the verdict).";
  if (!established.empty()) {
    const std::string& sentence = established.front();
    claim = absl::StrCat(absl::StripSuffix(sentence.substr(0, sentence.find(": ")), "."),
                         " (see the verdict).");
  }
  const auto best = BestCell(data);
  if (!best.has_value()) return claim;
  return absl::StrCat(claim, " The best score is ", Best(data, best->first, best->second), ".");
}

std::string NuisanceText(const ReportData& data) {
  if (data.nuisance.empty()) return "";
  const std::size_t count = data.nuisance.size();
  if (data.is_gain) {
    return absl::StrCat(" Scores are what the activations add to ", count,
                        count == 1 ? " feature" : " features",
                        " of no interest (nuisance) in predicting the brain.");
  }
  return absl::StrCat(" Linear effects of ", count, count == 1 ? " feature" : " features",
                      " of no interest (nuisance) were taken out of the activations.");
}

}  // namespace

std::string Finding(const ReportData& data) {
  std::string text;
  for (const std::string& warning : data.warnings) absl::StrAppend(&text, warning, " ");
  return absl::StrCat(text, data.verdict.empty() ? FoundIn(data) : EstablishedIn(data),
                      NuisanceText(data));
}

}  // namespace brainalign
