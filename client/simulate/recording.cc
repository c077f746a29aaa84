#include "client/simulate/recording.h"

#include <algorithm>
#include <cmath>

#include "client/simulate/activations.h"
#include "client/simulate/normal.h"
#include "core/to_integer.h"

namespace brainalign {
namespace {

constexpr std::uint64_t kNoiseStream = 1;
constexpr std::uint64_t kFirstTopographyStream = 1'000'000;

constexpr std::int64_t kSources = 4;    // of noise, seen by all sensors
constexpr double kSourceWeight = 0.4;   // of each, against 1 for a sensor's own noise
constexpr double kSourceMemory = 0.95;  // correlation from one sample to the next
constexpr double kSensorMemory = 0.8;

// Smooth, 1 at the centre, 0 from the reach on; near a Gaussian of deviation
// reach / 3. A polynomial, so that it has the same bits everywhere.
double Bump(double offset_seconds, double reach_seconds) {
  const double u = offset_seconds / reach_seconds;
  const double v = 1 - u * u;
  return v > 0 ? v * v * v : 0;
}

}  // namespace

Recording::Recording(const SimulationOptions& options, const Schedule& schedule)
    : options_(options),
      schedule_(schedule),
      values_(static_cast<std::size_t>(schedule.samples * options.sensors), 0.0f) {}

void Recording::AddResponses(std::int64_t layer, const std::vector<float>& features) {
  const std::int64_t sensors = options_.sensors;
  RandomStream random(options_.seed, kFirstTopographyStream + static_cast<std::uint64_t>(layer));
  std::vector<float> topography(static_cast<std::size_t>(kBrainFeatures * sensors));
  for (float& value : topography) value = static_cast<float>(random.Normal());

  const double delay = schedule_.delays_seconds[static_cast<std::size_t>(layer)];
  const double reach = options_.reach_seconds;
  const bool on_samples = schedule_.shifts_seconds.empty();
  // Off the samples the response reaches half a sample further on one side.
  const std::int64_t more = on_samples ? 0 : 1;
  const std::int64_t first = ToInt64(std::ceil((delay - reach) * options_.sfreq_hz)) - more;
  const std::int64_t last = ToInt64(std::floor((delay + reach) * options_.sfreq_hz)) + more;
  std::vector<float> response(static_cast<std::size_t>(sensors));
  for (std::int64_t word = 0; word < options_.words; ++word) {
    std::fill(response.begin(), response.end(), 0.0f);
    for (std::int64_t k = 0; k < kBrainFeatures; ++k) {
      const float feature = features[static_cast<std::size_t>(word * kFeatures + k)];
      const float* weights = topography.data() + k * sensors;
      for (std::int64_t s = 0; s < sensors; ++s) {
        response[static_cast<std::size_t>(s)] += feature * weights[s];
      }
    }
    const std::int64_t onset = schedule_.onset_samples[static_cast<std::size_t>(word)];
    const double shift =
        on_samples ? 0.0 : schedule_.shifts_seconds[static_cast<std::size_t>(word)];
    for (std::int64_t step = first; step <= last; ++step) {
      const std::int64_t sample = onset + step;
      if (sample < 0 || sample >= schedule_.samples) continue;
      const auto weight = static_cast<float>(
          Bump(static_cast<double>(step) / options_.sfreq_hz - delay - shift, reach));
      float* at = values_.data() + sample * sensors;
      for (std::int64_t s = 0; s < sensors; ++s)
        at[s] += weight * response[static_cast<std::size_t>(s)];
    }
  }
}

void Recording::AddNoise() {
  double power = 0;
  for (const float value : values_)
    power += static_cast<double>(value) * static_cast<double>(value);
  const double deviation = std::sqrt(power / static_cast<double>(values_.size()));
  const double noise_deviation = std::sqrt(1 + kSources * kSourceWeight * kSourceWeight);
  const double signal_scale =
      deviation > 0 ? options_.amplitude * options_.signal_to_noise * noise_deviation / deviation
                    : 0;

  RandomStream random(options_.seed, kNoiseStream);
  const std::int64_t sensors = options_.sensors;
  std::vector<float> mixing(static_cast<std::size_t>(kSources * sensors));
  for (float& weight : mixing) weight = static_cast<float>(kSourceWeight * random.Normal());
  std::vector<float> own(static_cast<std::size_t>(sensors));
  for (float& value : own) value = static_cast<float>(random.Normal());
  double sources[kSources];
  for (double& source : sources) source = random.Normal();

  const double source_step = std::sqrt(1 - kSourceMemory * kSourceMemory);
  const double sensor_step = std::sqrt(1 - kSensorMemory * kSensorMemory);
  for (std::int64_t sample = 0; sample < schedule_.samples; ++sample) {
    for (double& source : sources) source = kSourceMemory * source + source_step * random.Normal();
    float* at = values_.data() + sample * sensors;
    for (std::int64_t s = 0; s < sensors; ++s) {
      float& mine = own[static_cast<std::size_t>(s)];
      mine = static_cast<float>(kSensorMemory * static_cast<double>(mine) +
                                sensor_step * random.Normal());
      double noise = static_cast<double>(mine);
      for (std::int64_t k = 0; k < kSources; ++k) {
        noise +=
            sources[k] * static_cast<double>(mixing[static_cast<std::size_t>(k * sensors + s)]);
      }
      at[s] = static_cast<float>(signal_scale * static_cast<double>(at[s]) +
                                 options_.amplitude * noise);
    }
  }
}

absl::Status Recording::WriteContinuous(FileReplacement& file) const {
  constexpr std::int64_t kAtOnce = 16;  // sensors: one cache line of every sample
  const std::int64_t samples = schedule_.samples;
  std::vector<float> rows;
  for (std::int64_t begin = 0; begin < options_.sensors; begin += kAtOnce) {
    const std::int64_t count = std::min(kAtOnce, options_.sensors - begin);
    rows.resize(static_cast<std::size_t>(count * samples));
    for (std::int64_t sample = 0; sample < samples; ++sample) {
      const float* from = Sample(sample) + begin;
      for (std::int64_t s = 0; s < count; ++s) {
        rows[static_cast<std::size_t>(s * samples + sample)] = from[s];
      }
    }
    absl::Status status =
        file.Append(rows.data(), static_cast<std::int64_t>(rows.size() * sizeof(float)));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status Recording::WriteEpochs(FileReplacement& file) const {
  const std::size_t times = schedule_.epoch_steps.size();
  std::vector<float> epoch(static_cast<std::size_t>(options_.sensors) * times);
  for (const std::int64_t onset : schedule_.onset_samples) {
    for (std::size_t t = 0; t < times; ++t) {
      const float* from = Sample(onset + schedule_.epoch_steps[t]);
      for (std::size_t s = 0; s < static_cast<std::size_t>(options_.sensors); ++s) {
        epoch[s * times + t] = from[s];
      }
    }
    absl::Status status =
        file.Append(epoch.data(), static_cast<std::int64_t>(epoch.size() * sizeof(float)));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace brainalign
