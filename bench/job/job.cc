#include "bench/job/job.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <thread>
#include <utility>

#include "bench/data/workload_files.h"
#include "bench/job/anonymous_memory.h"
#include "bench/job/timed_alignment.h"
#include "bench/machine.h"
#include "core/align/alignment.h"

namespace brainalign {
namespace {

nlohmann::json ShapeOf(const Workload& workload, const InputReport& report) {
  return {{"words", workload.words},     {"words_used", report.words_used},
          {"sensors", workload.sensors}, {"times", workload.times()},
          {"layers", workload.layers},   {"dims", workload.dims}};
}

nlohmann::json SpecJson(const AlignmentSpec& spec) {
  return {{"preset", Name(spec.preset)},
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
          {"precision", Name(spec.precision)},
          {"bf16_kernel", spec.bf16_kernel}};
}

// (layers, times), null where there is no score.
nlohmann::json MatrixJson(const AlignmentResult& result) {
  nlohmann::json rows = nlohmann::json::array();
  for (int layer = 0; layer < result.layers; ++layer) {
    nlohmann::json row = nlohmann::json::array();
    for (int t = 0; t < result.times; ++t) {
      const double score =
          result.score[static_cast<std::size_t>(layer) * static_cast<std::size_t>(result.times) +
                       static_cast<std::size_t>(t)];
      row.push_back(std::isnan(score) ? nlohmann::json() : nlohmann::json(score));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

absl::StatusOr<nlohmann::json> RunJob(const Workload& workload, const JobRequest& request) {
  absl::Status status = EnsureWorkloadFiles(workload, request.data_dir);
  if (!status.ok()) return status;
  absl::StatusOr<Experiment> experiment = OpenWorkload(workload, request.data_dir);
  if (!experiment.ok()) return experiment.status();
  AlignmentInputs& inputs = experiment->inputs;
  inputs.brain.digest = FolderOf(workload, request.data_dir);
  if (request.other_model) {
    for (std::size_t i = 0, j = inputs.layers.size(); i + 1 < j; ++i) {
      std::swap(inputs.layers[i].activations, inputs.layers[--j].activations);
    }
  }
  AlignmentOptions options = workload.options;
  options.preset = request.preset;
  options.precision = request.precision;

  const std::int64_t before_bytes = AnonymousBytes();
  AnonymousMemoryPeak memory;
  const double start_seconds = NowSeconds();
  const double start_processor_seconds = ProcessorSeconds();
  absl::StatusOr<std::unique_ptr<Alignment>> made =
      Alignment::Create(inputs, options, /*problems=*/nullptr,
                        {.memory_bytes = request.memory_bytes,
                         .threads = request.threads,
                         .scratch_folder = request.data_dir,
                         .brain_cache = request.brain_cache});
  if (!made.ok()) return made.status();
  // The same tiles whatever the number of threads, so that runs compare.
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  TimedAlignment alignment(*std::move(made), request.tiles_fraction,
                           std::max(cores, request.threads));
  const double create_seconds = NowSeconds() - start_seconds;
  const CancelFlag cancel = false;
  const absl::StatusOr<AlignmentResult> result =
      RunAlignment(alignment, request.threads, cancel, /*on_tile=*/nullptr);
  if (!result.ok()) return result.status();
  const double measured_seconds = NowSeconds() - start_seconds;
  const double processor_seconds = ProcessorSeconds() - start_processor_seconds;
  const std::int64_t peak_bytes = memory.Stop();

  const double tiles_seconds = alignment.compute_seconds() * alignment.scale();
  return nlohmann::json{{"workload", workload.name},
                        {"data", FolderOf(workload, request.data_dir)},
                        {"threads", request.threads},
                        {"shape", ShapeOf(workload, alignment.input_report())},
                        {"spec", SpecJson(alignment.spec())},
                        {"seconds",
                         {{"create", create_seconds},
                          {"prepare", alignment.prepare_seconds()},
                          {"tiles", tiles_seconds},
                          {"checks", alignment.check_seconds()},
                          {"total", measured_seconds - alignment.compute_seconds() + tiles_seconds},
                          {"measured", measured_seconds},
                          {"processor", processor_seconds}}},
                        {"tiles_run", alignment.tiles().size()},
                        {"tiles_of_all", alignment.tiles_of_all()},
                        {"memory",
                         {{"before_bytes", before_bytes},
                          {"peak_bytes", peak_bytes},
                          {"planned_bytes", alignment.plan().peak_bytes()},
                          {"layers_at_once", alignment.plan().layers_at_once},
                          {"times_at_once", alignment.plan().times_at_once},
                          {"columns_in_file", alignment.plan().columns_in_file}}},
                        {"reused_times", alignment.brain_reuse().times},
                        {"planned_operations", alignment.plan().total_work().operations()},
                        {"numerics_version", result->numerics_version},
                        {"machine", DescribeMachine()},
                        {"times_seconds", result->times_seconds},
                        {"score", MatrixJson(*result)}};
}

}  // namespace brainalign
