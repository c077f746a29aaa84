#ifndef BRAINALIGN_CLIENT_CLI_RESULT_TEXT_H_
#define BRAINALIGN_CLIENT_CLI_RESULT_TEXT_H_

#include <string>
#include <vector>

#include "client/cli/terminal/matrix_view.h"
#include "client/jobs/job.h"

namespace brainalign {

// A result for people: a table of the layers, the matrix, the scores, and notes on the data. The
// matrix and the text below it fit into `style.height`, so only a long table scrolls away.
// `true_delays_seconds` (L) of simulated experiments are shown next to the peak times; else empty.
std::string ResultText(const JobResult& result, const std::vector<double>& true_delays_seconds,
                       MatrixStyle style);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_RESULT_TEXT_H_
