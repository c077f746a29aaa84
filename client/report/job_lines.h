#ifndef BRAINALIGN_CLIENT_REPORT_JOB_LINES_H_
#define BRAINALIGN_CLIENT_REPORT_JOB_LINES_H_

#include <string>

namespace brainalign {

// The JSON of a job for people: a line for each value, with the words of its path in front, such as
// "options fold by". Values have the words of options, such as "f32" for "DATA_TYPE_F32". Nulls,
// empty texts and lists, and values that are not specified are left out; control characters are
// shown as escapes.
std::string LinesOfJson(const std::string& json);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_JOB_LINES_H_
