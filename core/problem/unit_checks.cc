#include "core/problem/unit_checks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace brainalign {
namespace {

// Epochs around a word are some seconds long, those of fMRI some tens of seconds.
constexpr double kLongestEpochSeconds = 30;
// If the words of a recording end before this share of its duration, the units are suspicious.
constexpr double kLeastCoverage = 0.05;
// A recording of words lasts longer.
constexpr double kShortestRecordingSeconds = 1;
// What recordings of the brain are sampled at.
constexpr double kLowestSamplingHz = 1;
constexpr double kHighestSamplingHz = 1e5;
// Slower recordings are of voxels, of which there may be more than samples.
constexpr double kLowestHzOfFewSensors = 5;
// Median distance of neighbouring onsets.
constexpr double kLongestWordSeconds = 60;
constexpr double kShortestWordSeconds = 0.03;
// The same for onsets that are all whole numbers.
constexpr double kLongestWholeWordSeconds = 5;

bool IsWhole(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](double value) { return value == std::nearbyint(value); });
}

// The numbers of a brain's side that have units, as given or as they may be meant.
struct Reading {
  double sensors = 0;
  double samples = 0;   // 0: epochs
  double sfreq_hz = 0;  // 0: epochs
  double last_onset = 0;
  double first_time = 0;
  double last_time = 0;
  double time_step = 0;      // mean; 0 for a single time
  bool whole_times = false;  // at least three, all whole numbers

  double DurationSeconds() const { return samples / sfreq_hz; }

  bool HasSensibleTimes() const {
    const double span = last_time - first_time;
    if (span > kLongestEpochSeconds) return false;
    // Steps of whole seconds belong to recordings with samples as far apart.
    const bool skips_samples = sfreq_hz == 0 || time_step * sfreq_hz >= 2;
    return !(whole_times && time_step >= 1 && skips_samples);
  }

  bool MakesSense() const {
    if (!HasSensibleTimes()) return false;
    if (samples == 0) return true;
    const double duration = DurationSeconds();
    return duration >= kShortestRecordingSeconds && last_onset <= 1.02 * duration &&
           last_onset >= kLeastCoverage * duration && last_time - first_time < duration &&
           (time_step == 0 || time_step * sfreq_hz > 0.5);
  }
};

// The onset that nine in ten do not exceed: a few odd ones say nothing about units.
double LastOnset(std::vector<double> onsets) {
  if (onsets.empty()) return 0;
  const auto nth = onsets.begin() + static_cast<std::ptrdiff_t>((onsets.size() - 1) * 9 / 10);
  std::nth_element(onsets.begin(), nth, onsets.end());
  return *nth;
}

Reading AsGiven(const BrainInput& brain) {
  const std::vector<double>& times = brain.times_seconds;
  Reading reading;
  if (brain.is_continuous()) {
    reading.sensors = static_cast<double>(brain.continuous.dim(0));
    reading.samples = static_cast<double>(brain.continuous.dim(1));
    reading.sfreq_hz = brain.sfreq_hz;
  }
  reading.last_onset = LastOnset(brain.onsets_seconds);
  reading.first_time = times.front();
  reading.last_time = times.back();
  if (times.size() > 1) {
    reading.time_step = (times.back() - times.front()) / static_cast<double>(times.size() - 1);
  }
  reading.whole_times = times.size() >= 3 && IsWhole(times);
  return reading;
}

Reading WithTimes(Reading reading, double factor) {
  reading.first_time *= factor;
  reading.last_time *= factor;
  reading.time_step *= factor;
  reading.whole_times = false;
  return reading;
}

Reading WithOnsets(Reading reading, double factor) {
  reading.last_onset *= factor;
  return reading;
}

Reading WithRate(Reading reading, double sfreq_hz) {
  reading.sfreq_hz = sfreq_hz;
  return reading;
}

std::string EpochOf(const Reading& reading) {
  return absl::StrCat("an epoch would reach from ", reading.first_time, " to ", reading.last_time,
                      " s");
}

std::string LengthOf(const Reading& reading) {
  return absl::StrCat("the recording would last ", reading.DurationSeconds(),
                      " s, and onsets reach ", reading.last_onset, " s");
}

struct Guess {
  std::string field;
  std::string clause;
};

