#include "core/problem/inputs.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/problem/delays.h"

namespace brainalign {

std::int64_t LayerInput::features() const {
  return activations.dim(1) * (delayed ? std::ssize(delayed->delays) : 1);
}

DType LayerInput::dtype() const {
  if (delayed == nullptr) return activations.dtype();
  return activations.dtype() == DType::kF64 ? DType::kF64 : DType::kF32;
}

std::string DescribeBadDepth(double relative_depth) {
  if (std::isfinite(relative_depth) && relative_depth > 0 && relative_depth <= 1) return "";
  return absl::StrCat("relative depth is ", relative_depth, "; it must be above 0 and at most 1");
}

}  // namespace brainalign
