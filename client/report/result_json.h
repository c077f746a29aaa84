#ifndef BRAINALIGN_CLIENT_REPORT_RESULT_JSON_H_
#define BRAINALIGN_CLIENT_REPORT_RESULT_JSON_H_

#include <string>

#include "client/jobs/job.h"
#include "core/problem/spec.h"

namespace brainalign {

// The whole result as one JSON object, ending in a newline. Numbers read back as
// the same doubles. What is undefined (NaN) or without end (the last window's
// end) is null: JSON has neither.
std::string ResultToJson(const JobResult& result);

// The member `options` of a result, as a JSON object.
std::string OptionsToJson(const AlignmentSpec& spec);

// How every ResultToJson begins.
extern const char kResultBeginning[];

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_RESULT_JSON_H_
