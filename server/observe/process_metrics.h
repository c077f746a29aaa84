#ifndef BRAINALIGN_SERVER_OBSERVE_PROCESS_METRICS_H_
#define BRAINALIGN_SERVER_OBSERVE_PROCESS_METRICS_H_

#include "absl/time/time.h"
#include "server/observe/metric_list.h"

namespace brainalign {

// Metrics of this process from the system, under the usual names. Unavailable ones are left out.
void AddProcessMetrics(absl::Time start_time, MetricList& list);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_OBSERVE_PROCESS_METRICS_H_
