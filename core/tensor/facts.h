#ifndef BRAINALIGN_CORE_TENSOR_FACTS_H_
#define BRAINALIGN_CORE_TENSOR_FACTS_H_

#include <functional>

#include "core/tensor/tensor.h"

namespace brainalign {

// Stored facts about a tensor's elements, so that they need not be read again. They also hold for
// every part of the tensor.
struct TensorFacts {
  bool all_finite = false;  // false: some may be NaN or infinite
  // The smallest and the largest finite element; 0 if there is none.
  double smallest = 0;
  double largest = 0;

  bool operator==(const TensorFacts& other) const = default;
};

// Reads the whole tensor. `stop`: as in FirstNonFinite.
TensorFacts FindFacts(const Tensor& tensor, const std::function<bool()>& stop = nullptr);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_TENSOR_FACTS_H_
