#include "client/cli/terminal/ticker.h"

#include <stop_token>
#include <utility>

#include "client/retry/clock.h"
#include "core/start_thread.h"

namespace brainalign {

Ticker::Ticker(const std::function<void()>& on_tick) {
  auto thread = StartThread("to show the time", [on_tick](const std::stop_token& stop) {
    while (SystemClock().Sleep(1, stop)) on_tick();
  });
  // Without it the display changes only with events.
  if (thread.ok()) thread_ = *std::move(thread);
}

}  // namespace brainalign
