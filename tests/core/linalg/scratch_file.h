#ifndef BRAINALIGN_TESTS_CORE_LINALG_SCRATCH_FILE_H_
#define BRAINALIGN_TESTS_CORE_LINALG_SCRATCH_FILE_H_

#include <string>

namespace brainalign {

// Makes all nameless files of `folder` that this process has open empty, as if their disk had
// failed; how many there were.
int CutScratchFiles(const std::string& folder);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CORE_LINALG_SCRATCH_FILE_H_
