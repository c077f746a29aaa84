#include "core/align/fill_values.h"

#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

// A number that is smaller than another by this factor vanishes in sums of squares of both.
constexpr double kVanishing = 1e-9;
// Smaller numbers are not looked into.
constexpr double kLeastFillValue = 1e9;
// Number of values that are looked at before the columns are.
constexpr std::int64_t kSampled = 4096;

// Whether a column may contain a fill value: some number other than 0 would vanish beside the
// largest one. The usual size would not do: where nearly all numbers are 0, it may be the mark's.
bool IsSuspect(const Tensor& tensor, const TensorFacts& facts) {
  const double largest = std::max(std::abs(facts.smallest), std::abs(facts.largest));
  if (largest < kLeastFillValue) return false;
  const std::int64_t step = std::max<std::int64_t>(1, tensor.element_count() / kSampled);
  for (std::int64_t i = 0; i < tensor.element_count(); i += step) {
    if (const double size = std::abs(tensor.At(i)); size > 0 && size < kVanishing * largest) {
      return true;
    }
  }
  return false;
}

struct Found {
  std::size_t index = 0;
  double beside = 0;
};

std::optional<Found> FindIn(const std::vector<double>& column) {
  double most = 0;
  for (const double value : column) most = std::max(most, std::abs(value));
  std::optional<std::size_t> first;
  double beside = 0;  // 0 if nothing but zeros would vanish, which loses nothing
  for (std::size_t i = 0; i < column.size(); ++i) {
    const double size = std::abs(column[i]);
    if (size >= kVanishing * most) {
      if (size != most) return std::nullopt;
      if (!first) first = i;
      continue;
    }
    if (size > 0) beside = column[i];
  }
  if (!first || beside == 0) return std::nullopt;
  return Found{*first, beside};
}

}  // namespace

std::optional<FillValue> FindFillOfLayer(const Tensor& activations, const TensorFacts& facts,
                                         const std::vector<std::int64_t>& words,
                                         const CancelCheck& stop) {
  if (!IsSuspect(activations, facts)) return std::nullopt;
  std::vector<double> column(words.size());
  for (std::int64_t d = 0; d < activations.dim(1) && !(stop && stop()); ++d) {
    for (std::size_t i = 0; i < column.size(); ++i) {
      column[i] = activations.At(words[i] * activations.stride(0) + d * activations.stride(1));
    }
    if (const std::optional<Found> found = FindIn(column)) {
      return FillValue{column[found->index], found->beside, words[found->index], d, 0};
    }
  }
  return std::nullopt;
}

std::optional<FillValue> FindFillOfEpochs(const Tensor& brain, const TensorFacts& facts,
                                          const Epochs& epochs, const CancelCheck& stop) {
  if (!IsSuspect(brain, facts)) return std::nullopt;
  const std::size_t words = epochs.used_words().size();
  std::vector<std::int32_t> all(words);
  std::iota(all.begin(), all.end(), 0);
  const std::int64_t times = epochs.times();
  std::vector<double> column(words * static_cast<std::size_t>(times));
  std::vector<double*> rows;
  for (std::int64_t t = 0; t < times; ++t) {
    rows.push_back(column.data() + static_cast<std::size_t>(t) * words);
  }
  for (std::int64_t sensor = 0; sensor < epochs.sensors() && !(stop && stop()); ++sensor) {
    epochs.Gather(sensor, 0, times, all.data(), static_cast<std::int64_t>(words), rows.data());
    if (const std::optional<Found> found = FindIn(column)) {
      const std::size_t word = found->index % words;
      return FillValue{column[found->index], found->beside, epochs.used_words()[word], sensor,
                       static_cast<std::int64_t>(found->index / words)};
    }
  }
  return std::nullopt;
}

std::string DescribeFill(const FillValue& fill, const std::string& there) {
  return absl::StrCat("holds ", fill.value, there, ", beside ", fill.beside,
                      "; it looks like a mark for a missing value, and sums over it lose all other "
                      "numbers: leave such words out, or replace the value");
}

}  // namespace brainalign
