// Arrays of results and tiles, read from the messages by their layout alone.
#ifndef BRAINALIGN_TESTS_FAKES_RESULT_VALUES_H_
#define BRAINALIGN_TESTS_FAKES_RESULT_VALUES_H_

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "brainalign/v1/result.pb.h"

namespace brainalign {

// Little-endian elements of 8 bytes as numbers.
inline std::vector<double> NumbersOf(const std::string& bytes, bool are_integers) {
  std::vector<double> values(bytes.size() / 8);
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::int64_t integer = 0;
    std::memcpy(are_integers ? static_cast<void*>(&integer) : &values[i], bytes.data() + 8 * i, 8);
    if (are_integers) values[i] = static_cast<double>(integer);
  }
  return values;
}

// The array of this name; null if there is none.
inline const v1::ResultArray* FindArray(const v1::AlignmentResult& result,
                                        const std::string& name) {
  for (const v1::ResultArray& array : result.arrays()) {
    if (array.name() == name) return &array;
  }
  return nullptr;
}

// The elements of an array that the message has; none if it has not.
inline std::vector<double> Values(const v1::AlignmentResult& result, const std::string& name) {
  const v1::ResultArray* const array = FindArray(result, name);
  if (array == nullptr) return {};
  return NumbersOf(array->data(), array->data_type() == v1::DATA_TYPE_I64);
}

// The box of an array of numbers that are no integers; null if the tile has none.
inline const v1::ArrayBox* FindBox(const v1::ResultTile& tile, const std::string& name) {
  for (const v1::ArrayBox& box : tile.boxes()) {
    if (box.array() == name) return &box;
  }
  return nullptr;
}

inline std::vector<double> Values(const v1::ResultTile& tile, const std::string& name) {
  const v1::ArrayBox* const box = FindBox(tile, name);
  return box == nullptr ? std::vector<double>() : NumbersOf(box->data(), false);
}

// Axis of this name; an empty one if there is none.
template <typename Message>
v1::Axis AxisOf(const Message& message, const std::string& name) {
  for (const v1::Axis& axis : message.axes()) {
    if (axis.name() == name) return axis;
  }
  return {};
}

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_FAKES_RESULT_VALUES_H_
