#include "client/simulate/simulate.h"

#include <cmath>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/simulate/activations.h"
#include "client/simulate/kind.h"
#include "client/simulate/recording.h"
#include "client/simulate/schedule.h"
#include "client/simulate/spoken_words.h"
#include "core/tensor/file_replacement.h"
#include "core/tensor/format/npy_header.h"
#include "core/tensor/format/safetensors_header.h"

namespace brainalign {
namespace {

absl::Status Bad(const std::string& option, double value, const std::string& right) {
  return absl::InvalidArgumentError(absl::StrCat(option, " is ", value, "; it must be ", right));
}

absl::Status CheckOptions(const SimulationOptions& o) {
  const std::pair<const char*, std::int64_t> counts[] = {{"words", o.words},
                                                         {"sensors", o.sensors},
                                                         {"layers", o.layers},
                                                         {"dims", o.dims},
                                                         {"sessions", o.sessions}};
  constexpr std::int64_t kLargest = 100'000'000;
  for (const auto& [name, count] : counts) {
    if (count < 1 || count > kLargest) {
      return Bad(name, static_cast<double>(count), absl::StrCat("from 1 to ", kLargest));
    }
  }
  if (o.sessions > o.words) {
    return Bad("sessions", static_cast<double>(o.sessions),
               absl::StrCat("at most the number of words, ", o.words));
  }
  const std::pair<const char*, double> positive[] = {{"sfreq", o.sfreq_hz},
                                                     {"words per second", o.words_per_second}};
  for (const auto& [name, value] : positive) {
    if (!(value > 0 && value <= 1e6)) return Bad(name, value, "above 0 and at most 1e6");
  }
  if (!(o.signal_to_noise >= 0 && o.signal_to_noise <= 1e6)) {
    return Bad("signal to noise", o.signal_to_noise, "from 0 to 1e6");
  }
  constexpr double kLongest = 100;
  if (!(o.tmin_seconds >= -kLongest && o.tmax_seconds <= kLongest &&
        o.tmin_seconds <= o.tmax_seconds)) {
    return absl::InvalidArgumentError(absl::StrCat("tmin to tmax is ", o.tmin_seconds, " to ",
                                                   o.tmax_seconds,
                                                   " s; it must ascend and stay within 100 s"));
  }
  for (const auto& [name, delay] :
       {std::pair("first delay", o.first_delay_seconds), {"last delay", o.last_delay_seconds}}) {
    if (!(delay >= o.tmin_seconds && delay <= o.tmax_seconds)) {
      return Bad(name, delay,
                 absl::StrCat("from tmin to tmax, ", o.tmin_seconds, " to ", o.tmax_seconds));
    }
  }
  return absl::OkStatus();
}

// All files of one experiment, which appear together.
class ExperimentFiles {
 public:
  explicit ExperimentFiles(std::string dir) : dir_(std::move(dir)) {}

  absl::StatusOr<FileReplacement*> Add(const std::string& name, const std::string& header) {
    absl::StatusOr<std::unique_ptr<FileReplacement>> file =
        FileReplacement::Create((std::filesystem::path(dir_) / name).string());
    if (!file.ok()) return file.status();
    const absl::Status status =
        (*file)->Append(header.data(), static_cast<std::int64_t>(header.size()));
    if (!status.ok()) return status;
    files_.push_back(*std::move(file));
    return files_.back().get();
  }

  absl::StatusOr<FileReplacement*> AddNpy(const std::string& name, DType dtype,
                                          std::vector<std::int64_t> shape) {
    const absl::StatusOr<std::string> header =
        EncodeNpyHeader({dtype, std::move(shape), Order::kC});
    if (!header.ok()) return header.status();
    return Add(name, *header);
  }

  template <typename T>
  absl::Status AddVector(const std::string& name, DType dtype, const std::vector<T>& values,
                         bool scalar = false) {
    std::vector<std::int64_t> shape;
    if (!scalar) shape.push_back(static_cast<std::int64_t>(values.size()));
    const absl::StatusOr<FileReplacement*> file = AddNpy(name, dtype, std::move(shape));
    if (!file.ok()) return file.status();
    return (*file)->Append(values.data(), static_cast<std::int64_t>(values.size() * sizeof(T)));
  }

