#ifndef BRAINALIGN_CLIENT_TENSORS_UPLOAD_PROGRESS_H_
#define BRAINALIGN_CLIENT_TENSORS_UPLOAD_PROGRESS_H_

#include <cstdint>
#include <string>

namespace brainalign {

// Progress of a set of uploads.
struct UploadProgress {
  std::int64_t bytes_total = 0;
  std::int64_t bytes_hashed = 0;
  // Sent, or already at the server; may decrease after an interruption.
  std::int64_t bytes_there = 0;
  // Of bytes_there, those that were not sent.
  std::int64_t bytes_skipped = 0;
  int tensors_total = 0;
  int tensors_there = 0;
  // The tensor begun last.
  std::string name;
  // Set during the delay before a retry: the reason, and the delay.
  std::string interruption;
  double retry_in_seconds = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_TENSORS_UPLOAD_PROGRESS_H_
