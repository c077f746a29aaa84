#ifndef BRAINALIGN_CLIENT_REPORT_REPORT_DATA_H_
#define BRAINALIGN_CLIENT_REPORT_REPORT_DATA_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

namespace brainalign {

// A p value of this or less is called significant.
constexpr double kSignificantP = 0.05;
// p_order from one level of draws is known to be too small below this many degrees of freedom.
inline constexpr int kOrderDegrees = 40;

// A straight line of t_max on depth, by least squares.
struct DepthFit {
  double slope = 0;  // seconds per unit of depth
  double intercept_seconds = 0;
};

// What reports and figures show of a result. NaN: undefined. (L, T) arrays are layer-major.
struct ReportData {
  std::vector<std::string> layer_names;  // (L)
  std::vector<double> depth;             // (L)
  std::vector<double> times_seconds;     // (T) ascending
  std::vector<double> score;             // (L, T)
  std::string metric;                    // "pearson" or "r2"; empty: not told
  std::vector<double> t_max;             // (L) seconds
  double temporal_score = 0;
  double temporal_score_p = 0;        // parametric
  std::vector<std::string> warnings;  // to be read before any number
  std::vector<std::string> notes;
  std::vector<std::string> nuisance;  // names of features of no interest
  // Whether scores are what the activations add to the nuisance (AlignmentSpec::is_banded), which
  // is else taken out of the activations.
  bool is_gain = false;
  // Every other fact of the result that is one value, by its name in the JSON; options as
  // "options.NAME".
  std::vector<std::pair<std::string, std::string>> facts;

  // Of the object "uncertainty"; empty or absent where the result has none.
  int nulls = 0;
  std::string null_by = "shift";  // how nulls are made; an unknown name if a newer version made it
  std::optional<double> p_max;    // of the largest score, under no relation
  std::vector<double> p_cell;     // (L, T) family-wise, under no relation
  // Of the temporal score, under one time course: from two levels of draws where the result has it.
  std::optional<double> p_order;
  bool p_order_has_two_levels = false;
  std::vector<double> half_interval;  // (L, T) half of a cell's 95 % interval
  std::vector<double> t_max_low;      // (L) seconds
  std::vector<double> t_max_high;     // (L) seconds
  std::vector<double> t_half;         // (L) seconds
  std::vector<double> lag_1;          // (L) autocorrelation of a layer's activations over words
  std::optional<double> p_clusters;   // of the largest cluster, under no relation
  std::optional<double> brain_drift;  // share of variance of slow drift, beyond chance
  std::optional<double> model_drift;
  std::optional<double> slope_low;  // of DepthFit::slope
  std::optional<double> slope_high;
  std::optional<double> half_slope;  // of t_half, seconds per unit of depth
  std::optional<double> half_slope_low;
  std::optional<double> half_slope_high;
  std::optional<double> score_spread_low;  // 2.5 and 97.5 % of the drawn temporal scores
  std::optional<double> score_spread_high;
  std::optional<double> simultaneous_quantile;  // of the band of all cells, in standard errors
  std::vector<std::string> cautions;
  bool both_sides_drift = false;  // as a caution says
  bool has_draws = false;
  double degrees_of_freedom = 0;  // of the blocks
  // A score above this has a family-wise p of at most kSignificantP: the null's largest scores.
  std::optional<double> familywise_threshold;

  // Of each fold; empty where the result does not tell. K folds.
  // (K, T) of the layer that has the best score of all
  std::vector<double> fold_score;
  std::vector<double> test_words;  // (K), or empty; as the next two
  std::vector<double> training_words;
  std::vector<double> purged_words;

  // (L, T, T) or empty: the map of a time (second axis) scored at another (third axis).
  std::vector<double> time_generalisation;

  std::string methods;  // MethodsText

  // Of the verdict of --rigour: (head, its sentences), what is established first; empty: there is
  // none.
  std::vector<std::pair<std::string, std::vector<std::string>>> verdict;

  std::size_t layers() const { return layer_names.size(); }
  std::size_t times() const { return times_seconds.size(); }
  std::size_t folds() const { return fold_score.size() / times(); }
  double At(const std::vector<double>& matrix, std::size_t layer, std::size_t time) const {
    return matrix[layer * times() + time];
  }
};

// The data of a result as ResultToJson writes it. INVALID_ARGUMENT names what is missing or has
// another type or shape.
absl::StatusOr<ReportData> ReadReportData(const std::string& result_json);

// Whether t_max of a layer has an interval.
bool HasInterval(const ReportData& data, std::size_t layer);

// Layer and time of the largest score. Nothing if no score is defined.
std::optional<std::pair<std::size_t, std::size_t>> BestCell(const ReportData& data);

// Nothing with fewer than two different depths that have a t_max.
std::optional<DepthFit> FitDepth(const ReportData& data);

// The name of a metric's score for people, such as "Pearson r" of "pearson". `is_gain`: as above.
std::string ScoreName(const std::string& metric, bool is_gain);
inline std::string ScoreName(const ReportData& data) {
  return ScoreName(data.metric, data.is_gain);
}

// The finding: the best score, whether it differs from chance if that was tested, and whether t_max
// rises with depth; with a verdict, no more than that establishes. Warnings stand before it.
std::string Finding(const ReportData& data);

// What the matrix shows in sentences, for those who do not see it: shape, range, peaks, cells that
// exceed chance.
std::string Description(const ReportData& data);

// The name of the figure, such as "Pearson r by layer and time".
std::string FigureName(const ReportData& data);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_REPORT_DATA_H_
