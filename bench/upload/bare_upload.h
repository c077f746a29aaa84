#ifndef BRAINALIGN_BENCH_UPLOAD_BARE_UPLOAD_H_
#define BRAINALIGN_BENCH_UPLOAD_BARE_UPLOAD_H_

#include <string>

#include "absl/status/status.h"
#include "core/tensor/tensor.h"

namespace brainalign {

// What uploads are compared with: sends all of `tensor` to brainalign_bare_server over one
// stream, 1 MiB in a message, without digests or checksums. By TLS if `authority_path`
// names the server's authority, in PEM.
absl::Status SendBare(const std::string& address, const std::string& authority_path,
                      const Tensor& tensor);

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_UPLOAD_BARE_UPLOAD_H_
