#ifndef BRAINALIGN_TESTS_CLIENT_FAKES_FAKE_CLOCK_H_
#define BRAINALIGN_TESTS_CLIENT_FAKES_FAKE_CLOCK_H_

#include <vector>

#include "client/retry/clock.h"

namespace brainalign {

// Time that passes only while somebody sleeps, which takes none.
class FakeClock : public Clock {
 public:
  double NowSeconds() override { return now_seconds_; }

  bool Sleep(double seconds, const std::stop_token& stop) override {
    now_seconds_ += seconds;
    sleeps_seconds.push_back(seconds);
    return !stop.stop_requested();
  }

  void Advance(double seconds) { now_seconds_ += seconds; }

  std::vector<double> sleeps_seconds;

 private:
  double now_seconds_ = 1000;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CLIENT_FAKES_FAKE_CLOCK_H_