  absl::Status Commit() {
    for (const std::unique_ptr<FileReplacement>& file : files_) {
      absl::Status status = file->Commit();
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  const std::string dir_;
  std::vector<std::unique_ptr<FileReplacement>> files_;
};

// Opens the file of activations with its header.
absl::StatusOr<FileReplacement*> AddActivations(const SimulationOptions& o,
                                                ExperimentFiles& files) {
  if (o.activation_file == ActivationFile::kNpyF32) {
    return files.AddNpy("activations.npy", DType::kF32, {o.layers, o.words, o.dims});
  }
  std::vector<SafetensorsEntry> entries;
  for (std::int64_t layer = 0; layer < o.layers; ++layer) {
    entries.push_back(
        {absl::StrCat("layer.", layer), {DType::kBF16, {o.words, o.dims}, Order::kC}, 0});
  }
  const absl::StatusOr<std::string> header = EncodeSafetensorsHeader(entries);
  if (!header.ok()) return header.status();
  return files.Add("activations.safetensors", *header);
}

// Writes one layer's (words, dims) as it is made.
absl::Status WriteLayer(const SimulationOptions& o, std::int64_t layer,
                        const std::vector<float>& features, FileReplacement& file) {
  LayerActivations activations(o.seed, layer, o.dims);
  const auto dims = static_cast<std::size_t>(o.dims);
  std::vector<float> row(dims);
  std::vector<std::uint16_t> rounded(dims);
  for (std::int64_t word = 0; word < o.words; ++word) {
    activations.NextWord(features.data() + word * kFeatures, row.data());
    absl::Status status;
    if (o.activation_file == ActivationFile::kNpyF32) {
      status = file.Append(row.data(), static_cast<std::int64_t>(dims * sizeof(row[0])));
    } else {
      for (std::size_t j = 0; j < dims; ++j) rounded[j] = BFloat16Of(row[j]);
      status = file.Append(rounded.data(), static_cast<std::int64_t>(dims * sizeof(rounded[0])));
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status WriteVectors(const SimulationOptions& o, const Schedule& schedule,
                          ExperimentFiles& files) {
  std::vector<double> onsets;
  for (std::size_t word = 0; word < schedule.onset_samples.size(); ++word) {
    onsets.push_back(schedule.OnsetSeconds(word, o.sfreq_hz));
  }
  std::vector<double> times;
  for (const std::int64_t step : schedule.epoch_steps) {
    times.push_back(static_cast<double>(step) / o.sfreq_hz);
  }
  std::vector<double> depths;  // evenly from a tenth to nine tenths of the model
  for (std::int64_t layer = 0; layer < o.layers; ++layer) {
    depths.push_back(o.layers == 1 ? 0.5
                                   : 0.1 + 0.8 * static_cast<double>(layer) /
                                               static_cast<double>(o.layers - 1));
  }
  absl::Status status =
      files.AddVector("sfreq.npy", DType::kF64, std::vector<double>{o.sfreq_hz}, true);
  if (status.ok()) status = files.AddVector("onsets.npy", DType::kF64, onsets);
  if (status.ok()) status = files.AddVector("times.npy", DType::kF64, times);
  if (status.ok()) status = files.AddVector("groups.npy", DType::kI32, schedule.sessions);
  if (status.ok()) status = files.AddVector("depth.npy", DType::kF64, depths);
  if (status.ok()) status = files.AddVector("truth.npy", DType::kF64, schedule.delays_seconds);
  if (status.ok() && o.kind) status = files.Add("words.tsv", WordsText(o, schedule)).status();
  if (status.ok() && o.kind) status = files.Add("channels.tsv", ChannelsText(o)).status();
  return status;
}

absl::Status WriteExperiment(const SimulationOptions& o, const std::string& dir) {
  const Schedule schedule = MakeSchedule(o);
  ExperimentFiles files(dir);
  absl::Status status = WriteVectors(o, schedule, files);
  if (!status.ok()) return status;

  const absl::StatusOr<FileReplacement*> activations = AddActivations(o, files);
  if (!activations.ok()) return activations.status();
  Recording recording(o, schedule);
  HiddenFeatures features(o.seed, o.words);
  for (std::int64_t layer = 0; layer < o.layers; ++layer) {
    features.Advance();
    recording.AddResponses(layer, features.values());
    status = WriteLayer(o, layer, features.values(), **activations);
    if (!status.ok()) return status;
  }
  recording.AddNoise();

  const absl::StatusOr<FileReplacement*> continuous =
      files.AddNpy("continuous.npy", DType::kF32, {o.sensors, schedule.samples});
  if (!continuous.ok()) return continuous.status();
  status = recording.WriteContinuous(**continuous);
  if (status.ok() && o.epochs) {
    const absl::StatusOr<FileReplacement*> epochs =
        files.AddNpy("meg.npy", DType::kF32,
                     {o.words, o.sensors, static_cast<std::int64_t>(schedule.epoch_steps.size())});
    if (!epochs.ok()) return epochs.status();
    status = recording.WriteEpochs(**epochs);
  }
  if (!status.ok()) return status;
  return files.Commit();
}

// Other data can have the same file names.
absl::Status RefuseAnyFile(const std::string& dir) {
  std::error_code ignored;
  const std::filesystem::directory_iterator entries(dir, ignored);
  if (entries == std::filesystem::directory_iterator()) return absl::OkStatus();
  return absl::AlreadyExistsError(
      absl::StrCat(dir, " holds ", entries->path().filename().string(),
                   " already; choose a folder that is empty or does not exist, or give --force to "
                   "replace files of the same names"));
}

// A file that is left from something else and would be read with the new ones.
absl::Status RefuseForeignFiles(const SimulationOptions& o, const std::string& dir) {
  std::vector<std::string> foreign = {"words.csv"};
  if (!o.kind) foreign.push_back("words.tsv");
  if (!o.epochs) foreign.push_back("meg.npy");
  foreign.push_back(o.activation_file == ActivationFile::kNpyF32 ? "activations.safetensors"
                                                                 : "activations.npy");
  for (const std::string& name : foreign) {
    const std::filesystem::path path = std::filesystem::path(dir) / name;
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) {
      return absl::AlreadyExistsError(absl::StrCat(
          path.string(),
          " would be read with the simulated files; remove it or choose another folder"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Simulate(const SimulationOptions& options, const std::string& dir,
                      ExistingFiles existing) {
  absl::Status status = CheckOptions(options);
  if (status.ok()) {
    status =
        existing == ExistingFiles::kRefuse ? RefuseAnyFile(dir) : RefuseForeignFiles(options, dir);
  }
  if (!status.ok()) return status;
  std::error_code error;
  const bool made = std::filesystem::create_directories(dir, error);
  if (error) {
    return absl::ErrnoToStatus(error.value(), absl::StrCat("cannot make the folder ", dir));
  }
  status = WriteExperiment(options, dir);
  if (!status.ok() && made) std::filesystem::remove(dir, error);  // stays if not empty
  return status;
}

}  // namespace brainalign
