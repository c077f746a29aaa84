#include "server/rows/release.h"

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/align/result_arrays.h"
#include "server/rows/convert.h"

namespace brainalign {
namespace {

// How each array of a result on another project's sealed recording is released. An array that is
// not listed is not released.
struct ArrayRule {
  const char* name;
  bool is_score;  // rounded
  // Null: always.
  bool SealPolicy::*if_released;
  bool in_tiles;
};
constexpr ArrayRule kRules[] = {
    {"score", true, nullptr, true},
    {"score_per_fold", true, &SealPolicy::release_fold_scores, true},
    // A tile's would be more numbers than the result's, which are their sums.
    {"alpha_counts", false, &SealPolicy::release_alpha_counts, false},
    // Read off the rounded scores.
    {"t_max", false, nullptr, false},
    {"t_argmax", false, nullptr, false},
    {"t_max_contiguous", false, nullptr, false},
    {"window_mean", false, nullptr, false},
    {"window_of_maximum", false, nullptr, false},
    {"fold_sizes", false, nullptr, false},
};

// Null if the array is not released.
const ArrayRule* RuleOf(const std::string& array, const SealPolicy& policy) {
  for (const ArrayRule& rule : kRules) {
    if (array == rule.name && (rule.if_released == nullptr || policy.*rule.if_released)) {
      return &rule;
    }
  }
  return nullptr;
}

std::string NoteOn(const SealPolicy& policy) {
  std::string note = absl::StrCat(
      "The recording is sealed: scores are rounded to multiples of ", policy.score_step,
      ", and everything else is computed from these. Not released are notes on the data, sensors, "
      "counts of training and purged words");
  if (!policy.release_fold_scores) note += ", scores of single folds";
  if (!policy.release_alpha_counts) note += ", counts of alphas";
  return note + ".";
}

}  // namespace

v1::Job Release(const Job& job, const std::optional<SealPolicy>& policy) {
  v1::Job told = ToProto(job);
  if (!policy) return told;
  if (!policy->release_cache_key) told.clear_cache_key();
  // The reason for starting over in double contains numbers of the computation.
  if (job.reason == JobReason::kNone) told.clear_message();
  return told;
}

v1::AlignmentSpec Release(v1::AlignmentSpec exact, const Job& job) {
  if (!job.release) return exact;
  v1::AlignmentSpec told;
  told.mutable_brain()->set_recording(job.recording);
  *told.mutable_layers() = exact.layers();
  told.set_word_table_digest(exact.word_table_digest());
  *told.mutable_options() = exact.options();
  return told;
}

ArrayRelease ReleaseOf(const std::string& array, const std::optional<SealPolicy>& policy) {
  if (!policy) return {.is_told = true};
  const ArrayRule* const rule = RuleOf(array, *policy);
  if (rule == nullptr) return {};
  return {.is_told = true, .step = rule->is_score ? policy->score_step : 0};
}

v1::ResultTile Release(v1::ResultTile exact, const std::optional<SealPolicy>& policy) {
  if (!policy) return exact;
  v1::ResultTile told;
  told.set_tile(exact.tile());
  for (const v1::ArrayBox& box : exact.boxes()) {
    const ArrayRule* const rule = RuleOf(box.array(), *policy);
    if (rule == nullptr || !rule->in_tiles) continue;
    absl::StatusOr<std::vector<double>> scores = FromBytes(box.data(), DType::kF64);
    if (!scores.ok()) continue;
    for (double& score : *scores) score = RoundToStep(score, policy->score_step);
    v1::ArrayBox& told_box = *told.add_boxes();
    told_box.set_array(box.array());
    *told_box.mutable_begin() = box.begin();
    *told_box.mutable_count() = box.count();
    told_box.set_data(ToBytes(*scores, DType::kF64));
  }
  return told;
}

v1::StreamedArrays ReleaseStreamed(const std::vector<Axis>& axes,
                                   const std::optional<SealPolicy>& policy) {
  v1::StreamedArrays told;
  for (const ArraySpec& spec : TileArrays(axes)) {
    const ArrayRule* const rule = policy ? RuleOf(spec.name, *policy) : nullptr;
    if (!policy || (rule != nullptr && rule->in_tiles)) {
      *told.add_arrays() = ToProto(spec, axes);
    }
  }
  CopyAxes(axes, told.arrays(), *told.mutable_axes());
  return told;
}

v1::AlignmentResult ReleaseNumbers(const v1::AlignmentResult& exact,
                                   const std::optional<SealPolicy>& policy) {
  v1::AlignmentResult told;
  *told.mutable_options() = exact.options();
  told.set_words_given(exact.words_given());
  told.set_words_used(exact.words_used());
  told.set_dropped_words(exact.dropped_words());
  told.set_numerics_version(exact.numerics_version());
  told.set_compute_seconds(exact.compute_seconds());
  told.set_precision_used(exact.precision_used());
  told.set_bf16_kernel(exact.bf16_kernel());
  v1::SelfCheck& check = *told.mutable_self_check();
  check.set_cells(exact.self_check().cells());
  check.set_fell_back(exact.self_check().fell_back());
  // In the other direction the targets are the recording's sensors.
  if (!policy || exact.options().direction() == v1::DIRECTION_BRAIN_TO_MODEL) {
    told.set_constant_targets(exact.constant_targets());
  }
  if (policy) {
    told.add_notes(NoteOn(*policy));
    return told;
  }
  told.set_backward_onset_steps(exact.backward_onset_steps());
  *told.mutable_notes() = exact.notes();
  if (exact.has_uncertainty()) *told.mutable_uncertainty() = exact.uncertainty();
  if (exact.has_word_selection()) *told.mutable_word_selection() = exact.word_selection();
  // A number that is not rounded.
  check.set_largest_difference(exact.self_check().largest_difference());
  return told;
}

void CopyAxes(const std::vector<Axis>& axes,
              const google::protobuf::RepeatedPtrField<v1::ResultArray>& arrays,
              google::protobuf::RepeatedPtrField<v1::Axis>& told) {
  std::set<std::string> names;
  for (const v1::ResultArray& array : arrays) {
    names.insert(array.axes().begin(), array.axes().end());
  }
  // Nuisance that is a band has names, and no array along them.
  if (names.count("band") > 0) names.insert("nuisance");
  for (const Axis& axis : axes) {
    if (names.count(axis.name) > 0) *told.Add() = ToProto(axis);
  }
}

}  // namespace brainalign
