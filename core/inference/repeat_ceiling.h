#ifndef BRAINALIGN_CORE_INFERENCE_REPEAT_CEILING_H_
#define BRAINALIGN_CORE_INFERENCE_REPEAT_CEILING_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "core/cancel.h"
#include "core/epochs/epochs.h"

namespace brainalign {

// The highest score of direction model_to_brain that a recording allows, from words that were
// presented more than once (docs/ceiling.md).
struct RepeatCeiling {
  std::int64_t sensors = 0;
  std::int64_t times = 0;
  std::int64_t items = 0;          // words that were presented at least twice
  std::int64_t presentations = 0;  // of them, as far as they were used
  // Presentations of an item in one half: the harmonic mean over items.
  double presentations_per_half = 0;
  // (s, T) Pearson r over items between the means of the two halves. NaN if a half is constant.
  std::vector<double> half_correlation;
  // (s, T) Of the mean over all presentations, and of one presentation. 0 where the halves do not
  // agree, NaN where half_correlation is.
  std::vector<double> ceiling_of_mean;
  std::vector<double> ceiling_of_one;
  // (T) Medians over the sensors that have one; NaN if none has.
  std::vector<double> median_of_mean;
  std::vector<double> median_of_one;
  // Sensors without a ceiling at any time.
  std::int64_t constant_sensors = 0;
  // Presentations that directly follow the one before of the same item.
  std::int64_t adjacent_presentations = 0;
};

// `item_of_word` has the item of each word given, which is the same number for each presentation;
// -1: the word is none. Words that `epochs` dropped are left out. INVALID_ARGUMENT for fewer than
// three items with two presentations, with their number, and for a value of a presentation that is
// not finite, with its position. CANCELLED if `is_cancelled`, which may be null, has returned true.
absl::StatusOr<RepeatCeiling> CeilingOfRepeats(const Epochs& epochs,
                                               const std::vector<std::int64_t>& item_of_word,
                                               const CancelCheck& is_cancelled = nullptr);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_INFERENCE_REPEAT_CEILING_H_
