#ifndef BRAINALIGN_CLIENT_CLI_RESULT_TEXT_H_
#define BRAINALIGN_CLIENT_CLI_RESULT_TEXT_H_

#include <string>
#include <vector>

#include "client/cli/terminal/matrix_view.h"
#include "client/jobs/job.h"

namespace brainalign {

// A result for people: the matrix, a table of the layers, the scores, and what is
// odd about the data. `true_delays_seconds` (L), where they are known (simulated
// experiments), stand beside the peak times; else empty.
std::string ResultText(const JobResult& result, const std::vector<double>& true_delays_seconds,
                       const MatrixStyle& style);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_RESULT_TEXT_H_
