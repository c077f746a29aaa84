#ifndef BRAINALIGN_CLIENT_CLI_UNCERTAINTY_TEXT_H_
#define BRAINALIGN_CLIENT_CLI_UNCERTAINTY_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "client/report/comparison_json.h"
#include "core/align/result.h"

namespace brainalign {

// The uncertainty of a result for people: a few lines, then one for each caution. Empty for a
// result without one.
std::string UncertaintyText(const AlignmentResult& result);

// A comparison for people: a few lines.
std::string ComparisonText(const ComparedResult& first, const ComparedResult& second,
                           const Comparison& comparison, std::uint64_t seed, int draws);

// All pairs of several results for people: a line each, with the p values adjusted by Holm.
std::string PairsText(const std::vector<ComparedResult>& results,
                      const std::vector<ComparedPair>& pairs, std::uint64_t seed, int draws);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_UNCERTAINTY_TEXT_H_
