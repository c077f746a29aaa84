#include "client/lab_files/element_type.h"

#include <cmath>
#include <cstring>
#include <type_traits>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

template <typename From, typename To>
bool IsHeld(From value) {
  if constexpr (std::is_same_v<From, To>) {
    return true;
  } else if constexpr (std::is_floating_point_v<To>) {
    constexpr int kBits = std::is_same_v<To, float> ? 24 : 53;
    if constexpr (sizeof(From) * 8 <= kBits) {
      return true;
    } else {
      constexpr From kLargest = From{1} << kBits;
      if (value > kLargest) return false;
      return std::is_unsigned_v<From> || value >= From{0} - kLargest;
    }
  } else if constexpr (std::is_same_v<From, std::uint64_t>) {
    return value <= std::uint64_t{INT64_MAX};
  } else {
    return true;  // i64 holds each smaller integer
  }
}

template <typename From, typename To>
std::optional<std::string> Copy(const std::byte* source, std::int64_t count, std::byte* target,
                                std::int64_t stride) {
  if constexpr (std::is_same_v<From, To>) {
    if (stride == 1) {
      std::memcpy(target, source, static_cast<std::size_t>(count) * sizeof(From));
      return std::nullopt;
    }
  }
  const std::int64_t step = stride * static_cast<std::int64_t>(sizeof(To));
  for (std::int64_t i = 0; i < count; ++i) {
    From value;
    std::memcpy(&value, source + i * static_cast<std::int64_t>(sizeof(From)), sizeof(From));
    if (!IsHeld<From, To>(value)) return absl::StrCat(value);
    const auto copied = static_cast<To>(value);
    std::memcpy(target + i * step, &copied, sizeof(To));
  }
  return std::nullopt;
}

template <typename From>
std::optional<std::string> CopyIntegers(const std::byte* source, std::int64_t count, DType to,
                                        std::byte* target, std::int64_t stride) {
  switch (to) {
    case DType::kF32:
      return Copy<From, float>(source, count, target, stride);
    case DType::kF64:
      return Copy<From, double>(source, count, target, stride);
    case DType::kI64:
      return Copy<From, std::int64_t>(source, count, target, stride);
    default:
      return Copy<From, From>(source, count, target, stride);  // i16 and i32 stay
  }
}

}  // namespace

std::size_t ElementSize(ElementType type) {
  switch (type) {
    case ElementType::kI8:
    case ElementType::kU8:
      return 1;
    case ElementType::kF16:
    case ElementType::kI16:
    case ElementType::kU16:
      return 2;
    case ElementType::kF32:
    case ElementType::kI32:
    case ElementType::kU32:
      return 4;
    default:
      return 8;
  }
}

const char* ElementTypeName(ElementType type) {
  constexpr const char* kNames[] = {"half",   "single", "double", "int8",  "uint8", "int16",
                                    "uint16", "int32",  "uint32", "int64", "uint64"};
  return kNames[static_cast<std::size_t>(type)];
}

bool IsFloating(ElementType type) { return type <= ElementType::kF64; }

ElementType IntegerType(std::size_t size, bool is_signed) {
  switch (size) {
    case 1:
      return is_signed ? ElementType::kI8 : ElementType::kU8;
    case 2:
      return is_signed ? ElementType::kI16 : ElementType::kU16;
    case 4:
      return is_signed ? ElementType::kI32 : ElementType::kU32;
    default:
      return is_signed ? ElementType::kI64 : ElementType::kU64;
  }
}

DType FloatingTypeFor(ElementType type) {
  switch (type) {
    case ElementType::kF16:
      return DType::kF16;
    case ElementType::kF32:
      return DType::kF32;
    case ElementType::kF64:
      return DType::kF64;
    default:
      return ElementSize(type) <= 2 ? DType::kF32 : DType::kF64;
  }
}

DType NumberTypeFor(ElementType type) {
  if (IsFloating(type)) return FloatingTypeFor(type);
  if (type == ElementType::kI16) return DType::kI16;
  return type == ElementType::kI32 ? DType::kI32 : DType::kI64;
}

std::optional<std::string> CopyElements(ElementType from, const std::byte* source,
                                        std::int64_t count, DType to, std::byte* target,
                                        std::int64_t stride) {
  switch (from) {
    case ElementType::kF16:
      return Copy<std::uint16_t, std::uint16_t>(source, count, target, stride);
    case ElementType::kF32:
      return Copy<std::uint32_t, std::uint32_t>(source, count, target, stride);  // NaNs as they are
    case ElementType::kF64:
      return Copy<std::uint64_t, std::uint64_t>(source, count, target, stride);
    case ElementType::kI8:
      return CopyIntegers<std::int8_t>(source, count, to, target, stride);
    case ElementType::kU8:
      return CopyIntegers<std::uint8_t>(source, count, to, target, stride);
    case ElementType::kI16:
      return CopyIntegers<std::int16_t>(source, count, to, target, stride);
    case ElementType::kU16:
      return CopyIntegers<std::uint16_t>(source, count, to, target, stride);
    case ElementType::kI32:
      return CopyIntegers<std::int32_t>(source, count, to, target, stride);
    case ElementType::kU32:
      return CopyIntegers<std::uint32_t>(source, count, to, target, stride);
    case ElementType::kI64:
      return CopyIntegers<std::int64_t>(source, count, to, target, stride);
    case ElementType::kU64:
      return CopyIntegers<std::uint64_t>(source, count, to, target, stride);
  }
  return std::nullopt;
}

}  // namespace brainalign
