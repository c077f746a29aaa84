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
  v1::Job released = ToProto(job);
  if (!policy) return released;
  if (!policy->release_cache_key) released.clear_cache_key();
  // The reason for starting over in double contains numbers of the computation.
  if (job.reason == JobReason::kNone) released.clear_message();
  return released;
}

v1::AlignmentSpec Release(v1::AlignmentSpec exact, const Job& job) {
  if (!job.release) return exact;
  v1::AlignmentSpec released;
  released.mutable_brain()->set_recording(job.recording);
  *released.mutable_layers() = exact.layers();
  released.set_word_table_digest(exact.word_table_digest());
  *released.mutable_options() = exact.options();
  return released;
}

ArrayRelease ReleaseOf(const std::string& array, const std::optional<SealPolicy>& policy) {
  if (!policy) return {.is_released = true};
  const ArrayRule* const rule = RuleOf(array, *policy);
  if (rule == nullptr) return {};
  return {.is_released = true, .step = rule->is_score ? policy->score_step : 0};
}

v1::ResultTile Release(v1::ResultTile exact, const std::optional<SealPolicy>& policy) {
  if (!policy) return exact;
  v1::ResultTile released;
  released.set_tile(exact.tile());
  for (const v1::ArrayBox& box : exact.boxes()) {
    const ArrayRule* const rule = RuleOf(box.array(), *policy);
    if (rule == nullptr || !rule->in_tiles) continue;
    absl::StatusOr<std::vector<double>> scores = FromBytes(box.data(), DType::kF64);
    if (!scores.ok()) continue;
    for (double& score : *scores) score = RoundToStep(score, policy->score_step);
    v1::ArrayBox& released_box = *released.add_boxes();
    released_box.set_array(box.array());
    *released_box.mutable_begin() = box.begin();
    *released_box.mutable_count() = box.count();
    released_box.set_data(ToBytes(*scores, DType::kF64));
  }
  return released;
}

v1::StreamedArrays ReleaseStreamed(const std::vector<Axis>& axes,
                                   const std::optional<SealPolicy>& policy) {
  v1::StreamedArrays released;
  for (const ArraySpec& spec : TileArrays(axes)) {
    const ArrayRule* const rule = policy ? RuleOf(spec.name, *policy) : nullptr;
    if (!policy || (rule != nullptr && rule->in_tiles)) {
      *released.add_arrays() = ToProto(spec, axes);
    }
  }
  CopyAxes(axes, released.arrays(), *released.mutable_axes());
  return released;
}

v1::AlignmentResult ReleaseNumbers(const v1::AlignmentResult& exact,
                                   const std::optional<SealPolicy>& policy) {
  v1::AlignmentResult released;
  *released.mutable_options() = exact.options();
  released.set_words_given(exact.words_given());
  released.set_words_used(exact.words_used());
  released.set_dropped_words(exact.dropped_words());
  released.set_numerics_version(exact.numerics_version());
  released.set_compute_seconds(exact.compute_seconds());
  released.set_precision_used(exact.precision_used());
  released.set_bf16_kernel(exact.bf16_kernel());
  v1::SelfCheck& check = *released.mutable_self_check();
  check.set_cells(exact.self_check().cells());
  check.set_fell_back(exact.self_check().fell_back());
  // In the other direction the targets are the recording's sensors.
  if (!policy || exact.options().direction() == v1::DIRECTION_BRAIN_TO_MODEL) {
    released.set_constant_targets(exact.constant_targets());
  }
  if (policy) {
    released.add_notes(NoteOn(*policy));
    return released;
  }
  released.set_backward_onset_steps(exact.backward_onset_steps());
  *released.mutable_notes() = exact.notes();
  if (exact.has_uncertainty()) *released.mutable_uncertainty() = exact.uncertainty();
  if (exact.has_word_selection()) *released.mutable_word_selection() = exact.word_selection();
  // A number that is not rounded.
  check.set_largest_difference(exact.self_check().largest_difference());
  return released;
}

void CopyAxes(const std::vector<Axis>& axes,
              const google::protobuf::RepeatedPtrField<v1::ResultArray>& arrays,
              google::protobuf::RepeatedPtrField<v1::Axis>& released) {
  std::set<std::string> names;
  for (const v1::ResultArray& array : arrays) {
    names.insert(array.axes().begin(), array.axes().end());
  }
  // Nuisance that is a band has names, and no array along them.
  if (names.count("band") > 0) names.insert("nuisance");
  for (const Axis& axis : axes) {
    if (names.count(axis.name) > 0) *released.Add() = ToProto(axis);
  }
}

}  // namespace brainalign
