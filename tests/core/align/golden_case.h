#ifndef BRAINALIGN_TESTS_CORE_ALIGN_GOLDEN_CASE_H_
#define BRAINALIGN_TESTS_CORE_ALIGN_GOLDEN_CASE_H_

#include <cstddef>
#include <nlohmann/json.hpp>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/align/result.h"
#include "core/problem/inputs.h"
#include "core/problem/spec.h"

namespace brainalign {

// A case of tests/golden, as its manifests name it.
struct GoldenCase {
  std::string name;
  std::string inputs;
  nlohmann::json options;  // of the alignment
  nlohmann::json entry;    // the whole line of the manifest
};

void PrintTo(const GoldenCase& golden, std::ostream* out);

// The cases of tests/golden/MANIFEST.
std::vector<GoldenCase> GoldenCases(const std::string& manifest);

// tests/golden/PATH.
nlohmann::json ReadGolden(const std::string& path);

AlignmentInputs ReadGoldenInputs(const std::string& name);
AlignmentOptions ToOptions(const nlohmann::json& entry);

// "column 0", "column 1", ..
std::vector<std::string> ColumnNames(std::size_t count);

// Gives inputs and options the nuisance `rows` (w, c) of a case.
void SetNuisance(const nlohmann::json& rows, AlignmentInputs& inputs, AlignmentOptions& options);

// The result of a case on two threads.
absl::StatusOr<AlignmentResult> AlignGolden(const GoldenCase& golden,
                                            const AlignmentOptions& options);

// How near results must be to the numbers of `expected` (tests/golden/README.md says why).
double ToleranceOf(const nlohmann::json& expected);

// Expects every number of `expected`, however nested; null is NaN.
void ExpectNear(const std::vector<double>& actual, const nlohmann::json& expected, double tolerance,
                const std::string& what);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_ALIGN_GOLDEN_CASE_H_
