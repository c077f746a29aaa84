#ifndef BRAINALIGN_CLIENT_REPORT_UNCERTAINTY_JSON_H_
#define BRAINALIGN_CLIENT_REPORT_UNCERTAINTY_JSON_H_

#include <nlohmann/json.hpp>
#include <optional>

#include "core/align/result.h"

namespace brainalign {

// The object `uncertainty` of a result, or null for a result without one (docs/uncertainty.md,
// "In the JSON"). What is undefined, or not given for too few blocks, is null.
nlohmann::ordered_json UncertaintyToJson(const AlignmentResult& result);

// [low, high], or null.
nlohmann::ordered_json IntervalToJson(const std::optional<Interval>& interval);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_UNCERTAINTY_JSON_H_
