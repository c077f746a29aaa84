#include "core/result/array.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace brainalign {
namespace {

static_assert(std::endian::native == std::endian::little, "the bytes of an array");

constexpr std::size_t kElementBytes = 8;
// Up to here doubles hold every integer.
constexpr std::int64_t kLargestInteger = std::int64_t{1} << 53;

}  // namespace

std::int64_t ElementCount(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t length : shape) {
    if (length < 0 || __builtin_mul_overflow(count, length, &count)) return -1;
  }
  return count;
}

const Axis* FindAxis(const std::vector<Axis>& axes, absl::string_view name) {
  const auto found =
      std::find_if(axes.begin(), axes.end(), [&](const Axis& axis) { return axis.name == name; });
  return found == axes.end() ? nullptr : &*found;
}

std::vector<std::int64_t> ShapeOf(const ArraySpec& spec, const std::vector<Axis>& axes) {
  std::vector<std::int64_t> shape;
  for (const std::string& name : spec.axes) shape.push_back(FindAxis(axes, name)->size);
  return shape;
}

std::string ToBytes(const std::vector<double>& values, DType dtype) {
  std::string bytes(values.size() * kElementBytes, '\0');
  if (dtype == DType::kF64) {
    if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto number = static_cast<std::int64_t>(values[i]);
    std::memcpy(bytes.data() + i * kElementBytes, &number, kElementBytes);
  }
  return bytes;
}

absl::StatusOr<std::vector<double>> FromBytes(absl::string_view bytes, DType dtype) {
  if (dtype != DType::kF64 && dtype != DType::kI64) {
    return absl::InvalidArgumentError(
        absl::StrCat("elements of type ", DTypeName(dtype), "; arrays are of f64 or i64"));
  }
  if (bytes.size() % kElementBytes != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(bytes.size(), " bytes are no whole elements of ", kElementBytes, " bytes"));
  }
  std::vector<double> values(bytes.size() / kElementBytes);
  if (dtype == DType::kF64) {
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::int64_t number = 0;
    std::memcpy(&number, bytes.data() + i * kElementBytes, kElementBytes);
    if (number > kLargestInteger || number < -kLargestInteger) {
      return absl::InvalidArgumentError(absl::StrCat("the element ", number, " is beyond 2^53"));
    }
    values[i] = static_cast<double>(number);
  }
  return values;
}

}  // namespace brainalign
