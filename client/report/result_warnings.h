#ifndef BRAINALIGN_CLIENT_REPORT_RESULT_WARNINGS_H_
#define BRAINALIGN_CLIENT_REPORT_RESULT_WARNINGS_H_

#include <string>
#include <vector>

#include "core/problem/spec.h"

namespace brainalign {

// Sentences that must be read before any number of a result is. Empty for a usual alignment.
std::vector<std::string> ResultWarnings(const AlignmentSpec& spec);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_RESULT_WARNINGS_H_
