#ifndef BRAINALIGN_CLIENT_RETRY_RETRY_H_
#define BRAINALIGN_CLIENT_RETRY_RETRY_H_

#include <cstdint>
#include <functional>
#include <random>
#include <set>
#include <stop_token>

#include "absl/status/status.h"
#include "client/retry/clock.h"

namespace brainalign {

// When a failed call is worth another try, and after how long.
struct RetryOptions {
  // Failures in a row before giving up; 1 never tries again.
  int max_attempts = 6;
  double first_delay_seconds = 0.2;
  double max_delay_seconds = 5;
  // A longer delay that the server asks for is for people to hear of, not to be waited for.
  double max_asked_seconds = 600;
  double growth = 2;
  // Each delay is drawn from [1 - jitter, 1] of its length, so that many clients
  // do not come back at the same moment.
  double jitter = 0.3;
  std::set<absl::StatusCode> codes = {absl::StatusCode::kUnavailable};
  std::uint32_t seed = 0;  // 0: drawn from the system

  bool operator==(const RetryOptions&) const = default;
};

// Counts the failures of one operation and waits between its attempts.
class Retry {
 public:
  // `clock` must outlive the object.
  Retry(RetryOptions options, Clock& clock, std::stop_token stop);

  // Whether to try again after `failure`; if so, waits first. A delay that the
  // server asks for (RetryInfo) makes any code worth a retry and is kept as a
  // lower bound. False when the code is final or the server asks for too long a delay, the attempts
  // are used up or a stop was asked for. `announce`, if given, is called before the wait with its
  // length in seconds.
  bool Again(const absl::Status& failure, const std::function<void(double)>& announce = nullptr);

  // Something was achieved: the count and the delay start afresh.
  void Progress();

 private:
  const RetryOptions options_;
  Clock& clock_;
  const std::stop_token stop_;
  std::mt19937 random_;
  int failures_ = 0;
  double delay_seconds_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_RETRY_RETRY_H_
