#ifndef BRAINALIGN_SERVER_OBSERVE_PROCESS_METRICS_H_
#define BRAINALIGN_SERVER_OBSERVE_PROCESS_METRICS_H_

#include "absl/time/time.h"
#include "server/observe/metric_list.h"

namespace brainalign {

// What the system says of this process, under the names that all programs use for it. What
// it does not say is left out.
void AddProcessMetrics(absl::Time start_time, MetricList& list);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_OBSERVE_PROCESS_METRICS_H_
