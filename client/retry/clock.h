#ifndef BRAINALIGN_CLIENT_RETRY_CLOCK_H_
#define BRAINALIGN_CLIENT_RETRY_CLOCK_H_

#include <stop_token>

namespace brainalign {

// Time as the client sees it; tests bring their own.
class Clock {
 public:
  virtual ~Clock() = default;

  // Seconds since some moment; never steps back.
  virtual double NowSeconds() = 0;

  // Waits. Returns false, at once, when `stop` is asked for.
  virtual bool Sleep(double seconds, const std::stop_token& stop) = 0;
};

// The machine's monotonic clock. Lives as long as the program.
Clock& SystemClock();

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RETRY_CLOCK_H_
