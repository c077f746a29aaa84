#ifndef BRAINALIGN_CLIENT_REPORT_COMPARISON_CAUTIONS_H_
#define BRAINALIGN_CLIENT_REPORT_COMPARISON_CAUTIONS_H_

#include <string>
#include <utility>
#include <vector>

#include "client/report/comparison_json.h"

namespace brainalign {

// What limits a comparison: a name for programs and a sentence for people (docs/uncertainty.md,
// "Two models"). `draws`: of the test.
std::vector<std::pair<std::string, std::string>> ComparisonCautions(const ComparedResult& first,
                                                                    const ComparedResult& second,
                                                                    const Comparison& comparison,
                                                                    int draws);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_REPORT_COMPARISON_CAUTIONS_H_
