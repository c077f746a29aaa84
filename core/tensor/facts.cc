#include "core/tensor/facts.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "core/tensor/convert.h"
#include "core/tensor/for_each_processor.h"

namespace brainalign {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Extremes {
  double smallest = kInfinity;
  double largest = -kInfinity;
  bool all_finite = true;
};

// Side by side, so that the compiler makes vectors of them.
constexpr std::int64_t kLanes = 16;

BRAINALIGN_INLINE void WidenLoop(const double* value, std::int64_t count, Extremes* extremes) {
  std::array<double, kLanes> low;
  std::array<double, kLanes> high;
  std::array<int, kLanes> odd{};
  low.fill(kInfinity);
  high.fill(-kInfinity);
  for (std::int64_t i = 0; i < count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const double v = value[i + static_cast<std::int64_t>(lane)];
      const bool finite = std::abs(v) <= std::numeric_limits<double>::max();
      const double least = finite ? v : kInfinity;
      const double most = finite ? v : -kInfinity;
      low[lane] = least < low[lane] ? least : low[lane];
      high[lane] = most > high[lane] ? most : high[lane];
      odd[lane] |= finite ? 0 : 1;
    }
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    extremes->smallest = std::min(extremes->smallest, low[lane]);
    extremes->largest = std::max(extremes->largest, high[lane]);
    extremes->all_finite = extremes->all_finite && odd[lane] == 0;
  }
}

// `count` is a multiple of kLanes.
BRAINALIGN_FOR_EACH_PROCESSOR(void, Widen, WidenLoop,
                              (const double* value, std::int64_t count, Extremes* extremes),
                              (value, count, extremes))

}  // namespace

TensorFacts FindFacts(const Tensor& tensor, const std::function<bool()>& stop) {
  TensorFacts facts;
  facts.all_finite = true;
  if (tensor.element_count() == 0) return facts;
  constexpr std::int64_t kBlock = std::int64_t{1} << 14;
  const auto size = static_cast<std::int64_t>(DTypeSize(tensor.dtype()));
  std::vector<double> values(static_cast<std::size_t>(kBlock));
  Extremes extremes;
  for (std::int64_t begin = 0; begin < tensor.element_count(); begin += kBlock) {
    constexpr std::int64_t kBlocksBetweenAsking = 32;
    if (begin % (kBlocksBetweenAsking * kBlock) == 0 && stop && stop()) break;
    const std::int64_t count = std::min(kBlock, tensor.element_count() - begin);
    ConvertToDouble(tensor.dtype(), tensor.data() + begin * size, 1, count, values.data());
    // The last block ends with elements that were looked at already.
    const std::int64_t padded = (count + kLanes - 1) / kLanes * kLanes;
    std::fill(values.begin() + count, values.begin() + padded, values.front());
    Widen(values.data(), padded, &extremes);
  }
  facts.all_finite = extremes.all_finite;
  if (extremes.smallest <= extremes.largest) {
    facts.smallest = extremes.smallest;
    facts.largest = extremes.largest;
  }
  return facts;
}

}  // namespace brainalign
