// FirstNonFinite of tensor.h: many gigabytes are looked through before each job.
#include <algorithm>
#include <cstring>

#include "core/tensor/for_each_processor.h"
#include "core/tensor/tensor.h"

namespace brainalign {
namespace {

// NaN and infinity are the values whose exponent bits are all set.
template <typename Bits, Bits exponent>
BRAINALIGN_INLINE bool AnySpecialLoop(const std::byte* source, std::int64_t stride,
                                      std::int64_t count) {
  Bits found = 0;
  if (stride == 1) {  // apart, so that the compiler sees a run that it can vectorise
    for (std::int64_t i = 0; i < count; ++i) {
      Bits bits;
      std::memcpy(&bits, source + i * static_cast<std::int64_t>(sizeof(Bits)), sizeof(Bits));
      found = static_cast<Bits>(found | ((bits & exponent) == exponent ? 1 : 0));
    }
    return found != 0;
  }
  const std::int64_t step = stride * static_cast<std::int64_t>(sizeof(Bits));
  for (std::int64_t i = 0; i < count; ++i) {
    Bits bits;
    std::memcpy(&bits, source + i * step, sizeof(Bits));
    found = static_cast<Bits>(found | ((bits & exponent) == exponent ? 1 : 0));
  }
  return found != 0;
}

BRAINALIGN_INLINE bool AnyNonFiniteLoop(DType dtype, const std::byte* source, std::int64_t stride,
                                        std::int64_t count) {
  switch (dtype) {
    case DType::kF16:
      return AnySpecialLoop<std::uint16_t, 0x7c00>(source, stride, count);
    case DType::kBF16:
      return AnySpecialLoop<std::uint16_t, 0x7f80>(source, stride, count);
    case DType::kF32:
      return AnySpecialLoop<std::uint32_t, 0x7f800000>(source, stride, count);
    case DType::kF64:
      return AnySpecialLoop<std::uint64_t, 0x7ff0000000000000>(source, stride, count);
    case DType::kI16:
    case DType::kI32:
    case DType::kI64:
      return false;
  }
  return false;
}

BRAINALIGN_FOR_EACH_PROCESSOR(bool, AnyNonFinite, AnyNonFiniteLoop,
                              (DType dtype, const std::byte* source, std::int64_t stride,
                               std::int64_t count),
                              (dtype, source, stride, count))

// Axes with the widest stride first: counting through them in this order, the
// last one fastest, walks through memory forwards.
std::vector<int> AxesByStride(const Tensor& tensor) {
  std::vector<int> axes(static_cast<std::size_t>(tensor.rank()));
  for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<int>(i);
  std::stable_sort(axes.begin(), axes.end(),
                   [&](int a, int b) { return tensor.stride(a) > tensor.stride(b); });
  return axes;
}

}  // namespace

std::vector<std::int64_t> FirstNonFinite(const Tensor& tensor, const std::function<bool()>& stop) {
  if (!IsFloating(tensor.dtype()) || tensor.element_count() == 0) return {};
  const DType dtype = tensor.dtype();
  const auto size = static_cast<std::int64_t>(DTypeSize(dtype));
  if (tensor.rank() == 0) {
    if (AnyNonFinite(dtype, tensor.data(), 1, 1)) return {0};
    return {};
  }
  constexpr std::int64_t kBlock = 1 << 16;  // stays in the cache for a second look
  constexpr std::int64_t kBetweenAsking = 1 << 19;
  std::int64_t since_asked = 0;
  const std::vector<int> axes = AxesByStride(tensor);

  // `position` counts elements in the order of memory.
  const auto index_of = [&](std::int64_t position) {
    std::vector<std::int64_t> index(axes.size());
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
      index[static_cast<std::size_t>(*axis)] = position % tensor.dim(*axis);
      position /= tensor.dim(*axis);
    }
    return index;
  };
  std::vector<std::int64_t> first;
  // Looks through `count` elements, `stride` apart; true if nothing after them can
  // come earlier in the order of axes, or counts any more.
  const auto scan = [&](std::int64_t position, const std::byte* source, std::int64_t stride,
                        std::int64_t count, bool ascending) {
    for (std::int64_t begin = 0; begin < count; begin += kBlock) {
      const std::int64_t length = std::min(kBlock, count - begin);
      since_asked += length;
      if (since_asked >= kBetweenAsking) {
        since_asked = 0;
        if (stop && stop()) return true;
      }
      const std::byte* block = source + begin * stride * size;
      if (!AnyNonFinite(dtype, block, stride, length)) continue;
      for (std::int64_t i = 0; i < length; ++i) {
        if (!AnyNonFinite(dtype, block + i * stride * size, 1, 1)) continue;
        std::vector<std::int64_t> index = index_of(position + begin + i);
        if (first.empty() || index < first) first = std::move(index);
        if (ascending) return true;
      }
    }
    return false;
  };

  const bool ascending = std::is_sorted(axes.begin(), axes.end());
  if (tensor.is_dense()) {
    scan(0, tensor.data(), 1, tensor.element_count(), ascending);
    return first;
  }
  const int inner = axes.back();
  for (std::int64_t position = 0; position < tensor.element_count();
       position += tensor.dim(inner)) {
    const std::vector<std::int64_t> index = index_of(position);
    std::int64_t offset = 0;
    for (const int axis : axes)
      offset += index[static_cast<std::size_t>(axis)] * tensor.stride(axis);
    if (scan(position, tensor.data() + offset * size, tensor.stride(inner), tensor.dim(inner),
             ascending)) {
      break;
    }
  }
  return first;
}

}  // namespace brainalign
