#include "bench/data/workload_files.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/data/synthetic_activations.h"
#include "bench/data/synthetic_recording.h"
#include "client/simulate/activations.h"
#include "client/simulate/schedule.h"
#include "core/tensor/file_replacement.h"
#include "core/tensor/format/npy.h"
#include "core/tensor/format/npy_header.h"
#include "core/tensor/format/safetensors_header.h"
#include "core/tensor/tensor.h"

namespace brainalign {
namespace {

constexpr std::int64_t kWordsAtOnce = 2048;
constexpr std::int64_t kSensorsAtOnce = 16;
constexpr const char* kLastFile = "truth.npy";  // written last: the data are whole

std::string PathIn(const std::string& folder, const std::string& name) {
  return (std::filesystem::path(folder) / name).string();
}

bool UsesSafetensors(const Workload& workload) { return workload.activation_dtype == DType::kBF16; }

Schedule ScheduleOf(const Workload& workload) {
  SimulationOptions options;
  options.words = workload.words;
  options.sensors = workload.sensors;
  options.layers = workload.layers;
  options.sessions = workload.sessions;
  options.sfreq_hz = kSamplingRateHz;
  options.tmin_seconds = workload.tmin_seconds;
  options.tmax_seconds = workload.tmax_seconds;
  options.first_delay_seconds = workload.first_delay_seconds;
  options.last_delay_seconds = workload.last_delay_seconds;
  options.words_per_second = workload.words_per_second;
  return MakeSchedule(options);
}

template <typename T>
absl::Status WriteVector(const std::string& path, DType dtype, const std::vector<T>& values) {
  const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
  absl::StatusOr<Tensor> tensor =
      Tensor::FromBytes({dtype, {static_cast<std::int64_t>(values.size())}, Order::kC},
                        std::vector<std::byte>(bytes, bytes + values.size() * sizeof(T)));
  if (!tensor.ok()) return tensor.status();
  return WriteNpy(path, *tensor);
}

absl::Status WriteVectors(const std::string& folder, const Schedule& schedule) {
  std::vector<double> onsets;
  for (const std::int64_t sample : schedule.onset_samples) {
    onsets.push_back(static_cast<double>(sample) / kSamplingRateHz);
  }
  std::vector<double> times;
  for (const std::int64_t step : schedule.epoch_steps) {
    times.push_back(static_cast<double>(step) / kSamplingRateHz);
  }
  absl::Status status =
      WriteVector(PathIn(folder, "sfreq.npy"), DType::kF64, std::vector<double>{kSamplingRateHz});
  status.Update(WriteVector(PathIn(folder, "onsets.npy"), DType::kF64, onsets));
  status.Update(WriteVector(PathIn(folder, "times.npy"), DType::kF64, times));
  status.Update(WriteVector(PathIn(folder, "groups.npy"), DType::kI32, schedule.sessions));
  status.Update(WriteVector(PathIn(folder, kLastFile), DType::kF64, schedule.delays_seconds));
  return status;
}

absl::StatusOr<std::unique_ptr<FileReplacement>> Begin(const std::string& path,
                                                       const absl::StatusOr<std::string>& header) {
  if (!header.ok()) return header.status();
  absl::StatusOr<std::unique_ptr<FileReplacement>> file = FileReplacement::Create(path);
  if (!file.ok()) return file.status();
  const absl::Status status =
      (*file)->Append(header->data(), static_cast<std::int64_t>(header->size()));
  if (!status.ok()) return status;
  return file;
}

absl::StatusOr<std::unique_ptr<FileReplacement>> BeginActivations(const Workload& workload,
                                                                  const std::string& folder) {
  const std::vector<std::int64_t> shape = {workload.words, workload.dims};
  if (!UsesSafetensors(workload)) {
    return Begin(PathIn(folder, "activations.npy"),
                 EncodeNpyHeader({DType::kF32, {workload.layers, shape[0], shape[1]}, Order::kC}));
  }
  std::vector<SafetensorsEntry> entries;
  for (std::int64_t layer = 0; layer < workload.layers; ++layer) {
    entries.push_back({absl::StrCat("layer.", layer), {DType::kBF16, shape, Order::kC}, 0});
  }
  return Begin(PathIn(folder, "activations.safetensors"), EncodeSafetensorsHeader(entries));
}

absl::Status AppendLayer(const Workload& workload, std::int64_t layer, const HiddenWords& hidden,
                         FileReplacement& file) {
  const LayerMix mix(layer, workload.dims);
  std::vector<float> rows(static_cast<std::size_t>(kWordsAtOnce * workload.dims));
  std::vector<std::uint16_t> rounded(UsesSafetensors(workload) ? rows.size() : 0);
  for (std::int64_t first = 0; first < workload.words; first += kWordsAtOnce) {
    const std::int64_t count = std::min(kWordsAtOnce, workload.words - first);
    const std::int64_t elements = count * workload.dims;
    mix.Fill(hidden, first, count, rows.data());
    absl::Status status;
    if (UsesSafetensors(workload)) {
      std::transform(rows.begin(), rows.begin() + elements, rounded.begin(), BFloat16Of);
      status = file.Append(rounded.data(), elements * 2);
    } else {
      status = file.Append(rows.data(), elements * 4);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status AppendRecording(const Workload& workload, const SyntheticRecording& recording,
                             FileReplacement& file) {
  for (std::int64_t first = 0; first < workload.sensors; first += kSensorsAtOnce) {
    const std::vector<float> rows =
        recording.Sensors(first, std::min(kSensorsAtOnce, workload.sensors - first));
    absl::Status status =
        file.Append(rows.data(), static_cast<std::int64_t>(rows.size() * sizeof(float)));
    if (!status.ok()) return status;
  }
  return file.Commit();
}

absl::Status WriteFiles(const Workload& workload, const std::string& folder) {
  const Schedule schedule = ScheduleOf(workload);
  absl::StatusOr<std::unique_ptr<FileReplacement>> activations = BeginActivations(workload, folder);
  if (!activations.ok()) return activations.status();
  SyntheticRecording recording(workload.sensors, schedule);
  HiddenWords hidden(workload.words);
  for (std::int64_t layer = 0; layer < workload.layers; ++layer) {
    hidden.NextLayer();
    recording.AddResponses(layer, hidden);
    absl::Status status = AppendLayer(workload, layer, hidden, **activations);
    if (!status.ok()) return status;
  }
  absl::Status status = (*activations)->Commit();
  if (!status.ok()) return status;

  recording.AddNoise();
  absl::StatusOr<std::unique_ptr<FileReplacement>> continuous =
      Begin(PathIn(folder, "continuous.npy"),
            EncodeNpyHeader({DType::kF32, {workload.sensors, schedule.samples}, Order::kC}));
  if (!continuous.ok()) return continuous.status();
  status = AppendRecording(workload, recording, **continuous);
  if (!status.ok()) return status;
  return WriteVectors(folder, schedule);
}

}  // namespace

std::string FolderOf(const Workload& workload, const std::string& data_dir) {
  return PathIn(data_dir, workload.data);
}

absl::Status EnsureWorkloadFiles(const Workload& workload, const std::string& data_dir) {
  const std::string folder = FolderOf(workload, data_dir);
  std::error_code error;
  if (std::filesystem::exists(PathIn(folder, kLastFile), error)) return absl::OkStatus();
  std::filesystem::create_directories(folder, error);
  if (error) return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot make ", folder));
  return WriteFiles(workload, folder);
}

absl::StatusOr<Experiment> OpenWorkload(const Workload& workload, const std::string& data_dir) {
  const std::string folder = FolderOf(workload, data_dir);
  absl::StatusOr<Experiment> experiment = LoadExperiment(folder);
  if (!experiment.ok()) return experiment.status();
  const AlignmentInputs& inputs = experiment->inputs;
  const TensorSpec& layer = inputs.layers.front().activations.spec();
  if (static_cast<std::int64_t>(inputs.layers.size()) != workload.layers ||
      layer.shape != std::vector<std::int64_t>{workload.words, workload.dims} ||
      inputs.brain.continuous.dim(0) != workload.sensors ||
      static_cast<std::int64_t>(inputs.brain.times_seconds.size()) != workload.times()) {
    return absl::FailedPreconditionError(absl::StrCat(
        folder, " holds data of another shape than workload ", workload.name, "; remove it"));
  }
  return experiment;
}

}  // namespace brainalign
