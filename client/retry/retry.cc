#include "client/retry/retry.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "client/connection/refusal.h"

namespace brainalign {

Retry::Retry(RetryOptions options, Clock& clock, std::stop_token stop)
    : options_(std::move(options)),
      clock_(clock),
      stop_(std::move(stop)),
      random_(options_.seed != 0 ? options_.seed : std::random_device()()),
      delay_seconds_(options_.first_delay_seconds) {}

bool Retry::Again(const absl::Status& failure, const std::function<void(double)>& announce) {
  const std::optional<Refusal> refusal = RefusalOf(failure);
  const std::optional<double> asked = refusal ? refusal->retry_delay_seconds : std::nullopt;
  if (!asked.has_value() && !options_.codes.contains(failure.code())) return false;
  if (asked.value_or(0) > options_.max_asked_seconds) return false;
  if (++failures_ >= options_.max_attempts || stop_.stop_requested()) return false;
  std::uniform_real_distribution<double> share(1 - options_.jitter, 1);
  double delay = delay_seconds_ * share(random_);
  delay = std::max(delay, asked.value_or(0));
  delay_seconds_ = std::min(delay_seconds_ * options_.growth, options_.max_delay_seconds);
  if (announce) announce(delay);
  return clock_.Sleep(delay, stop_);
}

void Retry::Progress() {
  failures_ = 0;
  delay_seconds_ = options_.first_delay_seconds;
}

}  // namespace brainalign
