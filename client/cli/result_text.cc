#include "client/cli/result_text.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/terminal/text.h"
#include "client/cli/uncertainty_text.h"
#include "client/naming/typed_names.h"
#include "client/report/result_warnings.h"

namespace brainalign {
namespace {

constexpr int kLongestName = 24;

std::string Seconds(double value) {
  return std::isnan(value) ? "undefined" : absl::StrFormat("%.3f s", value);
}

std::string Score(double value) {
  return std::isnan(value) ? "undefined" : absl::StrFormat("%.4f", value);
}

// "0.210 to 0.350 s"; of layer l.
std::string IntervalOf(const std::vector<std::optional<Interval>>& intervals, std::size_t l) {
  if (l >= intervals.size() || !intervals[l].has_value()) return "-";
  return absl::StrFormat("%.3f to %.3f s", intervals[l]->low, intervals[l]->high);
}

std::string LayerTable(const AlignmentResult& a, const std::vector<double>& truth) {
  const auto layers = static_cast<std::size_t>(a.layers);
  const bool with_truth = truth.size() == layers;
  const Uncertainty none;
  const Uncertainty& u = a.uncertainty.has_value() ? *a.uncertainty : none;
  const bool with_intervals = u.intervals.t_max.size() == layers;
  const bool with_half = u.order.has_value() && u.order->t_half.size() == layers;
  const bool with_lag = a.autocorrelation_lag_1.size() == layers;
  int name_columns = ColumnsOf("layer");
  for (const std::string& name : a.layer_names) {
    name_columns = std::max(name_columns, ColumnsOf(Printable(name)));
  }
  name_columns = std::min(name_columns, kLongestName);

  std::string text = absl::StrFormat("%s  %6s  %9s", Fit("layer", name_columns), "depth", "t_max");
  if (with_intervals) absl::StrAppendFormat(&text, "  %17s", "95 % interval");
  if (with_half) absl::StrAppendFormat(&text, "  %9s", "t_half");
  if (with_truth) absl::StrAppendFormat(&text, "  %10s", "true delay");
  absl::StrAppendFormat(&text, "  %10s  %9s", "best score", "at");
  if (with_lag) absl::StrAppendFormat(&text, "  %5s", "lag 1");
  text += "\n";
  bool split = false;
  for (std::size_t l = 0; l < layers; ++l) {
    const auto row = a.score.begin() + static_cast<std::ptrdiff_t>(l) * a.times;
    const double best = *std::max_element(row, row + a.times);
    absl::StrAppend(&text, Fit(Printable(a.layer_names[l]), name_columns),
                    absl::StrFormat("  %6.3f  %9s", a.depth[l], Seconds(a.readout.t_max[l])));
    if (with_intervals) absl::StrAppendFormat(&text, "  %17s", IntervalOf(u.intervals.t_max, l));
    if (with_half) absl::StrAppendFormat(&text, "  %9s", Seconds(u.order->t_half[l]));
    if (with_truth) absl::StrAppendFormat(&text, "  %10s", Seconds(truth[l]));
    absl::StrAppendFormat(&text, "  %10.4f  %9s", best, Seconds(a.readout.t_argmax[l]));
    if (with_lag) absl::StrAppendFormat(&text, "  %5.2f", a.autocorrelation_lag_1[l]);
    text += a.readout.t_max_contiguous[l] ? "\n" : " *\n";
    split = split || !a.readout.t_max_contiguous[l];
  }
  if (split) text += "* the times that t_max averages are not one stretch\n";
  if (with_lag) text += "lag 1: autocorrelation of the layer's activations from word to word\n";
  return text;
}

// Of each layer, how far the map that is fitted at the best time serves other times. Nothing if it
// was not asked for.
std::string GeneralisationText(const AlignmentResult& a) {
  const auto times = static_cast<std::size_t>(a.times);
  if (a.time_generalisation.empty() || a.time_generalisation.size() != a.score.size() * times) {
    return "";
  }
  std::string text =
      "time generalisation: where the map of a layer's best time scores at least half of its score "
      "at that time\n";
  for (std::size_t l = 0; l < static_cast<std::size_t>(a.layers); ++l) {
    const auto score = a.score.begin() + static_cast<std::ptrdiff_t>(l * times);
    const auto best = static_cast<std::size_t>(
        std::max_element(score, score + static_cast<std::ptrdiff_t>(times)) - score);
    const double* const map = a.time_generalisation.data() + (l * times + best) * times;
    std::vector<std::size_t> served;
    for (std::size_t t = 0; t < times; ++t) {
      if (map[best] > 0 && map[t] >= map[best] / 2) served.push_back(t);
    }
    absl::StrAppend(&text, "  ", Fit(Printable(a.layer_names[l]), kLongestName), "  ");
    if (served.empty()) {
      text += "undefined, the best score is not above 0\n";
      continue;
    }
    absl::StrAppendFormat(&text, "fitted at %s: %d of %d times, within %s to %s\n",
                          Seconds(a.times_seconds[best]), served.size(), times,
                          Seconds(a.times_seconds[served.front()]),
                          Seconds(a.times_seconds[served.back()]));
  }
  return text;
}

// Nothing for a result of before jobs checked themselves.
std::string SelfCheckLine(const SelfCheck& check) {
  if (check.cells == 0) return "";
  if (std::isnan(check.largest_difference)) {
    return absl::StrFormat(
        "self-check: %d cells computed again in float64, largest difference not released\n",
        check.cells);
  }
  return absl::StrFormat(
      "self-check: %d cells computed again in float64, largest difference %.1g%s\n", check.cells,
      check.largest_difference,
      check.fell_back ? "; float32 was not accurate enough, everything is in float64" : "");
}

// What a condition selected, and what its folds are.
std::string SelectionLine(const AlignmentResult& a) {
  std::int64_t purged = 0;
  for (const std::int64_t words : a.input.purged_words) purged += words;
  std::string text =
      absl::StrFormat("words where %s: %d of %d selected", Printable(a.spec.where),
                      a.input.words_given - a.input.unselected_words, a.input.words_given);
  if (a.input.words_without_value > 0) {
    absl::StrAppendFormat(&text, " (%d left out because a value is missing)",
                          a.input.words_without_value);
  }
  if (!a.input.fold_sizes.empty()) {
    absl::StrAppendFormat(&text, "; test folds of %s words, %d purged over all folds",
                          absl::StrJoin(a.input.fold_sizes, ", "), purged);
  }
  return text + "\n";
}

// What the activations and the nuisance have to do with the cell where the activations add most.
std::string BandLines(const AlignmentResult& a) {
  std::string text = absl::StrCat(
      "nuisance beside the activations: ", Printable(absl::StrJoin(a.spec.nuisance, ", ")),
      "\n  the matrix: score of both together minus that of the nuisance alone\n");
  if (a.score.empty() || a.score_of_band.size() != 2 * a.score.size() ||
      a.product_measure.size() != 2 * a.score.size()) {
    return text;
  }
  const auto best =
      static_cast<std::size_t>(std::max_element(a.score.begin(), a.score.end()) - a.score.begin());
  const double nuisance = a.score_of_band[2 * best];
  absl::StrAppend(&text, "  where that is largest: nuisance ", Score(nuisance), ", activations ",
                  Score(a.score_of_band[2 * best + 1]), ", both ", Score(nuisance + a.score[best]),
                  "; parts in both: nuisance ", Score(a.product_measure[2 * best]),
                  ", activations ", Score(a.product_measure[2 * best + 1]), "\n");
  return text;
}

// What was taken out of the activations, and the most that it has to do with either side.
std::string NuisanceLines(const AlignmentResult& a) {
  const auto most = [](const std::vector<double>& scores) {
    return scores.empty() ? std::numeric_limits<double>::quiet_NaN()
                          : *std::max_element(scores.begin(), scores.end());
  };
  return absl::StrCat(
      "nuisance taken out: ", Printable(absl::StrJoin(a.spec.nuisance, ", ")),
      "\n  it alone predicts the best layer with   ", Score(most(a.nuisance_to_model)),
      "\n  the brain predicts its best column with ", Score(most(a.brain_to_nuisance)), "\n");
}

// What stands below the matrix.
std::string Summary(const JobResult& result) {
  const AlignmentResult& a = result.alignment;
  std::string text;
  if (!result.layer_order.empty() && a.layers > 1) {
    absl::StrAppend(&text, "layers from ", Printable(a.layer_names.front()), " to ",
                    Printable(a.layer_names.back()), ": ", Printable(result.layer_order), "\n\n");
  }
  for (const std::string& warning : ResultWarnings(a.spec)) {
    absl::StrAppend(&text, "WARNING: ", warning, "\n\n");
  }
  const MatrixReadout& r = a.readout;
  absl::StrAppend(&text, "temporal score                     ", Score(r.temporal_score));
  if (!std::isnan(r.temporal_score_p)) {
    // A correlation of 1 up to rounding has no digits of p.
    absl::StrAppend(
        &text, r.temporal_score_p < 1e-15
                   ? std::string(" (parametric p < 1e-15)")
                   : absl::StrFormat(" (parametric p = %.2g, not calibrated)", r.temporal_score_p));
  }
  absl::StrAppend(&text, "\nalignment score, best layer        ",
                  Score(r.alignment_score_best_layer), "\nalignment score, mean of maxima    ",
                  Score(r.alignment_score_mean_of_layer_maxima), "\n");
  text += GeneralisationText(a);
  text += UncertaintyText(a);
  absl::StrAppendFormat(&text, "%d of %d words, preset %s, %s, %s, precision %s\n",
                        a.input.words_used, a.input.words_given, Name(a.spec.preset),
                        Name(a.spec.direction), Name(a.spec.metric), Name(a.spec.precision_used()));
  if (!a.spec.where.empty()) absl::StrAppend(&text, SelectionLine(a));
  if (!a.spec.nuisance.empty()) {
    absl::StrAppend(&text, a.spec.is_banded() ? BandLines(a) : NuisanceLines(a));
  }
  absl::StrAppend(&text, SelfCheckLine(a.self_check));
  for (const std::string& note : a.notes) {
    absl::StrAppend(&text, "note: ", Printable(AsTyped(note)), "\n");
  }
  if (a.constant_targets > 0) {
    absl::StrAppend(&text, "note: ", a.constant_targets,
                    " times a target column was constant on a fold's test words, and scored 0.\n");
  }
  if (result.from_cache) text += "from the cache: an identical job had finished before\n";
  return text;
}

}  // namespace

std::string ResultText(const JobResult& result, const std::vector<double>& true_delays_seconds,
                       MatrixStyle style) {
  const AlignmentResult& a = result.alignment;
  const std::string summary = Summary(result);
  if (a.times == 0) return summary;
  if (style.height > 0) {
    const auto below = std::count(summary.begin(), summary.end(), '\n') + 1;
    style.height = std::max(1, style.height - static_cast<int>(below));
  }
  std::string text = absl::StrCat(LayerTable(a, true_delays_seconds), "\n");
  for (const std::string& line : RenderMatrix(GrowingMatrix(a), style)) {
    absl::StrAppend(&text, line, "\n");
  }
  return absl::StrCat(text, "\n", summary);
}

}  // namespace brainalign