// The readings of `given` that make sense where it makes none, the likeliest kind alone.
std::vector<Guess> Guesses(const Reading& given) {
  std::vector<Guess> guesses;
  if (given.MakesSense()) return guesses;
  const auto consider = [&](const std::string& field, const std::string& what,
                            const Reading& reading, const std::string& then) {
    const bool plausible_step = reading.sfreq_hz == 0 || reading.time_step == 0 ||
                                reading.time_step * reading.sfreq_hz > 0.9;
    if (reading.MakesSense() && plausible_step) {
      guesses.push_back({field, absl::StrCat(what, " (", then, ")")});
    }
  };
  const double f = given.sfreq_hz;
  const Reading in_ms = WithTimes(given, 1e-3);
  if (given.samples == 0) {
    if (given.HasSensibleTimes()) return guesses;
    consider("brain.times_seconds", "the times look like milliseconds or samples", in_ms,
             absl::StrCat("of milliseconds, ", EpochOf(in_ms)));
    return guesses;
  }
  Reading transposed = given;
  std::swap(transposed.sensors, transposed.samples);
  if (transposed.sensors < transposed.samples) {
    consider("brain.continuous", "the recording looks transposed", transposed,
             absl::StrCat("it must be (sensors, samples): with ", transposed.sensors, " sensors, ",
                          LengthOf(transposed)));
  }
  if (!guesses.empty()) return guesses;
  const Reading in_samples = WithTimes(given, 1 / f);
  consider("brain.times_seconds", "the times look like milliseconds", in_ms, EpochOf(in_ms));
  consider("brain.times_seconds", "the times look like samples", in_samples, EpochOf(in_samples));
  if (!guesses.empty()) return guesses;
  for (const auto& [unit, factor] :
       {std::pair("milliseconds", 1e-3), std::pair("samples", 1 / f)}) {
    const Reading onsets = WithOnsets(given, factor);
    consider("brain.onsets_seconds", absl::StrCat("the onsets look like ", unit), onsets,
             LengthOf(onsets));
    const Reading both = WithTimes(onsets, factor);
    consider("brain.onsets_seconds", absl::StrCat("onsets and times look like ", unit), both,
             LengthOf(both));
  }
  if (!guesses.empty()) return guesses;
  const std::array<std::pair<const char*, double>, 4> rates = {
      {{"kHz", 1e3 * f},
       {"the seconds between samples", 1 / f},
       {"the milliseconds between samples", 1e3 / f},
       {"mHz", 1e-3 * f}}};
  for (const auto& [unit, rate] : rates) {
    if (rate < kLowestSamplingHz || rate > kHighestSamplingHz) continue;
    const Reading sampled = WithRate(given, rate);
    consider("brain.sfreq_hz", absl::StrCat("the sampling rate looks like ", unit), sampled,
             absl::StrCat("at ", rate, " Hz ", LengthOf(sampled)));
  }
  if (!guesses.empty()) return guesses;
  const Reading of_minutes = WithOnsets(given, 60);
  consider("brain.onsets_seconds", "the onsets look like minutes", of_minutes,
           LengthOf(of_minutes));
  return guesses;
}

std::string Join(const std::vector<Guess>& guesses) {
  return absl::StrJoin(guesses, ", or ", [](std::string* out, const Guess& guess) {
    absl::StrAppend(out, guess.clause);
  });
}

// Median distance from each onset to the next, where that is later; 0 if none is.
double MedianOnsetStep(const BrainInput& brain) {
  std::vector<double> steps;
  for (std::size_t i = 1; i < brain.onsets_seconds.size(); ++i) {
    const double step = brain.onsets_seconds[i] - brain.onsets_seconds[i - 1];
    if (step > 0) steps.push_back(step);
  }
  if (steps.empty()) return 0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

// Onsets of epochs serve the purge alone, so that nothing else shows that their unit is wrong.
std::optional<std::string> NoteOnOnsetSteps(const BrainInput& brain) {
  const double step = MedianOnsetStep(brain);
  const bool whole = brain.onsets_seconds.size() >= 10 && IsWhole(brain.onsets_seconds);
  if (step > kLongestWordSeconds || (whole && step >= kLongestWholeWordSeconds)) {
    return absl::StrCat("Words begin ", step,
                        " s apart (median): if the onsets are milliseconds or samples, give "
                        "seconds; too few words are purged otherwise.");
  }
  if (step > 0 && step < kShortestWordSeconds) {
    return absl::StrCat("Words begin ", step,
                        " s apart (median): if the onsets are not seconds, give seconds; too many "
                        "words are purged otherwise.");
  }
  return std::nullopt;
}

}  // namespace

