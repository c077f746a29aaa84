#ifndef BRAINALIGN_CLIENT_REPORT_COMPARISON_JSON_H_
#define BRAINALIGN_CLIENT_REPORT_COMPARISON_JSON_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/align/compare.h"
#include "core/align/compare_pairs.h"

namespace brainalign {

// One side of a comparison, and the draws that it was made with.
struct ComparedResult {
  std::string name;  // of the file, or the id of the job
  ComparedAlignment alignment;
  int draws = 0;
  std::uint64_t seed = 0;
  std::string options = {};  // the member `options` of its JSON, as a JSON object; empty: unknown
  std::string recording_digest = {};  // SHA-256; empty: unknown
};

// What `text`, the JSON of a result (client/report/result_json.h), has of it. INVALID_ARGUMENT if
// it is no such JSON. A result without influence is read without it.
absl::StatusOr<ComparedResult> ComparedFromJson(const std::string& name, const std::string& text);

// An option that the two were computed with differently, and its values as text.
struct DifferentOption {
  std::string name;
  std::string first;
  std::string second;
};

// Options that change the numbers that are compared. The test is of these differences, too.
std::vector<DifferentOption> DifferentOptions(const ComparedResult& first,
                                              const ComparedResult& second);

// How every ComparisonToJson and PairsToJson begins.
extern const char kComparisonBeginning[];

// The comparison as one JSON object, ending in a newline (docs/uncertainty.md, "Two models").
std::string ComparisonToJson(const ComparedResult& first, const ComparedResult& second,
                             const Comparison& comparison, std::uint64_t seed, int draws);

// All pairs of several results as one JSON object with the member `pairs`, ending in a newline
// (docs/uncertainty.md, "Two models"). Without the cells, which a comparison of two gives.
std::string PairsToJson(const std::vector<ComparedResult>& results,
                        const std::vector<ComparedPair>& pairs, std::uint64_t seed, int draws);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_COMPARISON_JSON_H_
