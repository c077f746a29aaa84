#ifndef BRAINALIGN_BENCH_UNCERTAINTY_UNCERTAINTY_COST_H_
#define BRAINALIGN_BENCH_UNCERTAINTY_UNCERTAINTY_COST_H_

#include <string>

#include "absl/status/statusor.h"
#include "bench/workload.h"
#include "nlohmann/json.hpp"

namespace brainalign {

// The processor time of a null and of the influences, each over that of the bare product X'Y of the
// same shape in single precision, all on one thread: of one tile of times in the middle of the
// matrix, whose tile of scores is computed before. X'Y is over all words and all layers' columns,
// once, also where each fold has columns of its own. `nulls`: how many share their time sample's
// factorisation. The influences take what a job with them takes beyond one without them.
absl::StatusOr<nlohmann::json> MeasureUncertainty(const Workload& workload, Preset preset,
                                                  int nulls, const std::string& data_dir);

// The same of time generalisation: of the maps of one time, scored at all times, beyond the scores.
absl::StatusOr<nlohmann::json> MeasureGeneralisation(const Workload& workload, Preset preset,
                                                     const std::string& data_dir);

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_UNCERTAINTY_UNCERTAINTY_COST_H_
