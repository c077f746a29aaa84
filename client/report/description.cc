// The paragraph that says in words what the matrix shows, for those who do not see it.
#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/report/report_data.h"

namespace brainalign {
namespace {

std::string Counted(std::size_t count, const std::string& thing) {
  return absl::StrCat(count, " ", thing, count == 1 ? "" : "s");
}

std::string ScoresText(const ReportData& data) {
  std::vector<double> scores;
  for (const double score : data.score) {
    if (!std::isnan(score)) scores.push_back(score);
  }
  if (scores.empty()) return "";
  const auto [low, high] = std::minmax_element(scores.begin(), scores.end());
  std::string text = absl::StrFormat(" The scores go from %.3f to %.3f.", *low, *high);
  if (scores.size() < data.score.size()) {
    const std::size_t holes = data.score.size() - scores.size();
    absl::StrAppend(&text, " ", Counted(holes, "cell"), holes == 1 ? " has" : " have",
                    " no score.");
  }
  return text;
}

std::string PeaksText(const ReportData& data) {
  std::vector<std::size_t> defined;
  for (std::size_t l = 0; l < data.layers(); ++l) {
    if (std::isfinite(data.t_max[l])) defined.push_back(l);
  }
  if (defined.empty()) return " No layer has a t_max.";
  const std::size_t first = defined.front();
  const std::size_t last = defined.back();
  if (first == last) {
    return absl::StrFormat(" t_max of %s is %.3f s.", data.layer_names[first], data.t_max[first]);
  }
  std::string text =
      absl::StrFormat(" t_max is %.3f s in %s and %.3f s in %s.", data.t_max[first],
                      data.layer_names[first], data.t_max[last], data.layer_names[last]);
  if (defined.size() < data.layers()) {
    const std::size_t none = data.layers() - defined.size();
    absl::StrAppend(&text, " ", Counted(none, "layer"), none == 1 ? " has" : " have", " no t_max.");
  }
  return text;
}

std::string SignificantText(const ReportData& data) {
  if (data.p_cell.empty()) return "";
  std::size_t count = 0;
  std::size_t first = data.times();
  std::size_t last = 0;
  for (std::size_t i = 0; i < data.p_cell.size(); ++i) {
    if (!(data.p_cell[i] <= kSignificantP)) continue;
    ++count;
    first = std::min(first, i % data.times());
    last = std::max(last, i % data.times());
  }
  if (count == 0) return " No cell has a family-wise p of at most 0.05.";
  return absl::StrFormat(" Of %s, %d %s a family-wise p of at most 0.05, between %.3f and %.3f s.",
                         Counted(data.p_cell.size(), "cell"), count, count == 1 ? "has" : "have",
                         data.times_seconds[first], data.times_seconds[last]);
}

}  // namespace

std::string Description(const ReportData& data) {
  return absl::StrCat(
      absl::StrFormat("%s of %s at %s from %.3f to %.3f s after word onset.", ScoreName(data),
                      Counted(data.layers(), "layer"), Counted(data.times(), "time"),
                      data.times_seconds.front(), data.times_seconds.back()),
      ScoresText(data), PeaksText(data), SignificantText(data));
}

std::string FigureName(const ReportData& data) {
  return absl::StrCat(ScoreName(data), " by layer and time");
}

}  // namespace brainalign
