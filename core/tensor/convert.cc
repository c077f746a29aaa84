#include "core/tensor/convert.h"

#include <cstring>

#include "core/tensor/bfloat16.h"
#include "core/tensor/for_each_processor.h"

namespace brainalign {
namespace {

template <typename T>
BRAINALIGN_INLINE T Load(const std::byte* source) {
  T value;
  std::memcpy(&value, source, sizeof(value));  // the source need not be aligned
  return value;
}

// binary16 (1 sign, 5 exponent, 10 fraction bits) to binary32, exactly and
// without a branch. Subnormals are put under a leading one that a subtraction
// takes off again, so that none is ever an operand.
BRAINALIGN_INLINE float FloatOfHalf(std::uint16_t half) {
  const std::uint32_t magnitude = (half & 0x7fffu) << 13;
  const std::uint32_t exponent = magnitude & 0x0f800000u;
  const std::uint32_t normal = magnitude + ((127u - 15u) << 23);
  const std::uint32_t special = magnitude + ((255u - 31u) << 23);
  const std::uint32_t subnormal =
      BitsOfFloat(FloatOfBits(magnitude + (113u << 23)) - FloatOfBits(113u << 23));
  std::uint32_t bits = exponent == 0x0f800000u ? special : normal;
  bits = exponent == 0 ? subnormal : bits;
  return FloatOfBits(bits | (static_cast<std::uint32_t>(half & 0x8000u) << 16));
}

struct FromHalf {
  using Stored = std::uint16_t;
  static BRAINALIGN_INLINE float Convert(Stored value) { return FloatOfHalf(value); }
};

struct FromBFloat16 {
  using Stored = std::uint16_t;
  static BRAINALIGN_INLINE float Convert(Stored value) {
    return FloatOfBits(static_cast<std::uint32_t>(value) << 16);
  }
};

template <typename T>
struct FromNumber {
  using Stored = T;
  static BRAINALIGN_INLINE T Convert(Stored value) { return value; }
};

template <typename From, typename Out>
BRAINALIGN_INLINE void ConvertLoop(const std::byte* __restrict source, std::int64_t stride,
                                   std::int64_t count, Out* __restrict out) {
  using Stored = typename From::Stored;
  constexpr std::int64_t kSize = sizeof(Stored);
  if (stride == 1) {  // apart, so that the compiler sees a run that it can vectorise
    for (std::int64_t i = 0; i < count; ++i) {
      out[i] = static_cast<Out>(From::Convert(Load<Stored>(source + i * kSize)));
    }
    return;
  }
  const std::int64_t step = stride * kSize;
  for (std::int64_t i = 0; i < count; ++i) {
    out[i] = static_cast<Out>(From::Convert(Load<Stored>(source + i * step)));
  }
}

template <typename Out>
BRAINALIGN_INLINE void ConvertAnyLoop(DType dtype, const std::byte* source, std::int64_t stride,
                                      std::int64_t count, Out* out) {
  switch (dtype) {
    case DType::kF16:
      return ConvertLoop<FromHalf>(source, stride, count, out);
    case DType::kBF16:
      return ConvertLoop<FromBFloat16>(source, stride, count, out);
    case DType::kF32:
      return ConvertLoop<FromNumber<float>>(source, stride, count, out);
    case DType::kF64:
      return ConvertLoop<FromNumber<double>>(source, stride, count, out);
    case DType::kI16:
      return ConvertLoop<FromNumber<std::int16_t>>(source, stride, count, out);
    case DType::kI32:
      return ConvertLoop<FromNumber<std::int32_t>>(source, stride, count, out);
    case DType::kI64:
      return ConvertLoop<FromNumber<std::int64_t>>(source, stride, count, out);
  }
}

BRAINALIGN_INLINE void RoundToBFloat16Loop(const float* __restrict source, std::int64_t count,
                                           std::uint16_t* __restrict out) {
  for (std::int64_t i = 0; i < count; ++i) out[i] = BFloat16Of(source[i]);
}

BRAINALIGN_FOR_EACH_PROCESSOR(void, RoundManyToBFloat16, RoundToBFloat16Loop,
                              (const float* source, std::int64_t count, std::uint16_t* out),
                              (source, count, out))
BRAINALIGN_FOR_EACH_PROCESSOR(void, AnyToFloat, ConvertAnyLoop<float>,
                              (DType dtype, const std::byte* source, std::int64_t stride,
                               std::int64_t count, float* out),
                              (dtype, source, stride, count, out))
BRAINALIGN_FOR_EACH_PROCESSOR(void, AnyToDouble, ConvertAnyLoop<double>,
                              (DType dtype, const std::byte* source, std::int64_t stride,
                               std::int64_t count, double* out),
                              (dtype, source, stride, count, out))

}  // namespace

void ConvertToFloat(DType dtype, const std::byte* source, std::int64_t stride, std::int64_t count,
                    float* out) {
  AnyToFloat(dtype, source, stride, count, out);
}

void ConvertToDouble(DType dtype, const std::byte* source, std::int64_t stride, std::int64_t count,
                     double* out) {
  AnyToDouble(dtype, source, stride, count, out);
}

void RoundToBFloat16(const float* source, std::int64_t count, std::uint16_t* out) {
  RoundManyToBFloat16(source, count, out);
}

}  // namespace brainalign
