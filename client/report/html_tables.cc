#include "client/report/html_tables.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/naming/typed_names.h"
#include "client/report/markup.h"
#include "client/report/methods_text.h"
#include "core/version.h"

namespace brainalign {
namespace {

std::string TimeText(double seconds) {
  return std::isnan(seconds) ? "undefined" : absl::StrFormat("%.3f s", seconds);
}

std::string Row(const std::string& kind, const std::vector<std::string>& texts) {
  std::string row = "<tr>";
  for (const std::string& text : texts) {
    absl::StrAppend(&row, "<", kind, ">", MarkupText(text), "</", kind, ">");
  }
  return absl::StrCat(row, "</tr>\n");
}

std::string List(const std::vector<std::string>& texts) {
  std::string list = "<ul>\n";
  for (const std::string& text : texts) absl::StrAppend(&list, "<li>", MarkupText(text), "</li>\n");
  return absl::StrCat(list, "</ul>");
}

const char* HowNullsAreMade(const ReportData& data) {
  if (data.null_by == "swap") return "the recording of each session met the activations of another";
  if (data.null_by == "shift") return "the words were shifted against each other";
  return "the relation was broken in a way that this version does not know";
}

std::string ShareOfDrift(const std::optional<double>& share) {
  return share.has_value() ? absl::StrFormat("%.1f %%", 100 * *share) : "not measurable";
}

// The time of the largest score of a layer; nothing if none is defined.
std::optional<std::size_t> BestTime(const ReportData& data, std::size_t layer) {
  std::optional<std::size_t> best;
  for (std::size_t t = 0; t < data.times(); ++t) {
    const double score = data.At(data.score, layer, t);
    if (std::isnan(score)) continue;
    if (!best.has_value() || score > data.At(data.score, layer, *best)) best = t;
  }
  return best;
}

}  // namespace

std::string ReportLayerTable(const ReportData& data) {
  const bool has_intervals = !data.t_max_low.empty();
  std::vector<std::string> heads = {"layer", "depth", "t_max"};
  if (has_intervals) heads.push_back("95 % interval");
  if (!data.t_half.empty()) heads.push_back("t_half");
  heads.insert(heads.end(), {"best score", "at"});
  if (!data.p_cell.empty()) heads.push_back("family-wise p");
  if (!data.lag_1.empty()) heads.push_back("autocorrelation over words, lag 1");
  std::string table = absl::StrCat("<table><thead>", Row("th", heads), "</thead><tbody>\n");
  for (std::size_t l = 0; l < data.layers(); ++l) {
    std::vector<std::string> texts = {data.layer_names[l], absl::StrFormat("%.3f", data.depth[l]),
                                      TimeText(data.t_max[l])};
    if (has_intervals) {
      texts.push_back(HasInterval(data, l)
                          ? absl::StrFormat("%.3f to %.3f s", data.t_max_low[l], data.t_max_high[l])
                          : "undefined");
    }
    if (!data.t_half.empty()) texts.push_back(TimeText(data.t_half[l]));
    const std::optional<std::size_t> best = BestTime(data, l);
    texts.push_back(best.has_value() ? absl::StrFormat("%.4f", data.At(data.score, l, *best))
                                     : "undefined");
    texts.push_back(best.has_value() ? TimeText(data.times_seconds[*best]) : "");
    if (!data.p_cell.empty()) {
      texts.push_back(best.has_value() ? absl::StrFormat("%.3g", data.At(data.p_cell, l, *best))
                                       : "");
    }
    if (!data.lag_1.empty()) {
      texts.push_back(std::isfinite(data.lag_1[l]) ? absl::StrFormat("%.2f", data.lag_1[l])
                                                   : "undefined");
    }
    absl::StrAppend(&table, Row("td", texts));
  }
  return absl::StrCat(table, "</tbody></table>");
}

std::string FoldSection(const ReportData& data) {
  if (data.folds() == 0) return "<p>The result does not contain the scores of folds.</p>";
  std::vector<std::string> heads = {"fold"};
  if (!data.test_words.empty()) heads.push_back("held-out words");
  if (!data.training_words.empty()) heads.push_back("training words");
  if (!data.purged_words.empty()) heads.push_back("purged words");
  const auto best = BestCell(data);
  if (best.has_value()) {
    heads.push_back(absl::StrFormat("score of %s at %.3f s", data.layer_names[best->first],
                                    data.times_seconds[best->second]));
  }
  std::string table = absl::StrCat("<table><thead>", Row("th", heads), "</thead><tbody>\n");
  for (std::size_t k = 0; k < data.folds(); ++k) {
    std::vector<std::string> texts = {absl::StrCat("fold ", k + 1)};
    for (const auto* counts : {&data.test_words, &data.training_words, &data.purged_words}) {
      if (!counts->empty()) texts.push_back(absl::StrFormat("%.0f", (*counts)[k]));
    }
    if (best.has_value()) {
      const double score = data.At(data.fold_score, k, best->second);
      texts.push_back(std::isnan(score) ? "undefined" : absl::StrFormat("%.4f", score));
    }
    absl::StrAppend(&table, Row("td", texts));
  }
  return absl::StrCat("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Folds\">",
                      table, "</tbody></table></div>");
}

std::string UncertaintyList(const ReportData& data) {
  std::vector<std::string> texts;
  if (data.p_max.has_value()) {
    texts.push_back(absl::StrFormat(
        "No relation between recording and model: p = %.3g for the largest score, from %d nulls "
        "in which %s.",
        *data.p_max, data.nulls, HowNullsAreMade(data)));
  } else {
    texts.push_back("The scores were not tested against chance.");
  }
  if (data.p_order.has_value()) {
    texts.push_back(absl::StrFormat(
        "One time course for all layers: p = %.3g for the temporal score%s.", *data.p_order,
        data.p_order_has_two_levels ? ", from two levels of draws" : ""));
  } else if (std::isfinite(data.temporal_score_p)) {
    texts.push_back(absl::StrFormat(
        "The order of the peaks was not tested. The parametric p = %.2g of the "
        "temporal score treats layers as independent: at 0.05 it rejected 4 %% of data "
        "without order if they were, and 10 to 37 %% if neighbours were correlated.",
        data.temporal_score_p));
  }
  if (data.p_clusters.has_value()) {
    texts.push_back(absl::StrFormat("No relation, by the mass of the largest cluster: p = %.3g.",
                                    *data.p_clusters));
  }
  if (data.half_slope.has_value()) {
    std::string slope = absl::StrFormat("The slope of t_half is %.0f ms per unit of depth",
                                        1000 * *data.half_slope);
    if (data.half_slope_low.has_value() && data.half_slope_high.has_value()) {
      absl::StrAppendFormat(&slope, " (95 %% interval %.0f to %.0f)", 1000 * *data.half_slope_low,
                            1000 * *data.half_slope_high);
    }
    texts.push_back(slope + ".");
  }
  if (data.score_spread_low.has_value() && data.score_spread_high.has_value()) {
    texts.push_back(absl::StrFormat("95 %% of the drawn temporal scores are from %.2f to %.2f.",
                                    *data.score_spread_low, *data.score_spread_high));
  }
  if (data.simultaneous_quantile.has_value()) {
    texts.push_back(
        absl::StrFormat("The simultaneous band of all cells is the score +- %.2f standard errors.",
                        *data.simultaneous_quantile));
  }
  if (data.brain_drift || data.model_drift || !data.lag_1.empty()) {
    texts.push_back(absl::StrCat(
        "Share of slow drift over a session in the variance, beyond "
        "chance: recording ",
        ShareOfDrift(data.brain_drift), ", activations ", ShareOfDrift(data.model_drift), "."));
  }
  if (data.half_interval.empty() && data.t_max_low.empty()) {
    texts.push_back("There are no intervals in this result.");
  }
  texts.insert(texts.end(), data.cautions.begin(), data.cautions.end());
  return List(texts);
}

std::string VerdictSection(const ReportData& data) {
  if (data.verdict.empty()) return "";
  std::string section = "<section>\n<h2>Verdict</h2>\n";
  for (const auto& [head, sentences] : data.verdict) {
    absl::StrAppend(&section, "<h3>", MarkupText(head), "</h3>\n",
                    sentences.empty() ? "<p>Nothing.</p>" : List(sentences), "\n");
  }
  return absl::StrCat(section, "</section>\n");
}

std::string NoteList(const ReportData& data) {
  if (data.notes.empty()) return "<p>None.</p>";
  std::vector<std::string> texts;
  for (const std::string& note : data.notes) texts.push_back(AsTyped(note));
  return List(texts);
}

std::string FactTable(const ReportData& data) {
  std::string table = "<table class=\"facts\"><tbody>\n";
  for (const auto& [name, value] : data.facts) {
    absl::StrAppend(&table, Row("td", {name, value}));
  }
  absl::StrAppend(&table, Row("td", {"report made by", absl::StrCat("brainalign ", Version())}));
  return absl::StrCat(table, "</tbody></table>");
}

std::string MethodsToAddList() { return List(MethodsToAdd()); }

}  // namespace brainalign
