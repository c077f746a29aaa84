#ifndef BRAINALIGN_SERVER_SCHEDULE_FORECAST_H_
#define BRAINALIGN_SERVER_SCHEDULE_FORECAST_H_

#include <cstddef>
#include <cstdint>
#include <map>

#include "server/schedule/fair_share.h"
#include "server/schedule/start_order.h"

namespace brainalign {

// When an execution starts and ends, if nobody submits anything else.
struct Expectation {
  int place = 0;             // in the queue, from 1; 0: it runs
  double start_seconds = 0;  // from now; 0 if it runs
  double end_seconds = 0;    // from now
};

// The present queue, as the start of a forecast.
struct QueueState {
  double now_seconds = 0;  // on the clock of StartOrder
  int threads = 1;
  FairShare share;
  StartOrder order;
  // For each running execution, the remaining seconds if no other execution ran.
  std::map<std::int64_t, double> remaining_seconds;
};

// Simulates the queue: the same rules choose the executions to start, and running executions share
// the threads by their due shares, without idle threads. Executions beyond the first `most` that
// start are left out.
std::map<std::int64_t, Expectation> Forecast(QueueState state, std::size_t most);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_SCHEDULE_FORECAST_H_
