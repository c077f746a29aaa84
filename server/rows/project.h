#ifndef BRAINALIGN_SERVER_ROWS_PROJECT_H_
#define BRAINALIGN_SERVER_ROWS_PROJECT_H_

#include <string>

namespace brainalign {

// A project owns tensors, uploads, jobs and recordings. This is the project of callers without a
// token, and of everything that was stored before there were projects.
inline constexpr char kDefaultProject[] = "default";

// 1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit: safe in keys,
// in file names and in logs.
bool IsProjectName(const std::string& name);

// "'x y'; give 1 to 64 of ...", for a name that is none.
std::string DescribeBadProjectName(const std::string& name);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_PROJECT_H_
