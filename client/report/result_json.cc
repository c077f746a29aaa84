#include "client/report/result_json.h"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "client/report/json_values.h"
#include "client/report/result_warnings.h"
#include "client/report/uncertainty_json.h"
#include "core/problem/requested_arrays.h"

namespace brainalign {
namespace {

using Json = nlohmann::ordered_json;

Json OptionsOf(const AlignmentSpec& spec) {
  Json options = {
      {"preset", Name(spec.preset)},
      {"direction", Name(spec.direction)},
      {"metric", Name(spec.metric)},
      {"folds", spec.folds},
      {"fold_by", Name(spec.fold_by)},
      {"purge_seconds", spec.purge_seconds},
      {"alphas", spec.alphas},
      {"selection", Name(spec.selection)},
      {"inner_folds", spec.inner_folds},
      {"shared_alpha", spec.shared_alpha},
      {"pca", spec.pca},
      {"zscore_words", Name(spec.zscore_words)},
      {"pca_words", Name(spec.pca_words)},
      {"window_bounds_seconds", spec.window_bounds_seconds},
      {"precision", Name(spec.precision)},
      {"nulls", spec.uncertainty.nulls},
      {"null_by", Name(spec.uncertainty.null_by)},
      {"draws", spec.uncertainty.draws},
      {"seed", spec.uncertainty.seed},
      {"detrend", OrNull(spec.uncertainty.detrend)},
      {"block_words", OrNull(spec.uncertainty.block_words)},
      {"min_shift_words", OrNull(spec.uncertainty.min_shift_words)},
      {"where", spec.where},
      {"arrays", RequestedArrays(spec)},
      {"time_generalisation", spec.time_generalisation},
  };
  if (!spec.nuisance.empty()) options["nuisance"] = spec.nuisance;
  if (!spec.delays.empty()) options["delays"] = spec.delays;
  if (spec.metric == Metric::kCca) {
    options["cca_components"] = spec.cca_components;
    options["cca_rho"] = spec.cca_rho;
  }
  return options;
}

Json WindowsToJson(const std::vector<WindowMean>& windows) {
  Json json = Json::array();
  for (const WindowMean& window : windows) {
    json.push_back(Json{{"begin_seconds", window.begin_seconds},
                        {"end_seconds", window.end_seconds},
                        {"mean", window.mean}});
  }
  return json;
}

Json PreparationOf(const JobResult& result) {
  const Preparation& done = *result.preparation;
  Json json = {{"method", kPreparationMethod},
               {"band_pass_hz", done.band_pass_hz.empty() ? Json() : Json(done.band_pass_hz)},
               {"resample_hz", OrNull(done.resample_hz)},
               {"original_sfreq_hz", done.original_sfreq_hz},
               {"filter_samples", done.filter_samples},
               {"edge_seconds", done.edge_seconds()},
               {"edge_words", result.edge_words},
               {"largest_shift_seconds", done.largest_shift_seconds},
               {"notes", done.notes}};
  return json;
}

// (L, T, any)
Json OfCells(const std::vector<double>& values, const AlignmentResult& result) {
  const std::size_t layers = static_cast<std::size_t>(result.layers);
  const std::size_t times = static_cast<std::size_t>(result.times);
  const std::size_t inner = values.size() / (layers * times);
  Json json = Json::array();
  for (std::size_t layer = 0; layer < layers; ++layer) {
    json.push_back(JsonMatrix(values, layer * times * inner, times, inner));
  }
  return json;
}

Json InputsToJson(const std::vector<JobInput>& inputs) {
  Json json = Json::array();
  for (const JobInput& input : inputs) {
    json.push_back({{"name", input.name},
                    {"dtype", DTypeName(input.spec.dtype)},
                    {"shape", input.spec.shape},
                    {"order", input.spec.order == Order::kFortran ? "F" : "C"},
                    {"sha256", input.digest}});
  }
  return json;
}

}  // namespace

const char kResultBeginning[] = "{\n \"score\":";

std::string OptionsToJson(const AlignmentSpec& spec) { return OptionsOf(spec).dump(); }

std::string ResultToJson(const JobResult& result) {
  const AlignmentResult& a = result.alignment;
  const std::size_t layers = static_cast<std::size_t>(a.layers);
  const std::size_t times = static_cast<std::size_t>(a.times);
  const std::size_t folds = a.input.fold_sizes.size();

  // Neither is told of every sealed recording.
  Json per_fold = Json::array();
  for (std::size_t k = 0; k < folds && !a.score_per_fold.empty(); ++k) {
    per_fold.push_back(JsonMatrix(a.score_per_fold, k * layers * times, layers, times));
  }
  Json json = {
      {"score", JsonMatrix(a.score, 0, layers, times)},
      {"score_per_fold", std::move(per_fold)},
      {"times", a.times_seconds},
      {"depth", a.depth},
      {"layer_names", a.layer_names},
      {"layer_order", result.layer_order.empty() ? Json() : Json(result.layer_order)},
      {"t_max", a.readout.t_max},
      {"t_argmax", a.readout.t_argmax},
      {"t_max_contiguous", a.readout.t_max_contiguous},
      {"temporal_score", a.readout.temporal_score},
      {"temporal_score_p", a.readout.temporal_score_p},
      {"alignment_score_mean_of_layer_maxima", a.readout.alignment_score_mean_of_layer_maxima},
      {"alignment_score_best_layer", a.readout.alignment_score_best_layer},
      {"windows", WindowsToJson(a.readout.windows)},
      {"window_of_maximum", a.readout.window_of_maximum},
      {"uncertainty", UncertaintyToJson(a)},
      {"options", OptionsOf(a.spec)},
      {"alpha_counts", a.alpha_counts.empty()
                           ? Json::array()
                           : JsonMatrix(a.alpha_counts, 0, layers, a.spec.alphas.size())},
      {"words_given", a.input.words_given},
      {"words_used", a.input.words_used},
      {"unselected_words", a.input.unselected_words},
      {"words_without_value", a.input.words_without_value},
      {"dropped_words", a.input.dropped_words},
      {"backward_onset_steps", a.input.backward_onset_steps},
      {"fold_sizes", a.input.fold_sizes},
      {"training_sizes", a.input.training_sizes},
      {"purged_words", a.input.purged_words},
      {"constant_sensors", a.input.constant_sensors},
      {"constant_targets", a.constant_targets},
      {"warnings", ResultWarnings(a.spec)},
      {"notes", a.notes},
      {"reading_notes", result.reading_notes},
      {"inputs", InputsToJson(result.inputs)},
      {"precision_used", Name(a.spec.precision_used())},
      {"bf16_kernel", a.spec.bf16_kernel},
      {"self_check",
       {{"cells", a.self_check.cells},
        {"largest_difference", a.self_check.largest_difference},
        {"fell_back", a.self_check.fell_back}}},
      {"numerics_version", a.numerics_version},
      {"job_id", result.job_id},
      {"from_cache", result.from_cache},
      {"compute_seconds", result.compute_seconds},
  };
  if (result.preparation) json["preparation"] = PreparationOf(result);
  if (!a.nuisance_to_model.empty()) json["nuisance_to_model"] = a.nuisance_to_model;
  if (!a.brain_to_nuisance.empty()) {
    json["brain_to_nuisance"] = JsonMatrix(a.brain_to_nuisance, 0, times, a.spec.nuisance.size());
  }
  if (!a.score_of_band.empty()) json["score_of_band"] = OfCells(a.score_of_band, a);
  if (!a.product_measure.empty()) json["product_measure"] = OfCells(a.product_measure, a);
  if (!a.score_per_target.empty()) json["score_per_target"] = OfCells(a.score_per_target, a);
  if (!a.score_per_sensor.empty()) json["score_per_sensor"] = OfCells(a.score_per_sensor, a);
  if (!a.time_generalisation.empty())
    json["time_generalisation"] = OfCells(a.time_generalisation, a);
  // Text that is not UTF-8 (a layer's name) must not make the result unwritable.
  return Written(json);
}

}  // namespace brainalign
