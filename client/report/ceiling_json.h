#ifndef BRAINALIGN_CLIENT_REPORT_CEILING_JSON_H_
#define BRAINALIGN_CLIENT_REPORT_CEILING_JSON_H_

#include <string>
#include <vector>

#include "core/inference/repeat_ceiling.h"

namespace brainalign {

// How every CeilingToJson begins.
extern const char kCeilingBeginning[];

// What `brainalign ceiling` writes (docs/ceiling.md). `times_seconds` (T). Undefined values are
// null.
std::string CeilingToJson(const RepeatCeiling& ceiling, const std::vector<double>& times_seconds,
                          const std::vector<std::string>& notes);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_CEILING_JSON_H_
