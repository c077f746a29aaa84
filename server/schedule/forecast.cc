#include "server/schedule/forecast.h"

#include <algorithm>
#include <limits>

namespace brainalign {
namespace {

// Until the next of those that wait for a moment may start; infinity if none does.
double UntilNextMoment(const StartOrder& order, double now_seconds) {
  double until = std::numeric_limits<double>::infinity();
  for (const auto& [id, waiting] : order.waiting()) {
    if (waiting.not_before_seconds > now_seconds) {
      until = std::min(until, waiting.not_before_seconds - now_seconds);
    }
  }
  return until;
}

}  // namespace

std::map<std::int64_t, Expectation> Forecast(QueueState state, std::size_t most) {
  std::map<std::int64_t, Expectation> expected;
  std::map<std::int64_t, double>& left = state.remaining_seconds;
  double ahead = 0;
  int started = 0;
  for (const auto& [id, seconds] : left) expected[id] = {};
  while (true) {
    while (static_cast<std::size_t>(started) < most) {
      const std::int64_t id = state.order.Next(state.now_seconds + ahead, state.share).id;
      if (id == 0) break;
      left[id] = state.order.waiting().at(id).estimated_seconds;
      state.order.Start(id, state.share);
      state.share.Start(id);
      expected[id] = {++started, ahead, 0};
    }
    if (left.empty()) {
      const double until = static_cast<std::size_t>(started) < most
                               ? UntilNextMoment(state.order, state.now_seconds + ahead)
                               : std::numeric_limits<double>::infinity();
      if (until == std::numeric_limits<double>::infinity()) return expected;
      ahead += until;
      continue;
    }
    const std::map<std::int64_t, double> shares = state.share.DueShares();
    double step = std::numeric_limits<double>::infinity();
    for (const auto& [id, seconds] : left) step = std::min(step, seconds / shares.at(id));
    ahead += step;
    for (auto of = left.begin(); of != left.end();) {
      const auto [id, seconds] = *of;
      const double done = shares.at(id) * step;
      state.share.Charge(id, done * state.threads);
      // The execution that determined the step has ended, regardless of rounding.
      if (seconds / shares.at(id) > step) {
        of->second = seconds - done;
        ++of;
        continue;
      }
      expected[id].end_seconds = ahead;
      state.order.Remove(id);
      state.share.Leave(id);
      of = left.erase(of);
    }
  }
}

}  // namespace brainalign
