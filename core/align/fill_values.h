#ifndef BRAINALIGN_CORE_ALIGN_FILL_VALUES_H_
#define BRAINALIGN_CORE_ALIGN_FILL_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/cancel.h"
#include "core/epochs/epochs.h"
#include "core/problem/inputs.h"
#include "core/tensor/facts.h"

namespace brainalign {

// A number that marks a missing value, such as the 1e20 of masked arrays, among numbers so much
// smaller that no float can represent the sums of both (docs/method.md, "Fill values").
struct FillValue {
  double value = 0;
  double beside = 0;        // an ordinary number of the same column
  std::int64_t word = 0;    // index among the words given
  std::int64_t column = 0;  // dimension or sensor
  std::int64_t time = 0;    // time sample; 0 for activations
};

// The first fill value in the rows `words` of a layer's activations, or in `epochs`, which are cut
// from `brain`. A column (of epochs: a sensor) has a fill value if its
// large numbers are all equal up to their sign, and most of the others are below a billionth of it.
// Usually the `facts` of a tensor show that it has none. Then it is not read.
std::optional<FillValue> FindFillOfLayer(const Tensor& activations, const TensorFacts& facts,
                                         const std::vector<std::int64_t>& words,
                                         const CancelCheck& stop);
std::optional<FillValue> FindFillOfEpochs(const Tensor& brain, const TensorFacts& facts,
                                          const Epochs& epochs, const CancelCheck& stop);

// A clause for the message. `there`: the position, such as " at word 3, column 0".
std::string DescribeFill(const FillValue& fill, const std::string& there);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_ALIGN_FILL_VALUES_H_
