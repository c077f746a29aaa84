#ifndef BRAINALIGN_CLIENT_CLI_TERMINAL_UPLOAD_BAR_H_
#define BRAINALIGN_CLIENT_CLI_TERMINAL_UPLOAD_BAR_H_

#include <string>

#include "client/cli/terminal/terminal.h"
#include "client/retry/clock.h"
#include "client/tensors/upload_progress.h"

namespace brainalign {

// Bytes sent in a second, as of late.
class TransferRate {
 public:
  // `bytes` sent in all by `now_seconds`.
  void Add(double now_seconds, std::int64_t bytes);
  // Nothing can be sent until the next Add. This time, and bytes that are sent again, do not count.
  void Pause() { last_seconds_ = -1; }
  double bytes_per_second() const { return bytes_per_second_; }

 private:
  double last_seconds_ = -1;
  std::int64_t last_bytes_ = 0;
  double bytes_per_second_ = 0;
};

// One line of `width` columns at most: bar, share, bytes, rate, time left.
std::string UploadLine(const UploadProgress& progress, double bytes_per_second, int width,
                       bool unicode);

// Shows the progress of an upload: a moving bar on a terminal, otherwise a line from time to time.
class UploadBar {
 public:
  UploadBar(const Terminal& terminal, Clock& clock);

  // Fits UploadTensors' observer.
  void Show(const UploadProgress& progress);

  // Prints one line about the finished upload.
  void Finish();

 private:
  const Terminal& terminal_;
  Clock& clock_;
  RedrawnBlock block_;
  TransferRate rate_;
  UploadProgress last_;
  std::string shown_interruption_;
  const double start_seconds_;
  double next_draw_seconds_ = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_TERMINAL_UPLOAD_BAR_H_
