#include "core/inference/repeat_ceiling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/inference/quantile.h"
#include "core/linalg/unit_exponent.h"

namespace brainalign {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
// A correlation of two pairs is 1 or -1 whatever they are.
constexpr std::size_t kFewestItems = 3;
// Time samples that are read at once.
constexpr std::int64_t kTimesAtOnce = 32;

// Kept words that are presentations of an item, and where each belongs.
struct Presentations {
  std::vector<std::int32_t> word;  // ascending
  std::vector<std::int32_t> item;  // of each word, from 0
  std::vector<std::int32_t> half;  // of each word, 0 or 1
  std::vector<double> per_half;    // (items) presentations in a half
};

// Alternate presentations go to the halves, so that what changes slowly is in both alike. If their
// number is odd, the last is left out.
Presentations Divide(const Epochs& epochs, const std::vector<std::int64_t>& item_of_word) {
  std::map<std::int64_t, std::vector<std::int32_t>> words_of_item;
  for (std::int64_t kept = 0; kept < epochs.words(); ++kept) {
    const std::int64_t item =
        item_of_word[static_cast<std::size_t>(epochs.used_words()[static_cast<std::size_t>(kept)])];
    if (item >= 0) words_of_item[item].push_back(static_cast<std::int32_t>(kept));
  }
  struct Place {
    std::int32_t item;
    std::int32_t half;
  };
  std::map<std::int32_t, Place> place_of_word;
  Presentations divided;
  for (const auto& [name, words] : words_of_item) {
    const std::size_t used = words.size() / 2 * 2;
    if (used == 0) continue;
    const auto item = static_cast<std::int32_t>(divided.per_half.size());
    for (std::size_t i = 0; i < used; ++i) {
      place_of_word[words[i]] = {item, static_cast<std::int32_t>(i % 2)};
    }
    divided.per_half.push_back(static_cast<double>(used) / 2);
  }
  for (const auto& [word, place] : place_of_word) {
    divided.word.push_back(word);
    divided.item.push_back(place.item);
    divided.half.push_back(place.half);
  }
  return divided;
}

// Deviations from the mean in place, scaled by a power of two so that their squares stay in range,
// and their sum of squares; 0 if all values are equal but for the rounding of their means.
double Centre(std::vector<double>& values) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  if (largest == 0) return 0;
  const int exponent = std::ilogb(largest);
  const auto count = static_cast<double>(values.size());
  double mean = 0;
  for (double& value : values) {
    value = std::ldexp(value, -exponent);
    mean += value / count;
  }
  double squares = 0;
  for (double& value : values) {
    value -= mean;
    squares += value * value;
  }
  // No value is above 2 now.
  const double rounding = 2 * count * std::numeric_limits<double>::epsilon();
  return squares > count * rounding * rounding ? squares : 0;
}

double Correlation(std::vector<double>& first, std::vector<double>& second) {
  const double of_first = Centre(first);
  const double of_second = Centre(second);
  if (of_first == 0 || of_second == 0) return kNone;
  double product = 0;
  for (std::size_t i = 0; i < first.size(); ++i) product += first[i] * second[i];
  // Rounding alone can exceed 1.
  return std::clamp(product / std::sqrt(of_first * of_second), -1.0, 1.0);
}

// Root of the reliability of `factor` times as many presentations as a half has (Spearman 1910,
// Brown 1910).
double Ceiling(double half_correlation, double factor) {
  if (std::isnan(half_correlation)) return kNone;
  if (half_correlation <= 0) return 0;
  return std::sqrt(factor * half_correlation / (1 + (factor - 1) * half_correlation));
}

// (T) Medians over sensors of (s, T).
std::vector<double> Medians(const std::vector<double>& values, std::int64_t times) {
  std::vector<double> medians;
  for (std::int64_t t = 0; t < times; ++t) {
    std::vector<double> of_time;
    for (std::size_t i = static_cast<std::size_t>(t); i < values.size();
         i += static_cast<std::size_t>(times)) {
      of_time.push_back(values[i]);
    }
    medians.push_back(Quantile(std::move(of_time), 0.5));
  }
  return medians;
}

