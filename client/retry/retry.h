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

// Which failed calls are retried, and after which delay.
struct RetryOptions {
  // Largest number of consecutive failures; 1: no retries.
  int max_attempts = 6;
  double first_delay_seconds = 0.2;
  double max_delay_seconds = 5;
  // If the server asks for a longer delay, the client does not wait and returns the error.
  double max_asked_seconds = 600;
  double growth = 2;
  // Each delay is drawn from [1 - jitter, 1] of its length, so that many clients do not retry at
  // the same moment.
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

  // Whether to retry after `failure`; if so, waits first. If the server sent a delay (RetryInfo),
  // any code is retried, and the delay is a lower bound. False if the code is not retried, the
  // delay is too long, no attempts are left, or a stop was requested. `announce`, if given, is
  // called before the wait with its length in seconds.
  bool Again(const absl::Status& failure, const std::function<void(double)>& announce = nullptr);

  // Progress was made: resets the count of failures and the delay.
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
