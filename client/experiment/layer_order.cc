#include "client/experiment/layer_order.h"

#include <algorithm>
#include <compare>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"

namespace brainalign {
namespace {

// A natural number as its digits without leading zeros: names may hold more
// digits than an integer does.
struct Number {
  std::string digits;

  std::strong_ordering operator<=>(const Number& other) const {
    if (const auto by_length = digits.size() <=> other.digits.size(); std::is_neq(by_length)) {
      return by_length;
    }
    return digits <=> other.digits;
  }
  bool operator==(const Number& other) const = default;
};

std::vector<Number> NumbersIn(const std::string& name) {
  std::vector<Number> numbers;
  bool inside = false;
  for (const char c : name) {
    const bool digit = absl::ascii_isdigit(static_cast<unsigned char>(c));
    if (digit && !inside) numbers.emplace_back();
    inside = digit;
    if (!digit) continue;
    std::string& digits = numbers.back().digits;
    if (digits == "0") digits.clear();
    digits += c;
  }
  return numbers;
}

}  // namespace

void OrderLayers(std::vector<NamedTensor>& layers) {
  std::vector<std::pair<std::vector<Number>, std::size_t>> keys;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    keys.emplace_back(NumbersIn(layers[i].name), i);
    if (keys.back().first.empty()) return;
  }
  std::sort(keys.begin(), keys.end());
  std::vector<NamedTensor> ordered;
  ordered.reserve(layers.size());
  for (const auto& [numbers, i] : keys) ordered.push_back(std::move(layers[i]));
  layers = std::move(ordered);
}

}  // namespace brainalign
