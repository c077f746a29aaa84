// What an upload is measured against: the same messages over the same library, without
// checksums, digests or a disk.
#ifndef BRAINALIGN_BENCH_UPLOAD_BARE_STREAM_H_
#define BRAINALIGN_BENCH_UPLOAD_BARE_STREAM_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// Serves uploads on a free port of 127.0.0.1, throws their bytes away, and says
// "listening on HOST:PORT". Returns when it is told to end (SIGTERM).
int RunBareServer();

// Sends all of `tensor` over one stream, 1 MiB in a message.
absl::Status SendBare(const std::string& address, const Tensor& tensor);

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_UPLOAD_BARE_STREAM_H_
