#include "bench/data/synthetic_recording.h"

#include <cblas.h>

#include <algorithm>
#include <cmath>

#include "bench/data/noise.h"
#include "bench/workload.h"

namespace brainalign {
namespace {

constexpr std::uint64_t kTopographyStream = 5'000;
constexpr std::uint64_t kSourceStream = 6'000;
constexpr std::uint64_t kSensorStream = 6'001;
constexpr std::uint64_t kSourceTopographyStream = 6'002;

constexpr std::int64_t kSources = 48;   // of noise; source k has power 1 / (k + 1)
constexpr float kSourceMemory = 0.95f;  // correlation of a sample with the next
constexpr float kSensorMemory = 0.8f;
constexpr float kSensorNoise = 0.3f;    // of a sensor's own, against 1 from the sources
constexpr double kSignalToNoise = 0.3;  // deviation of all responses over that of the noise
constexpr float kTesla = 1e-13f;
constexpr double kReachSeconds = 0.2;  // of a response, to either side
constexpr std::int64_t kSamplesAtOnce = 4096;

// Row i of (rows, columns), which holds fresh noise, becomes an autoregressive
// process that goes on from `state` (columns).
void Remember(std::int64_t rows, std::int64_t columns, float memory, float* values,
              std::vector<float>& state) {
  const float fresh = std::sqrt(1 - memory * memory);
  for (std::int64_t i = 0; i < rows; ++i) {
    float* row = values + i * columns;
    for (std::int64_t j = 0; j < columns; ++j) {
      float& kept = state[static_cast<std::size_t>(j)];
      kept = memory * kept + fresh * row[j];
      row[j] = kept;
    }
  }
}

}  // namespace

SyntheticRecording::SyntheticRecording(std::int64_t sensors, const Schedule& schedule)
    : sensors_(sensors),
      schedule_(schedule),
      values_(static_cast<std::size_t>(schedule.samples * sensors), 0.0f) {}

void SyntheticRecording::AddResponses(std::int64_t layer, const HiddenWords& hidden) {
  std::vector<float> topography(static_cast<std::size_t>(kFeaturesInBrain * sensors_));
  FillNormal(kTopographyStream + static_cast<std::uint64_t>(layer), 0, topography.size(),
             topography.data());
  const double delay = schedule_.delays_seconds[static_cast<std::size_t>(layer)];
  const auto first =
      static_cast<std::int64_t>(std::ceil((delay - kReachSeconds) * kSamplingRateHz));
  const auto last =
      static_cast<std::int64_t>(std::floor((delay + kReachSeconds) * kSamplingRateHz));
  std::vector<float> response(static_cast<std::size_t>(sensors_));
  for (std::size_t word = 0; word < schedule_.onset_samples.size(); ++word) {
    std::fill(response.begin(), response.end(), 0.0f);
    for (std::int64_t k = 0; k < kFeaturesInBrain; ++k) {
      const float feature = hidden.values()[word * kHiddenFeatures + static_cast<std::size_t>(k)];
      const float* weights = topography.data() + k * sensors_;
      for (std::size_t s = 0; s < response.size(); ++s) response[s] += feature * weights[s];
    }
    for (std::int64_t step = first; step <= last; ++step) {
      const std::int64_t sample = schedule_.onset_samples[word] + step;
      if (sample < 0 || sample >= schedule_.samples) continue;
      const double u = (static_cast<double>(step) / kSamplingRateHz - delay) / kReachSeconds;
      const auto bump = static_cast<float>(std::pow(std::max(0.0, 1 - u * u), 3));
      float* at = values_.data() + sample * sensors_;
      for (std::size_t s = 0; s < response.size(); ++s) at[s] += bump * response[s];
    }
  }
}

void SyntheticRecording::AddNoise() {
  double power = 0;
  for (const float value : values_) {
    power += static_cast<double>(value) * static_cast<double>(value);
  }
  const double deviation = std::sqrt(power / static_cast<double>(values_.size()));
  const auto signal_scale =
      static_cast<float>(deviation > 0 ? kTesla * kSignalToNoise / deviation : 0);

  std::vector<float> mixing(static_cast<std::size_t>(kSources * sensors_));
  FillNormal(kSourceTopographyStream, 0, mixing.size(), mixing.data());
  float source_power = 0;
  for (std::int64_t k = 0; k < kSources; ++k) source_power += 1.0f / static_cast<float>(k + 1);
  for (std::int64_t k = 0; k < kSources; ++k) {
    const float weight = std::sqrt(1.0f / static_cast<float>(k + 1) / source_power);
    for (std::int64_t s = 0; s < sensors_; ++s) {
      mixing[static_cast<std::size_t>(k * sensors_ + s)] *= weight;
    }
  }

  std::vector<float> source_state(static_cast<std::size_t>(kSources), 0.0f);
  std::vector<float> sensor_state(static_cast<std::size_t>(sensors_), 0.0f);
  std::vector<float> sources(static_cast<std::size_t>(kSamplesAtOnce * kSources));
  std::vector<float> noise(static_cast<std::size_t>(kSamplesAtOnce * sensors_));
  for (std::int64_t begin = 0; begin < schedule_.samples; begin += kSamplesAtOnce) {
    const std::int64_t count = std::min(kSamplesAtOnce, schedule_.samples - begin);
    FillNormal(kSourceStream, static_cast<std::uint64_t>(begin * kSources),
               static_cast<std::size_t>(count * kSources), sources.data());
    FillNormal(kSensorStream, static_cast<std::uint64_t>(begin * sensors_),
               static_cast<std::size_t>(count * sensors_), noise.data());
    Remember(count, kSources, kSourceMemory, sources.data(), source_state);
    Remember(count, sensors_, kSensorMemory, noise.data(), sensor_state);
    const int sensors = static_cast<int>(sensors_);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(count), sensors,
                static_cast<int>(kSources), kTesla, sources.data(), static_cast<int>(kSources),
                mixing.data(), sensors, kTesla * kSensorNoise, noise.data(), sensors);
    for (std::int64_t i = 0; i < count; ++i) {
      float* at = values_.data() + (begin + i) * sensors_;
      const float* added = noise.data() + i * sensors_;
      float mean = 0;
      for (std::int64_t s = 0; s < sensors_; ++s) {
        at[s] = signal_scale * at[s] + added[s];
        mean += at[s];
      }
      mean /= static_cast<float>(sensors_);
      for (std::int64_t s = 0; s < sensors_; ++s) at[s] -= mean;
    }
  }
}

std::vector<float> SyntheticRecording::Sensors(std::int64_t first, std::int64_t count) const {
  std::vector<float> rows(static_cast<std::size_t>(count * schedule_.samples));
  for (std::int64_t sample = 0; sample < schedule_.samples; ++sample) {
    const float* from = values_.data() + sample * sensors_ + first;
    for (std::int64_t s = 0; s < count; ++s) {
      rows[static_cast<std::size_t>(s * schedule_.samples + sample)] = from[s];
    }
  }
  return rows;
}

}  // namespace brainalign
