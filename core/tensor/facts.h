#ifndef BRAINALIGN_CORE_TENSOR_FACTS_H_
#define BRAINALIGN_CORE_TENSOR_FACTS_H_

#include <functional>

#include "core/tensor/tensor.h"

namespace brainalign {

// What is known of a tensor's elements without looking at them. It holds for every part of the
// tensor, too: what is finite stays finite, and bounds stay bounds.
struct TensorFacts {
  bool all_finite = false;  // false: some may be NaN or infinite
  // The least and the greatest of the finite elements; 0 if there are none.
  double smallest = 0;
  double largest = 0;

  bool operator==(const TensorFacts& other) const = default;
};

// Reads the whole tensor. `stop`: as in FirstNonFinite.
TensorFacts FindFacts(const Tensor& tensor, const std::function<bool()>& stop = nullptr);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_FACTS_H_
