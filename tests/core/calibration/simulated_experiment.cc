#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/inference/random_draws.h"
#include "core/linalg/matrix_types.h"
#include "tests/core/align/simulated_inputs.h"
#include "tests/core/calibration/condition.h"
#include "tests/core/reproducible_random.h"

namespace brainalign {
namespace {

constexpr double kSfreqHz = 10;
constexpr double kWordsPerSecond = 3.5;
constexpr int kGapSamples = 60;  // between sessions
constexpr int kFirstTime = -9;   // samples
constexpr int kLastTime = 20;
// Time constants of the noise, in samples. Processes of equal variance with time constants a factor
// apart add up to a spectrum of about 1 / f.
constexpr double kTimeConstants[] = {0.3, 1, 3, 10, 30, 100, 300};

enum Stream : std::uint64_t { kPatterns, kWords, kNoise, kActivations, kModel, kNuisance };

// The same for all conditions: those that differ in the analysis alone have the same experiments.
ReproducibleRandom RandomOf(std::uint64_t seed, Stream stream, std::uint64_t replicate) {
  return ReproducibleRandom(ChainedHash(ChainedHash(seed, stream), replicate));
}

RowMatrix<double> NormalMatrix(Eigen::Index rows, Eigen::Index columns,
                               ReproducibleRandom& random) {
  RowMatrix<double> matrix(rows, columns);
  for (Eigen::Index i = 0; i < matrix.size(); ++i) matrix.data()[i] = random.Normal();
  return matrix;
}

struct Schedule {
  std::vector<std::int64_t> onsets;    // (w) samples
  std::vector<std::int64_t> sessions;  // (w)
  std::int64_t samples = 0;
};

Schedule DrawSchedule(const Condition& condition, ReproducibleRandom random) {
  Schedule schedule;
  std::int64_t sample = kGapSamples;
  for (int session = 0; session < condition.sessions; ++session) {
    for (int word = 0; word < condition.words_per_session; ++word) {
      schedule.onsets.push_back(sample);
      schedule.sessions.push_back(session);
      // A uniform gap of 0.1 to 0.471 s has a mean of 1 / 3.5 s; whole samples keep it on average.
      const double gap = kSfreqHz * (0.1 + random.Uniform() * 2 * (1 / kWordsPerSecond - 0.1));
      sample += std::max<std::int64_t>(1, static_cast<std::int64_t>(gap + random.Uniform()));
    }
    sample += kGapSamples;
  }
  schedule.samples = sample;
  return schedule;
}

// (sensors, samples) Each session's noise is a stretch of a stationary process of its own.
RowMatrix<double> DrawNoise(const Condition& condition, const Schedule& schedule,
                            const RowMatrix<double>& mixing, ReproducibleRandom random) {
  RowMatrix<double> sources = RowMatrix<double>::Zero(condition.sensors, schedule.samples);
  std::vector<std::int64_t> begins = {0};
  for (std::size_t word = 1; word < schedule.onsets.size(); ++word) {
    if (schedule.sessions[word] != schedule.sessions[word - 1]) {
      begins.push_back(schedule.onsets[word] - kGapSamples / 2);
    }
  }
  begins.push_back(schedule.samples);
  for (Eigen::Index sensor = 0; sensor < sources.rows(); ++sensor) {
    for (const double constant : kTimeConstants) {
      const double weight = std::pow(constant, (condition.noise_exponent - 1) / 2);
      const double keep = std::exp(-1 / constant);
      for (std::size_t stretch = 0; stretch + 1 < begins.size(); ++stretch) {
        double state = random.Normal();
        for (std::int64_t at = begins[stretch]; at < begins[stretch + 1]; ++at) {
          sources(sensor, at) += weight * state;
          state = keep * state + std::sqrt(1 - keep * keep) * random.Normal();
        }
      }
    }
  }
  return mixing * sources;
}

// (w, columns) Columns that are autoregressive over words.
RowMatrix<double> DrawColumns(const Condition& condition, const Schedule& schedule, int columns,
                              ReproducibleRandom& random) {
  const double fresh = std::sqrt(1 - condition.word_memory * condition.word_memory);
  RowMatrix<double> values = NormalMatrix(condition.words(), columns, random);
  for (Eigen::Index word = 1; word < values.rows(); ++word) {
    if (schedule.sessions[static_cast<std::size_t>(word)] !=
        schedule.sessions[static_cast<std::size_t>(word - 1)]) {
      continue;  // a session begins anew
    }
    values.row(word) = condition.word_memory * values.row(word - 1) + fresh * values.row(word);
  }
  return values;
}

// (w, dims) of each layer.
std::vector<RowMatrix<double>> DrawActivations(const Condition& condition, const Schedule& schedule,
                                               ReproducibleRandom random) {
  const double own = std::sqrt(1 - condition.layer_correlation * condition.layer_correlation);
  std::vector<RowMatrix<double>> layers;
  for (int layer = 0; layer < condition.layers; ++layer) {
    RowMatrix<double> values = DrawColumns(condition, schedule, condition.dims, random);
    if (layer > 0) values = condition.layer_correlation * layers.back() + own * values;
    layers.push_back(std::move(values));
  }
  return layers;
}

// Adds what a layer's activations drive, at `gain`.
void AddResponse(const Condition& condition, const Schedule& schedule,
                 const RowMatrix<double>& activations, const RowMatrix<double>& pattern,
                 double delay_seconds, double gain, RowMatrix<double>& response) {
  const RowMatrix<double> driven = activations * pattern;  // (w, sensors)
  for (int step = kFirstTime; step <= kLastTime; ++step) {
    const double distance = step / kSfreqHz - delay_seconds;
    const double width = distance < 0 ? condition.rise_seconds : condition.fall_seconds;
    const double weight = gain * std::exp(-0.5 * distance * distance / (width * width));
    if (weight < 1e-3) continue;
    for (std::size_t word = 0; word < schedule.onsets.size(); ++word) {
      response.col(schedule.onsets[word] + step) +=
          weight * driven.row(static_cast<Eigen::Index>(word)).transpose();
    }
  }
}

double Deviation(const RowMatrix<double>& matrix) {
  const double mean = matrix.mean();
  return std::sqrt((matrix.array() - mean).square().mean());
}

std::vector<double> ToValues(const RowMatrix<double>& matrix) {
  return {matrix.data(), matrix.data() + matrix.size()};
}

}  // namespace

AlignmentInputs SimulateExperiment(const Condition& condition, std::uint64_t seed, int replicate,
                                   int model) {
  const auto own = static_cast<std::uint64_t>(replicate);
  ReproducibleRandom shared = RandomOf(seed, kPatterns, 0);
  const RowMatrix<double> mixing = NormalMatrix(condition.sensors, condition.sensors, shared);
  const Schedule schedule = DrawSchedule(condition, RandomOf(seed, kWords, own));
  RowMatrix<double> recording = DrawNoise(condition, schedule, mixing, RandomOf(seed, kNoise, own));
  recording /= Deviation(recording);
  std::vector<RowMatrix<double>> layers =
      DrawActivations(condition, schedule, RandomOf(seed, kActivations, own));

  if (condition.snr > 0) {
    RowMatrix<double> response = RowMatrix<double>::Zero(recording.rows(), recording.cols());
    for (int layer = 0; layer < condition.layers; ++layer) {
      const RowMatrix<double> pattern = NormalMatrix(condition.dims, condition.sensors, shared);
      const double depth = condition.layers < 2 ? 0 : layer / (condition.layers - 1.0);
      AddResponse(condition, schedule, layers[static_cast<std::size_t>(layer)], pattern,
                  condition.first_delay + depth * (condition.last_delay - condition.first_delay),
                  1 + depth * (condition.last_gain - 1), response);
    }
    recording += condition.snr / Deviation(response) * response;
  }
  RowMatrix<double> nuisance;
  if (condition.nuisance > 0) {
    ReproducibleRandom weights = RandomOf(seed, kNuisance, 0);
    ReproducibleRandom values = RandomOf(seed, kNuisance, own + 1);
    nuisance = DrawColumns(condition, schedule, condition.nuisance, values);
    RowMatrix<double> response = RowMatrix<double>::Zero(recording.rows(), recording.cols());
    AddResponse(condition, schedule, nuisance,
                NormalMatrix(condition.nuisance, condition.sensors, weights), condition.first_delay,
                /*gain=*/1, response);
    recording += condition.nuisance_snr / Deviation(response) * response;
    for (RowMatrix<double>& layer : layers) {
      layer += condition.nuisance_in_model * nuisance *
               NormalMatrix(condition.nuisance, condition.dims, weights);
    }
  }
  ReproducibleRandom models = RandomOf(seed, kModel, 2 * own + (model == 0 ? 0 : 1));
  for (RowMatrix<double>& layer : layers) {
    layer += condition.model_noise * NormalMatrix(layer.rows(), layer.cols(), models);
  }
  if (condition.slow_drift > 0) {
    for (Eigen::Index word = 0; word < condition.words(); ++word) {
      const double place = 2.0 * (word % condition.words_per_session) / condition.words_per_session;
      for (RowMatrix<double>& layer : layers) {
        layer.row(word).array() += condition.slow_drift * 1.7 * (place - 1);
      }
      const std::int64_t begin = schedule.onsets[static_cast<std::size_t>(word)];
      const std::int64_t end = word + 1 < condition.words()
                                   ? schedule.onsets[static_cast<std::size_t>(word + 1)]
                                   : schedule.samples;
      recording.middleCols(begin, end - begin).array() += condition.slow_drift * 1.7 * (place - 1);
    }
  }

  AlignmentInputs inputs;
  inputs.brain.sfreq_hz = kSfreqHz;
  inputs.brain.continuous =
      TensorOfDoubles({recording.rows(), recording.cols()}, ToValues(recording));
  for (const std::int64_t onset : schedule.onsets) {
    inputs.brain.onsets_seconds.push_back(static_cast<double>(onset) / kSfreqHz);
  }
  inputs.brain.groups = schedule.sessions;
  inputs.brain.sessions = schedule.sessions;
  for (int step = kFirstTime; step <= kLastTime; ++step) {
    inputs.brain.times_seconds.push_back(step / kSfreqHz);
  }
  if (condition.nuisance > 0) {
    inputs.nuisance = TensorOfDoubles({nuisance.rows(), nuisance.cols()}, ToValues(nuisance));
  }
  for (int layer = 0; layer < condition.layers; ++layer) {
    const RowMatrix<double>& values = layers[static_cast<std::size_t>(layer)];
    inputs.layers.push_back({TensorOfDoubles({values.rows(), values.cols()}, ToValues(values)),
                             (layer + 1.0) / condition.layers, absl::StrCat("layer ", layer)});
  }
  return inputs;
}

}  // namespace brainalign
