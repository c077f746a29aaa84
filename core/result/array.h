#ifndef BRAINALIGN_CORE_RESULT_ARRAY_H_
#define BRAINALIGN_CORE_RESULT_ARRAY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/tensor/dtype.h"

namespace brainalign {

// An axis that arrays of a result extend along.
struct Axis {
  std::string name;  // such as "layer"
  std::int64_t size = 0;
  std::vector<double> values;       // (size), or empty: the axis has no values
  std::vector<std::string> labels;  // (size), or empty: the axis has no labels

  bool operator==(const Axis&) const = default;
};

// Name, axes and type of an array.
struct ArraySpec {
  std::string name;               // such as "score"
  std::vector<std::string> axes;  // names; the last axis varies fastest. Empty for a scalar.
  DType dtype = DType::kF64;      // kF64 or kI64: of its bytes. In memory elements are doubles.
  // Whether boxes of it are added to each other. Otherwise each element is in one box.
  bool boxes_add = false;
};

// A part of an array: begin[i] <= index < begin[i] + count[i] along each axis i.
struct ArrayBox {
  std::string array;  // name of the array
  std::vector<std::int64_t> begin;
  std::vector<std::int64_t> count;
  std::vector<double> values;  // row-major within the box
};

// Number of elements of an array of this shape. -1 if a length is negative or the number overflows.
std::int64_t ElementCount(const std::vector<std::int64_t>& shape);

// The axis of this name; null if there is none.
const Axis* FindAxis(const std::vector<Axis>& axes, absl::string_view name);

// The length of each axis of `spec`. `axes` must contain all of them.
std::vector<std::int64_t> ShapeOf(const ArraySpec& spec, const std::vector<Axis>& axes);

// Elements as little-endian bytes of `dtype`, and back. `dtype` is kF64 or kI64; integers must be
// at most 2^53 in size. INVALID_ARGUMENT if `bytes` are not whole elements, for a larger integer,
// or for another type.
std::string ToBytes(const std::vector<double>& values, DType dtype);
absl::StatusOr<std::vector<double>> FromBytes(absl::string_view bytes, DType dtype);

}  // namespace brainalign

#endif  // BRAINALIGN_CORE_RESULT_ARRAY_H_
