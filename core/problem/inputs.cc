#include "core/problem/inputs.h"

#include <cmath>

#include "absl/strings/str_cat.h"

namespace brainalign {

std::string DescribeBadDepth(double relative_depth) {
  if (std::isfinite(relative_depth) && relative_depth > 0 && relative_depth <= 1) return "";
  return absl::StrCat("relative depth is ", relative_depth, "; it must be above 0 and at most 1");
}

}  // namespace brainalign
