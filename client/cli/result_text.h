#ifndef BRAINALIGN_CLIENT_CLI_RESULT_TEXT_H_
#define BRAINALIGN_CLIENT_CLI_RESULT_TEXT_H_

#include <string>
#include <vector>

#include "client/cli/terminal/matrix_view.h"
#include "client/jobs/job.h"

namespace brainalign {

// A result for people: a table of the layers, the matrix, the scores, and what is odd about the
// data. The matrix and what is below it keep to `style.height`: a long table scrolls away first.
// `true_delays_seconds` (L), where they are known (simulated experiments), stand beside the peak
// times; else empty.
std::string ResultText(const JobResult& result, const std::vector<double>& true_delays_seconds,
                       MatrixStyle style);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_RESULT_TEXT_H_
