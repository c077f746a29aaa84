#ifndef BRAINALIGN_CLIENT_CONNECTION_CALL_CONTEXT_H_
#define BRAINALIGN_CLIENT_CONNECTION_CALL_CONTEXT_H_

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <stop_token>
#include <string>

#include "absl/status/status.h"
#include "client/connection/connection.h"

namespace brainalign {

// One attempt at one call: its context, with the caller's token and a name for the
// server's log, which a stop cancels. Every call is made with one, streams too.
class CallContext {
 public:
  // `timeout_seconds` 0: no deadline.
  CallContext(const ConnectionOptions& options, double timeout_seconds);

  grpc::ClientContext* get() { return &context_; }

  // The status of a call that ended with `status`. A failure gets the call's request id, unless the
  // call may not have reached the server.
  absl::Status Conclude(const grpc::Status& status) const;

 private:
  const std::string id_;
  grpc::ClientContext context_;
  std::stop_callback<std::function<void()>> cancel_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CONNECTION_CALL_CONTEXT_H_
