#ifndef BRAINALIGN_TESTS_CORE_INFERENCE_GOLDEN_FILE_H_
#define BRAINALIGN_TESTS_CORE_INFERENCE_GOLDEN_FILE_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/linalg/matrix_types.h"
#include "gtest/gtest.h"

namespace brainalign {

// tests/golden/uncertainty/NAME.json.
inline nlohmann::json ReadUncertaintyGolden(const std::string& name) {
  std::ifstream file(std::string(BRAINALIGN_SOURCE_DIR "/tests/golden/uncertainty/") + name +
                     ".json");
  EXPECT_TRUE(file.is_open()) << name;
  return nlohmann::json::parse(file);
}

// NaN for null.
inline double NumberOf(const nlohmann::json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

// The numbers of a list, or of a list of lists one after the other.
inline std::vector<double> FlatNumbers(const nlohmann::json& list) {
  std::vector<double> numbers;
  for (const nlohmann::json& entry : list) {
    if (entry.is_array()) {
      for (const double number : FlatNumbers(entry)) numbers.push_back(number);
    } else {
      numbers.push_back(NumberOf(entry));
    }
  }
  return numbers;
}

inline RowMatrix<double> MatrixOf(const nlohmann::json& rows) {
  const std::vector<double> numbers = FlatNumbers(rows);
  const auto count = static_cast<Eigen::Index>(rows.size());
  return Eigen::Map<const RowMatrix<double>>(numbers.data(), count,
                                             static_cast<Eigen::Index>(numbers.size()) / count);
}

inline void ExpectClose(double actual, double expected, double tolerance, const char* what) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(actual)) << what << ": " << actual;
  } else {
    EXPECT_NEAR(actual, expected, tolerance * std::max(1.0, std::abs(expected))) << what;
  }
}

inline void ExpectClose(const std::vector<double>& actual, const std::vector<double>& expected,
                        double tolerance, const char* what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i) {
    ExpectClose(actual[i], expected[i], tolerance, what);
  }
}

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_INFERENCE_GOLDEN_FILE_H_
