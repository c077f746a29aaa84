// A result as a server sends it.
#ifndef BRAINALIGN_TESTS_CLIENT_REPORT_RESULT_PROTO_H_
#define BRAINALIGN_TESTS_CLIENT_REPORT_RESULT_PROTO_H_

#include <cmath>

#include "brainalign/v1/result.pb.h"
#include "client/jobs/job.h"
#include "core/align/result_arrays.h"

namespace brainalign {

// With the elements of every array. Of the options only lists and enums that are not the first of
// their kind are set.
inline v1::AlignmentResult ResultProto(const JobResult& result) {
  const AlignmentResult& a = result.alignment;
  v1::AlignmentResult proto;
  const std::vector<Axis> axes = AxesOf(a);
  for (const Axis& axis : axes) {
    v1::Axis& one = *proto.add_axes();
    one.set_name(axis.name);
    one.set_size(axis.size);
    one.mutable_values()->Assign(axis.values.begin(), axis.values.end());
    one.mutable_labels()->Assign(axis.labels.begin(), axis.labels.end());
  }
  for (const ResultArrayRow& row : ResultArrays()) {
    if (row.is_optional && row.values(a).empty()) continue;
    v1::ResultArray& array = *proto.add_arrays();
    array.set_name(row.spec.name);
    array.mutable_axes()->Assign(row.spec.axes.begin(), row.spec.axes.end());
    array.set_data_type(static_cast<v1::DataType>(row.spec.dtype));
    const std::vector<std::int64_t> shape = ShapeOf(row.spec, axes);
    array.mutable_shape()->Assign(shape.begin(), shape.end());
    array.set_data(ToBytes(row.values(a), row.spec.dtype));
  }
  v1::AlignmentOptions& options = *proto.mutable_options();
  options.set_folds(a.spec.folds);
  options.set_inner_folds(a.spec.inner_folds);
  options.mutable_alphas()->Assign(a.spec.alphas.begin(), a.spec.alphas.end());
  options.mutable_window_bounds_seconds()->Assign(a.spec.window_bounds_seconds.begin(),
                                                  a.spec.window_bounds_seconds.end());
  const UncertaintyOptions& uncertainty = a.spec.uncertainty;
  options.set_nulls(uncertainty.nulls);
  if (uncertainty.swaps_sessions()) options.set_null_by(v1::NULL_BY_SWAP);
  options.set_draws(uncertainty.draws);
  options.set_seed(uncertainty.seed);
  if (uncertainty.asked()) {
    v1::UncertaintyFacts& facts = *proto.mutable_uncertainty();
    facts.set_nulls(a.uncertainty_facts.nulls);
    facts.set_nulls_asked(a.uncertainty_facts.nulls_asked);
    facts.set_min_shift_words(a.uncertainty_facts.min_shift_words);
    facts.set_words_left_out(a.uncertainty_facts.words_left_out);
    facts.set_block_words(a.uncertainty_facts.block_words);
    facts.set_words_in_short_sessions(a.uncertainty_facts.words_in_short_sessions);
    facts.set_short_sessions(a.uncertainty_facts.short_sessions);
    facts.set_words_fingerprint(a.uncertainty_facts.words_fingerprint);
  }
  const MatrixReadout& readout = a.readout;
  if (!std::isnan(readout.temporal_score)) proto.set_temporal_score(readout.temporal_score);
  if (!std::isnan(readout.temporal_score_p)) proto.set_temporal_score_p(readout.temporal_score_p);
  proto.set_alignment_score_mean_of_layer_maxima(readout.alignment_score_mean_of_layer_maxima);
  proto.set_alignment_score_best_layer(readout.alignment_score_best_layer);
  proto.set_words_given(a.input.words_given);
  proto.set_words_used(a.input.words_used);
  proto.set_dropped_words(a.input.dropped_words);
  proto.set_backward_onset_steps(a.input.backward_onset_steps);
  proto.set_constant_targets(a.constant_targets);
  proto.mutable_notes()->Assign(a.notes.begin(), a.notes.end());
  proto.set_numerics_version(a.numerics_version);
  proto.set_job_id(result.job_id);
  proto.set_from_cache(result.from_cache);
  proto.set_compute_seconds(result.compute_seconds);
  proto.mutable_self_check()->set_cells(a.self_check.cells);
  proto.mutable_self_check()->set_largest_difference(a.self_check.largest_difference);
  proto.mutable_self_check()->set_fell_back(a.self_check.fell_back);
  return proto;
}

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CLIENT_REPORT_RESULT_PROTO_H_
