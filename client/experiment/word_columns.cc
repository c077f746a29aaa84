#include "client/experiment/word_columns.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/experiment/vector_files.h"
#include "core/words/texts.h"

namespace brainalign {
namespace {

template <typename Number>
absl::StatusOr<Tensor> TensorOfNumbers(DType dtype, std::vector<std::int64_t> shape,
                                       const std::vector<Number>& numbers) {
  std::vector<std::byte> bytes(numbers.size() * sizeof(Number));
  if (!bytes.empty()) std::memcpy(bytes.data(), numbers.data(), bytes.size());
  return Tensor::FromBytes({dtype, std::move(shape), Order::kC}, std::move(bytes));
}

}  // namespace

absl::StatusOr<Tensor> ReadWordColumn(const std::string& type, const std::string& path) {
  const std::filesystem::path file(path);
  const std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
  const std::string name = file.filename().string();
  if (type == "text") {
    const auto lines = ReadLines(folder, name, "the text of each word");
    if (!lines.ok()) return lines.status();
    absl::StatusOr<Tensor> texts = TensorOfTexts(*lines);
    if (texts.ok()) return texts;
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", texts.status().message()));
  }
  if (type == "number") {
    const auto numbers = ReadVector(folder, name, "a number for each word");
    if (!numbers.ok()) return numbers.status();
    return TensorOfNumbers(DType::kF64, {std::ssize(*numbers)}, *numbers);
  }
  const auto whole = ReadWholeNumbers(folder, name, "a whole number for each word");
  if (!whole.ok()) return whole.status();
  if (type == "integer") return TensorOfNumbers(DType::kI64, {std::ssize(*whole)}, *whole);
  const auto wrong = std::find_if(whole->begin(), whole->end(),
                                  [](std::int64_t value) { return value != 0 && value != 1; });
  if (wrong != whole->end()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": word ", wrong - whole->begin(), " has ",
                                                   *wrong, "; a boolean is 0 or 1"));
  }
  return TensorOfNumbers(DType::kI16, {std::ssize(*whole)},
                         std::vector<std::int16_t>(whole->begin(), whole->end()));
}

}  // namespace brainalign
