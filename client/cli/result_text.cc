#include "client/cli/result_text.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/terminal/text.h"

namespace brainalign {
namespace {

constexpr int kLongestName = 24;

std::string Seconds(double value) {
  return std::isnan(value) ? "undefined" : absl::StrFormat("%.3f s", value);
}

std::string Score(double value) {
  return std::isnan(value) ? "undefined" : absl::StrFormat("%.4f", value);
}

std::string LayerTable(const AlignmentResult& a, const std::vector<double>& truth) {
  const bool with_truth = truth.size() == static_cast<std::size_t>(a.layers);
  int name_columns = ColumnsOf("layer");
  for (const std::string& name : a.layer_names) {
    name_columns = std::max(name_columns, ColumnsOf(Printable(name)));
  }
  name_columns = std::min(name_columns, kLongestName);

  std::string text = absl::StrFormat("%s  %6s  %9s", Fit("layer", name_columns), "depth", "t_max");
  if (with_truth) absl::StrAppendFormat(&text, "  %10s", "true delay");
  absl::StrAppendFormat(&text, "  %10s  %9s\n", "best score", "at");
  bool split = false;
  for (std::size_t l = 0; l < static_cast<std::size_t>(a.layers); ++l) {
    const auto row = a.score.begin() + static_cast<std::ptrdiff_t>(l) * a.times;
    const double best = *std::max_element(row, row + a.times);
    absl::StrAppend(&text, Fit(Printable(a.layer_names[l]), name_columns),
                    absl::StrFormat("  %6.3f  %9s", a.depth[l], Seconds(a.readout.t_max[l])));
    if (with_truth) absl::StrAppendFormat(&text, "  %10s", Seconds(truth[l]));
    absl::StrAppendFormat(&text, "  %10.4f  %9s%s\n", best, Seconds(a.readout.t_argmax[l]),
                          a.readout.t_max_contiguous[l] ? "" : " *");
    split = split || !a.readout.t_max_contiguous[l];
  }
  if (split) text += "* the times that t_max averages are not one stretch\n";
  return text;
}

}  // namespace

std::string ResultText(const JobResult& result, const std::vector<double>& true_delays_seconds,
                       const MatrixStyle& style) {
  const AlignmentResult& a = result.alignment;
  std::string text;
  if (a.times > 0) {
    for (const std::string& line : RenderMatrix(GrowingMatrix(a), style)) {
      absl::StrAppend(&text, line, "\n");
    }
    absl::StrAppend(&text, "\n", LayerTable(a, true_delays_seconds), "\n");
  }
  const MatrixReadout& r = a.readout;
  absl::StrAppend(&text, "temporal score                     ", Score(r.temporal_score));
  if (!std::isnan(r.temporal_score_p)) {
    absl::StrAppendFormat(&text, " (parametric p = %.2g)", r.temporal_score_p);
  }
  absl::StrAppend(&text, "\nalignment score, best layer        ",
                  Score(r.alignment_score_best_layer), "\nalignment score, mean of maxima    ",
                  Score(r.alignment_score_mean_of_layer_maxima), "\n");
  absl::StrAppendFormat(&text, "%d of %d words, preset %s, %s, %s, precision %s\n",
                        a.input.words_used, a.input.words_given, Name(a.spec.preset),
                        Name(a.spec.direction), Name(a.spec.metric), Name(a.spec.precision_used()));
  for (const std::string& note : a.input.notes) {
    absl::StrAppend(&text, "note: ", Printable(note), "\n");
  }
  if (a.constant_targets > 0) {
    absl::StrAppend(&text, "note: ", a.constant_targets,
                    " times a target column was constant on a fold's test words, and scored 0.\n");
  }
  if (result.from_cache) text += "from the cache: an identical job had finished before\n";
  return text;
}

}  // namespace brainalign
