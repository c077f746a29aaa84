#include "server/rows/convert_uncertainty.h"

#include <cmath>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "core/align/not_calibrated.h"
#include "core/result/array.h"
#include "server/rows/convert.h"

namespace brainalign {
namespace {

// Of the elements in one response: with its names it stays below the 4 MiB of a gRPC client.
constexpr std::size_t kMostArrayBytes = std::size_t{3} << 20;

// Sets a field of numbers, if there is one.
template <typename Message>
void SetIfKnown(Message& proto, void (Message::*set)(double), const std::optional<double>& value) {
  if (value.has_value() && !std::isnan(*value)) (proto.*set)(*value);
}

void SetIfKnown(const std::optional<Interval>& interval, v1::Interval* (v1::BlockIntervals::*add)(),
                v1::BlockIntervals& proto) {
  if (!interval.has_value()) return;
  v1::Interval& message = *(proto.*add)();
  message.set_low(interval->low);
  message.set_high(interval->high);
}

void FillNoRelation(const NoRelation& null, const UncertaintyFacts& facts, v1::NoRelation& proto) {
  proto.set_nulls(null.nulls);
  proto.set_nulls_asked(null.nulls_asked);
  proto.set_null_by(null.null_by == NullBy::kSwap ? v1::NULL_BY_SWAP : v1::NULL_BY_SHIFT);
  proto.set_words_left_out(null.words_left_out);
  proto.set_min_shift_words(null.min_shift_words);
  proto.set_words_in_short_sessions(null.words_in_short_sessions);
  proto.set_short_sessions(facts.short_sessions);
  proto.set_largest_basis_difference(null.largest_basis_difference);
  proto.set_p_max(null.tests.p_max);
  const bool swaps = null.null_by == NullBy::kSwap;
  if (!swaps) proto.set_p_mean_of_maxima(null.tests.p_mean_of_maxima);
  SetIfKnown(proto, &v1::NoRelation::set_p_temporal_score, null.tests.p_temporal_score);
  proto.set_fdr_limited_by_nulls(null.tests.fdr_limited_by_nulls);
  proto.mutable_cluster_mass()->Assign(null.clusters.mass.begin(), null.clusters.mass.end());
  proto.mutable_cluster_p()->Assign(null.clusters.p.begin(), null.clusters.p.end());
  SetIfKnown(proto, &v1::NoRelation::set_familywise_threshold, null.tests.familywise_threshold);
  if (!swaps) proto.set_cluster_p_max(null.clusters.p_max);
}

void FillBlocks(const Uncertainty& uncertainty, v1::Uncertainty& proto) {
  const BlockFacts& facts = *uncertainty.blocks;
  v1::Blocks& blocks = *proto.mutable_blocks();
  blocks.set_words(facts.words);
  blocks.set_count(facts.count);
  blocks.set_degrees_of_freedom(facts.df);
  blocks.set_too_few_for_intervals(facts.too_few_for_intervals);
  blocks.set_too_few_for_simultaneous(facts.too_few_for_simultaneous);
  using Message = v1::BlockIntervals;
  Message& message = *proto.mutable_intervals();
  const BlockIntervals& intervals = uncertainty.intervals;
  SetIfKnown(message, &Message::set_t_quantile, intervals.t_quantile);
  SetIfKnown(message, &Message::set_simultaneous_quantile, intervals.simultaneous_quantile);
  SetIfKnown(intervals.slope, &Message::mutable_slope_interval, message);
  SetIfKnown(intervals.half_slope, &Message::mutable_half_slope_interval, message);
  SetIfKnown(intervals.temporal_score_spread, &Message::mutable_temporal_score_spread, message);
}

void FillOrder(const OrderTest& order, v1::OrderTest& proto) {
  SetIfKnown(proto, &v1::OrderTest::set_p_temporal_score, order.p_temporal_score);
  SetIfKnown(proto, &v1::OrderTest::set_p_half_score, order.p_half_score);
  SetIfKnown(proto, &v1::OrderTest::set_two_level_p_temporal_score,
             order.two_level_p_temporal_score);
  SetIfKnown(proto, &v1::OrderTest::set_two_level_p_half_score, order.two_level_p_half_score);
  SetIfKnown(proto, &v1::OrderTest::set_half_score, order.half_score);
  SetIfKnown(proto, &v1::OrderTest::set_half_slope, order.half_slope);
  SetIfKnown(proto, &v1::OrderTest::set_common_share, order.common_share);
}

// (2, L) Low ends, then high ends.
std::vector<double> EndsOf(const std::vector<std::optional<Interval>>& intervals) {
  std::vector<double> low;
  std::vector<double> high;
  for (const std::optional<Interval>& one : intervals) {
    constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
    low.push_back(one.has_value() ? one->low : kNone);
    high.push_back(one.has_value() ? one->high : kNone);
  }
  low.insert(low.end(), high.begin(), high.end());
  return low;
}

struct NamedValues {
  ArraySpec spec;
  std::vector<double> values;
};

// Those that there are.
std::vector<NamedValues> ArraysOf(const Uncertainty& u) {
  const std::vector<std::string> cells = {"layer", "time"};
  std::vector<NamedValues> arrays;
  const auto add = [&](const char* name, std::vector<std::string> axes, DType dtype,
                       std::vector<double> values) {
    if (values.empty()) return;
    arrays.push_back({{name, std::move(axes), dtype}, std::move(values)});
  };
  if (u.no_relation.has_value()) {
    add("p_familywise", cells, DType::kF64, u.no_relation->tests.p_familywise);
    add("p_cell", cells, DType::kF64, u.no_relation->tests.p_cell);
    add("q_cell", cells, DType::kF64, u.no_relation->tests.q_cell);
    const std::vector<int>& clusters = u.no_relation->clusters.cluster_of_cell;
    add("cluster_of_cell", cells, DType::kI64, {clusters.begin(), clusters.end()});
  }
  add("se_refit", cells, DType::kF64, u.se_refit);
  add("se_alphas", cells, DType::kF64, u.se_alphas);
  add("se_fixed_maps", cells, DType::kF64, u.se_fixed_maps);
  add("t_max_interval", {"end", "layer"}, DType::kF64, EndsOf(u.intervals.t_max));
  add("t_half_interval", {"end", "layer"}, DType::kF64, EndsOf(u.intervals.t_half));
  if (u.order.has_value()) add("t_half", {"layer"}, DType::kF64, u.order->t_half);
  return arrays;
}

}  // namespace

std::vector<v1::ReadUncertaintyResponse> UncertaintyResponses(const AlignmentResult& result) {
  std::vector<v1::ReadUncertaintyResponse> responses(1);
  v1::Uncertainty& proto = *responses.front().mutable_uncertainty();
  proto.set_draws(result.uncertainty_facts.draws);
  proto.set_seed(result.uncertainty_facts.seed);
  if (!result.uncertainty.has_value()) {
    if (!result.notes.empty()) proto.set_note(result.notes.back());
    return responses;
  }
  const Uncertainty& u = *result.uncertainty;
  SetIfKnown(proto, &v1::Uncertainty::set_slope, u.slope);
  if (u.no_relation.has_value()) {
    FillNoRelation(*u.no_relation, result.uncertainty_facts, *proto.mutable_no_relation());
  }
  if (u.blocks.has_value()) FillBlocks(u, proto);
  if (u.order.has_value()) FillOrder(*u.order, *proto.mutable_order());
  for (auto& [name, text] : NotCalibrated(result)) {
    v1::Caution& caution = *proto.add_cautions();
    caution.set_name(name);
    caution.set_text(text);
  }
  const std::vector<Axis> axes = {
      {"layer", static_cast<std::int64_t>(result.depth.size()), result.depth, result.layer_names},
      {"time", static_cast<std::int64_t>(result.times_seconds.size()), result.times_seconds, {}},
      {"end", 2, {}, {"low", "high"}}};
  for (const Axis& axis : axes) *proto.add_axes() = ToProto(axis);
  for (const NamedValues& array : ArraysOf(u)) {
    const std::string bytes = ToBytes(array.values, array.spec.dtype);
    for (std::size_t at = 0; at < bytes.size(); at += kMostArrayBytes) {
      v1::ResultArray& message = *responses.emplace_back().mutable_array() =
          ToProto(array.spec, axes);
      message.set_data(bytes.substr(at, kMostArrayBytes));
    }
  }
  return responses;
}

}  // namespace brainalign