// Writes to half_correlation.
absl::Status CorrelateSensor(const Epochs& epochs, const Presentations& divided,
                             std::int64_t sensor, RepeatCeiling& ceiling) {
  const std::size_t items = divided.per_half.size();
  std::vector<double> read(divided.word.size() * kTimesAtOnce);
  std::vector<double> halves[2];
  for (std::int64_t begin = 0; begin < ceiling.times; begin += kTimesAtOnce) {
    const std::int64_t count = std::min(kTimesAtOnce, ceiling.times - begin);
    std::vector<double*> out;
    for (std::int64_t t = 0; t < count; ++t) {
      out.push_back(read.data() + static_cast<std::size_t>(t) * divided.word.size());
    }
    epochs.Gather(sensor, begin, count, divided.word.data(),
                  static_cast<std::int64_t>(divided.word.size()), out.data());
    for (double* const values : out) BringToUnit(values, divided.word.size());  // r has no unit
    for (std::int64_t t = 0; t < count; ++t) {
      for (std::vector<double>& half : halves) half.assign(items, 0);
      for (std::size_t i = 0; i < divided.word.size(); ++i) {
        if (!std::isfinite(out[static_cast<std::size_t>(t)][i])) {
          return absl::InvalidArgumentError(absl::StrCat(
              "the recording is not finite at word ",
              epochs.used_words()[static_cast<std::size_t>(divided.word[i])], ", sensor ", sensor,
              ", time sample ", begin + t, "; give the word no item, or leave the sensor out"));
        }
        const auto item = static_cast<std::size_t>(divided.item[i]);
        halves[divided.half[i]][item] +=
            out[static_cast<std::size_t>(t)][i] / divided.per_half[item];
      }
      ceiling.half_correlation[static_cast<std::size_t>(sensor * ceiling.times + begin + t)] =
          Correlation(halves[0], halves[1]);
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RepeatCeiling> CeilingOfRepeats(const Epochs& epochs,
                                               const std::vector<std::int64_t>& item_of_word,
                                               const CancelCheck& is_cancelled) {
  const Presentations divided = Divide(epochs, item_of_word);
  const std::size_t items = divided.per_half.size();
  if (items < kFewestItems) {
    return absl::InvalidArgumentError(
        absl::StrCat(items, items == 1 ? " word is" : " words are",
                     " presented twice or more; a ceiling needs at least ", kFewestItems));
  }
  RepeatCeiling ceiling;
  ceiling.sensors = epochs.sensors();
  ceiling.times = epochs.times();
  ceiling.items = static_cast<std::int64_t>(items);
  ceiling.presentations = std::ssize(divided.word);
  for (std::size_t i = 1; i < divided.word.size(); ++i) {
    ceiling.adjacent_presentations +=
        divided.item[i] == divided.item[i - 1] && divided.word[i] == divided.word[i - 1] + 1;
  }
  double inverse = 0;
  for (const double per_half : divided.per_half) inverse += 1 / per_half;
  ceiling.presentations_per_half = static_cast<double>(items) / inverse;
  ceiling.half_correlation.resize(static_cast<std::size_t>(ceiling.sensors * ceiling.times));
  for (std::int64_t sensor = 0; sensor < ceiling.sensors; ++sensor) {
    if (is_cancelled && is_cancelled()) return CancelledByFlag();
    absl::Status status = CorrelateSensor(epochs, divided, sensor, ceiling);
    if (!status.ok()) return status;
  }
  for (const double r : ceiling.half_correlation) {
    ceiling.ceiling_of_mean.push_back(Ceiling(r, 2));
    ceiling.ceiling_of_one.push_back(Ceiling(r, 1 / ceiling.presentations_per_half));
  }
  ceiling.median_of_mean = Medians(ceiling.ceiling_of_mean, ceiling.times);
  ceiling.median_of_one = Medians(ceiling.ceiling_of_one, ceiling.times);
  for (std::int64_t sensor = 0; sensor < ceiling.sensors; ++sensor) {
    const auto begin = ceiling.half_correlation.begin() + sensor * ceiling.times;
    if (std::all_of(begin, begin + ceiling.times, [](double r) { return std::isnan(r); })) {
      ++ceiling.constant_sensors;
    }
  }
  return ceiling;
}

}  // namespace brainalign
