#ifndef BRAINALIGN_CLIENT_RETRY_CLOCK_H_
#define BRAINALIGN_CLIENT_RETRY_CLOCK_H_

#include <stop_token>

namespace brainalign {

// The clock of the client. Tests pass their own.
class Clock {
 public:
  virtual ~Clock() = default;

  // Seconds since an arbitrary moment; never decreases.
  virtual double NowSeconds() = 0;

  // Waits. Returns false at once if `stop` is requested.
  virtual bool Sleep(double seconds, const std::stop_token& stop) = 0;
};

// The machine's monotonic clock. Lives as long as the program.
Clock& SystemClock();

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RETRY_CLOCK_H_
