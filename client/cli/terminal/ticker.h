#ifndef BRAINALIGN_CLIENT_CLI_TERMINAL_TICKER_H_
#define BRAINALIGN_CLIENT_CLI_TERMINAL_TICKER_H_

#include <functional>
#include <thread>

namespace brainalign {

// Calls a function every second, from a thread of its own, while this object lives and as far as
// the system starts one.
class Ticker {
 public:
  explicit Ticker(const std::function<void()>& on_tick);

 private:
  std::jthread thread_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_TERMINAL_TICKER_H_
