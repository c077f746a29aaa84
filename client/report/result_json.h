#ifndef BRAINALIGN_CLIENT_REPORT_RESULT_JSON_H_
#define BRAINALIGN_CLIENT_REPORT_RESULT_JSON_H_

#include <string>

#include "client/jobs/job.h"
#include "core/problem/spec.h"

namespace brainalign {

// The whole result as one JSON object, ending in a newline. Numbers read back as the same doubles.
// Undefined values (NaN) and the infinite end of the last window are null, because JSON has
// neither.
std::string ResultToJson(const JobResult& result);

// The member `options` of a result, as a JSON object.
std::string OptionsToJson(const AlignmentSpec& spec);

// The first bytes of every ResultToJson.
extern const char kResultBeginning[];

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_RESULT_JSON_H_
