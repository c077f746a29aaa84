#ifndef BRAINALIGN_SERVER_CALLS_CALL_GATE_H_
#define BRAINALIGN_SERVER_CALLS_CALL_GATE_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/access/access_list.h"
#include "server/access/permissions.h"
#include "server/calls/credentials.h"
#include "server/calls/drain.h"
#include "server/observe/call_records.h"

namespace brainalign {

// A call that was let in.
class Call {
 public:
  // `credentials` must outlive it.
  Call(AccessList* list, Method method, Caller caller, const Credentials& credentials)
      : list_(list), method_(method), caller_(std::move(caller)), credentials_(credentials) {}

  const Caller& caller() const { return caller_; }
  // Names the call in the logs; the client has it too.
  const std::string& request_id() const { return credentials_.request_id; }
  const std::string& peer() const { return credentials_.peer; }
  bool is_gone() const { return credentials_.is_gone(); }
  bool is_past_deadline() const { return credentials_.is_past_deadline(); }
  const std::function<void()>& cancel() const { return credentials_.cancel; }

  // Whether the caller may do this with a thing of `project` that `person` made.
  Verdict JudgeThing(const std::string& project, const std::string& person) const;
  // The same for a thing that the caller may know of: OK or PERMISSION_DENIED.
  absl::Status DescribeDenial() const;
  // UNAUTHENTICATED as soon as the caller's access has ended. For calls that take long.
  absl::Status CheckAccess() const;

 private:
  AccessList* const list_;
  const Method method_;
  const Caller caller_;
  const Credentials& credentials_;
};

// The gate that every call of every service passes, on any transport. It determines the caller from
// this call alone, checks the table of permissions, runs the call, and logs it under its request
// id.
class CallGate {
 public:
  // Without a list, every caller may do everything; with one, the list decides whether calls need a
  // token. Without a drain, calls are accepted until the end. All must outlive the gate.
  CallGate(AccessList* list, const Drain* drain, CallRecords* records)
      : list_(list), drain_(drain), records_(records) {}

  // The result of `body`, or the reason why it was not run: UNAUTHENTICATED, PERMISSION_DENIED, or
  // UNAVAILABLE while the server drains. Every error has an ErrorInfo: UNEXPECTED_ERROR, or
  // CALL_CANCELLED, if `body` gave no reason.
  absl::Status Run(const Credentials& credentials, Method method,
                   const std::function<absl::Status(const Call&)>& body) const;
  // The same for a call that is answered with one message, which `body` fills.
  template <typename Response>
  absl::StatusOr<Response> Answer(
      const Credentials& credentials, Method method,
      const std::function<absl::Status(const Call&, Response&)>& body) const {
    Response response;
    absl::Status status =
        Run(credentials, method, [&](const Call& call) { return body(call, response); });
    if (!status.ok()) return status;
    return response;
  }

 private:
  absl::StatusOr<Caller> Authenticate(const Credentials& credentials) const;
  absl::Status RunBody(const Credentials& credentials, Method method,
                       const std::function<absl::Status(const Call&)>& body, Caller& caller) const;

  AccessList* const list_;
  const Drain* const drain_;
  CallRecords* const records_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_CALL_GATE_H_