void CheckUnits(const BrainInput& brain, std::vector<FieldProblem>& problems) {
  if (!brain.is_continuous()) return;
  const Reading given = AsGiven(brain);
  const double duration = given.DurationSeconds();
  const std::vector<Guess> guesses = Guesses(given);
  const auto refuse = [&](const std::string& field, const std::string& what,
                          const std::string& otherwise) {
    problems.push_back({guesses.empty() ? field : guesses.front().field,
                        absl::StrCat(what, "; ", guesses.empty() ? otherwise : Join(guesses))});
  };
  const auto outside =
      std::count_if(brain.onsets_seconds.begin(), brain.onsets_seconds.end(), [&](double onset) {
        return std::nearbyint(onset * brain.sfreq_hz) < 0 || onset >= duration;
      });
  const std::string recording =
      absl::StrCat("the recording of ", duration, " s (", given.sensors, " sensors, ",
                   given.samples, " samples at ", given.sfreq_hz, " Hz)");
  if (2 * outside > static_cast<std::ptrdiff_t>(brain.onsets_seconds.size())) {
    return refuse(
        "brain.onsets_seconds",
        absl::StrCat(outside, " of ", brain.onsets_seconds.size(), " onsets lie outside ",
                     recording),
        given.sfreq_hz > kHighestSamplingHz
            ? "no recording of the brain has so many samples per second; check the sampling rate"
            : "onsets are seconds from its first sample");
  }
  if (given.last_time - given.first_time >= duration) {
    return refuse("brain.times_seconds",
                  absl::StrCat("times span ", given.last_time - given.first_time,
                               " s, no less than ", recording),
                  "times are seconds after word onset");
  }
  if (given.time_step > 0 && std::nearbyint(given.first_time * given.sfreq_hz) ==
                                 std::nearbyint(given.last_time * given.sfreq_hz)) {
    return refuse("brain.sfreq_hz",
                  absl::StrCat("all times, from ", given.first_time, " to ", given.last_time,
                               " s, fall on one sample of ", recording),
                  "the sampling rate is samples per second");
  }
}

std::vector<std::string> UnitNotes(const BrainInput& brain) {
  const Reading given = AsGiven(brain);
  std::vector<std::string> notes;
  const std::string probably = DescribeProbableUnits(brain);
  if (!probably.empty()) {
    notes.push_back(absl::StrCat("Check the units: ", probably, "."));
  } else if (!given.HasSensibleTimes()) {
    notes.push_back(absl::StrCat("Epochs reach from ", given.first_time, " to ", given.last_time,
                                 " s after word onset, in steps of ", given.time_step,
                                 " s: times must be in seconds."));
  }
  if (!brain.is_continuous()) {
    if (std::optional<std::string> note = NoteOnOnsetSteps(brain)) notes.push_back(*note);
    return notes;
  }
  // Other facts may fit the wrong axis by chance.
  if (probably.empty() && given.sensors > given.samples &&
      given.sfreq_hz >= kLowestHzOfFewSensors) {
    notes.push_back(absl::StrCat(
        "The recording has more rows (", given.sensors, ") than columns (", given.samples,
        "), so that it lasts ", given.DurationSeconds(), " s at ", given.sfreq_hz,
        " Hz: it is probably transposed, as rows must be sensors and columns samples."));
  }
  // Scans of fMRI are seconds apart, and so are their times.
  const bool is_slow = given.sfreq_hz < kLowestSamplingHz && given.time_step * given.sfreq_hz < 0.5;
  if (is_slow || given.sfreq_hz > kHighestSamplingHz) {
    notes.push_back(absl::StrCat("The sampling rate is ", given.sfreq_hz, " Hz, so that ",
                                 given.samples, " samples last ", given.DurationSeconds(),
                                 " s: it must be in samples per second."));
  }
  std::int64_t repeated = 0;
  const std::vector<double>& times = brain.times_seconds;
  for (std::size_t t = 1; t < times.size(); ++t) {
    if (std::nearbyint(times[t] * brain.sfreq_hz) ==
        std::nearbyint(times[t - 1] * brain.sfreq_hz)) {
      ++repeated;
    }
  }
  if (repeated > 0) {
    notes.push_back(absl::StrCat(repeated, " of ", times.size(),
                                 " times fall on the same sample as the time before, as samples "
                                 "are ",
                                 1 / given.sfreq_hz, " s apart."));
  }
  return notes;
}

std::string DescribeProbableUnits(const BrainInput& brain) { return Join(Guesses(AsGiven(brain))); }

}  // namespace brainalign
