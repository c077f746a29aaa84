#ifndef BRAINALIGN_CLIENT_TENSORS_UPLOAD_PROGRESS_H_
#define BRAINALIGN_CLIENT_TENSORS_UPLOAD_PROGRESS_H_

#include <cstdint>
#include <string>

namespace brainalign {

// How far a set of uploads has come.
struct UploadProgress {
  std::int64_t bytes_total = 0;
  std::int64_t bytes_hashed = 0;
  // Sent, or found to be at the server already; may step back after a break.
  std::int64_t bytes_there = 0;
  // Of bytes_there, those that needed no sending.
  std::int64_t bytes_skipped = 0;
  int tensors_total = 0;
  int tensors_there = 0;
  // The tensor begun last.
  std::string name;
  // Set while a break is being waited out: what happened, and the wait.
  std::string interruption;
  double retry_in_seconds = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_TENSORS_UPLOAD_PROGRESS_H_
