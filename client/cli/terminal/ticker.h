#ifndef BRAINALIGN_CLIENT_CLI_TERMINAL_TICKER_H_
#define BRAINALIGN_CLIENT_CLI_TERMINAL_TICKER_H_

#include <functional>
#include <thread>

namespace brainalign {

// Calls a function every second, on its own thread, while this object lives. Does nothing if the
// system starts no thread.
class Ticker {
 public:
  explicit Ticker(const std::function<void()>& on_tick);

 private:
  std::jthread thread_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_TERMINAL_TICKER_H_
