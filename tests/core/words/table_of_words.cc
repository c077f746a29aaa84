#include "tests/core/words/table_of_words.h"

#include <cstring>
#include <utility>

#include "core/words/texts.h"

namespace brainalign {
namespace {

template <typename Number>
Tensor ColumnTensor(DType dtype, const std::vector<Number>& numbers) {
  std::vector<std::byte> bytes(numbers.size() * sizeof(Number));
  if (!bytes.empty()) std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return *Tensor::FromBytes({dtype, {std::ssize(numbers)}, Order::kC}, std::move(bytes));
}

}  // namespace

WordValues TextColumn(const std::string& name, const std::vector<std::string>& texts) {
  return {name, WordColumnType::kText, *TensorOfTexts(texts)};
}

WordValues NumberColumn(const std::string& name, const std::vector<double>& numbers) {
  return {name, WordColumnType::kNumber, ColumnTensor(DType::kF64, numbers)};
}

WordValues IntegerColumn(const std::string& name, const std::vector<std::int64_t>& numbers) {
  return {name, WordColumnType::kInteger, ColumnTensor(DType::kI64, numbers)};
}

WordValues BooleanColumn(const std::string& name, const std::vector<std::int16_t>& values) {
  return {name, WordColumnType::kBoolean, ColumnTensor(DType::kI16, values)};
}

}  // namespace brainalign
