#ifndef BRAINALIGN_CLIENT_REPORT_JSON_VALUES_H_
#define BRAINALIGN_CLIENT_REPORT_JSON_VALUES_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace brainalign {

// Rows of `columns` values each, starting at `begin`.
template <typename T>
nlohmann::ordered_json JsonMatrix(const std::vector<T>& values, std::size_t begin, std::size_t rows,
                                  std::size_t columns) {
  nlohmann::ordered_json matrix = nlohmann::ordered_json::array();
  for (std::size_t r = 0; r < rows; ++r) {
    const auto first = values.begin() + static_cast<std::ptrdiff_t>(begin + r * columns);
    matrix.push_back(std::vector<T>(first, first + static_cast<std::ptrdiff_t>(columns)));
  }
  return matrix;
}

// The document of one value, indented, ending in a newline. Text that is not UTF-8 does not make
// the rest unwritable.
inline std::string Written(const nlohmann::ordered_json& json) {
  return json.dump(/*indent=*/1, ' ', /*ensure_ascii=*/false,
                   nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

// Null for what is not known.
template <typename T>
nlohmann::ordered_json OrNull(const std::optional<T>& value) {
  return value.has_value() ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

// The member of an object; null for what is none, or has none of this name.
inline const nlohmann::ordered_json& MemberOf(const nlohmann::ordered_json& object,
                                              const std::string& name) {
  static const auto& null = *new nlohmann::ordered_json();
  if (!object.is_object()) return null;
  const auto found = object.find(name);
  return found == object.end() ? null : *found;
}

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_JSON_VALUES_H_
