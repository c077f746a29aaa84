#include "client/report/uncertainty_json.h"

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "client/report/json_values.h"
#include "core/align/compare.h"
#include "core/align/not_calibrated.h"
#include "core/result/array.h"

namespace brainalign {
namespace {

using Json = nlohmann::ordered_json;

// (L, T) as rows, or null for an array that is not there.
Json Cells(const std::vector<double>& values, const AlignmentResult& a) {
  if (values.empty()) return {};
  return JsonMatrix(values, 0, static_cast<std::size_t>(a.layers),
                    static_cast<std::size_t>(a.times));
}

// [the low ends, the high ends], each (L).
Json LayerIntervals(const std::vector<std::optional<Interval>>& intervals) {
  Json low = Json::array();
  Json high = Json::array();
  for (const std::optional<Interval>& interval : intervals) {
    low.push_back(interval.has_value() ? Json(interval->low) : Json());
    high.push_back(interval.has_value() ? Json(interval->high) : Json());
  }
  return Json::array({std::move(low), std::move(high)});
}

Json ClustersToJson(const ClusterTests& clusters, const AlignmentResult& a) {
  return {{"p_max", clusters.p_max},
          {"mass", clusters.mass},
          {"p", clusters.p},
          {"cluster_of_cell",
           JsonMatrix(clusters.cluster_of_cell, 0, static_cast<std::size_t>(a.layers),
                      static_cast<std::size_t>(a.times))}};
}

Json NoRelationToJson(const NoRelation& null, const AlignmentResult& a) {
  const NoRelationTests& tests = null.tests;
  const bool swaps = null.null_by == NullBy::kSwap;
  return {{"null_by", Name(null.null_by)},
          {"nulls", null.nulls},
          {"nulls_asked", null.nulls_asked},
          {"min_shift_words", swaps ? Json() : Json(null.min_shift_words)},
          {"words_left_out", null.words_left_out},
          {"p_max", tests.p_max},
          {"smallest_p", 1.0 / (1.0 + null.nulls)},
          {"familywise_threshold", OrNull(tests.familywise_threshold)},
          {"p_mean_of_maxima", tests.p_mean_of_maxima},
          {"p_familywise", Cells(tests.p_familywise, a)},
          {"p_cell", Cells(tests.p_cell, a)},
          {"q_cell", Cells(tests.q_cell, a)},
          {"fdr_limited_by_nulls", swaps ? Json() : Json(tests.fdr_limited_by_nulls)},
          {"p_temporal_score", OrNull(tests.p_temporal_score)},
          {"clusters", swaps ? Json() : ClustersToJson(null.clusters, a)},
          {"largest_basis_difference", null.largest_basis_difference},
          {"words_in_short_sessions", null.words_in_short_sessions},
          {"short_sessions", a.uncertainty_facts.short_sessions}};
}

// What `brainalign compare` needs. The elements are float64, little-endian, in base64.
Json InfluenceToJson(const AlignmentResult& a) {
  const UncertaintyFacts& facts = a.uncertainty_facts;
  Json json = {
      {"shape", {facts.fold_of_block.size(), a.layers, a.times}},
      {"float64_base64", absl::Base64Escape(ToBytes(ComparedOf(a).influence, DType::kF64))},
      {"fold_of_block", facts.fold_of_block},
      {"words_of_block", facts.words_of_block}};
  if (!a.alphas_influence.empty()) {
    json["alphas_float64_base64"] = absl::Base64Escape(ToBytes(a.alphas_influence, DType::kF64));
  }
  return json;
}

}  // namespace

Json IntervalToJson(const std::optional<Interval>& interval) {
  return interval.has_value() ? Json::array({interval->low, interval->high}) : Json();
}

Json UncertaintyToJson(const AlignmentResult& a) {
  if (!a.uncertainty.has_value()) return {};
  const Uncertainty& u = *a.uncertainty;
  const UncertaintyFacts& facts = a.uncertainty_facts;
  Json json = {
      {"slope", OrNull(u.slope)},
      {"temporal_score", a.readout.temporal_score},
      {"temporal_score_p_parametric", a.readout.temporal_score_p},
      {"mean_of_maxima", a.readout.alignment_score_mean_of_layer_maxima},
      {"best", a.readout.alignment_score_best_layer},
      {"no_relation", u.no_relation.has_value() ? NoRelationToJson(*u.no_relation, a) : Json()},
  };
  if (u.blocks.has_value()) {
    json["blocks"] = {{"words", u.blocks->words},
                      {"count", u.blocks->count},
                      {"df", u.blocks->df},
                      {"too_few_for_intervals", u.blocks->too_few_for_intervals},
                      {"too_few_for_simultaneous", u.blocks->too_few_for_simultaneous}};
    json["draws"] = facts.draws;
    json["se_refit"] = Cells(u.se_refit, a);
    json["se_alphas"] = Cells(u.se_alphas, a);
    json["se_fixed_maps"] = Cells(u.se_fixed_maps, a);
    json["t_quantile"] = OrNull(u.intervals.t_quantile);
    json["simultaneous_quantile"] = OrNull(u.intervals.simultaneous_quantile);
    json["t_max_interval"] = LayerIntervals(u.intervals.t_max);
    json["t_half_interval"] = LayerIntervals(u.intervals.t_half);
    json["slope_interval"] = IntervalToJson(u.intervals.slope);
    json["half_slope_interval"] = IntervalToJson(u.intervals.half_slope);
    json["temporal_score_spread"] = IntervalToJson(u.intervals.temporal_score_spread);
  }
  if (u.order.has_value()) {
    json["order"] = {{"p_temporal_score", OrNull(u.order->p_temporal_score)},
                     {"t_half", u.order->t_half},
                     {"half_score", u.order->half_score},
                     {"half_slope", u.order->half_slope},
                     {"p_half_score", OrNull(u.order->p_half_score)},
                     {"common_share", OrNull(u.order->common_share)},
                     {"two_level_p_temporal_score", OrNull(u.order->two_level_p_temporal_score)},
                     {"two_level_p_half_score", OrNull(u.order->two_level_p_half_score)}};
  }
  json["seed"] = facts.seed;
  json["drift"] = {{"brain", OrNull(u.brain_drift)}, {"model", OrNull(u.model_drift)}};
  if (!a.autocorrelation_lag_1.empty()) {
    json["autocorrelation"] = {{"lag_1", a.autocorrelation_lag_1},
                               {"integral", a.autocorrelation_integral}};
  }
  json["cautions"] = Json::array();
  for (const auto& [name, sentence] : NotCalibrated(a)) {
    json["cautions"].push_back({{"name", name}, {"text", sentence}});
  }
  // As text: programs that read all numbers as doubles would round it.
  json["words_fingerprint"] = facts.words_fingerprint == 0
                                  ? Json()
                                  : Json(absl::StrFormat("%016x", facts.words_fingerprint));
  if (!a.held_out_influence.empty()) json["influence"] = InfluenceToJson(a);
  return json;
}

}  // namespace brainalign
