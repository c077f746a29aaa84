#ifndef BRAINALIGN_SERVER_RPC_CALL_GATE_H_
#define BRAINALIGN_SERVER_RPC_CALL_GATE_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/access/access_list.h"
#include "server/access/permissions.h"
#include "server/drain.h"
#include "server/observe/call_records.h"

namespace brainalign {

// A call that was let in.
class Call {
 public:
  Call(const AccessList* list, Method method, Caller caller, std::string request_id)
      : list_(list),
        method_(method),
        caller_(std::move(caller)),
        request_id_(std::move(request_id)) {}

  const Caller& caller() const { return caller_; }
  // Names the call in the logs; the client has it too.
  const std::string& request_id() const { return request_id_; }

  // Whether the caller may do this with a thing of `project` that `person` made.
  Verdict JudgeThing(const std::string& project, const std::string& person) const;
  // The same for a thing that the caller may know of: OK or PERMISSION_DENIED.
  absl::Status DescribeDenial() const;
  // UNAUTHENTICATED as soon as the caller's access has ended. For calls that take long.
  absl::Status CheckAccess() const;

 private:
  const AccessList* const list_;
  const Method method_;
  const Caller caller_;
  const std::string request_id_;
};

// What every call of every service goes through: who calls is worked out from this call
// alone (what is known about a connection says nothing about its next call), the table of
// permissions is asked, the work done, and the call logged under its request id.
class CallGate {
 public:
  // No list: whoever reaches the server may do all. No drain: calls are taken until the
  // end. All must outlive the gate.
  CallGate(AccessList* list, const Drain* drain, CallRecords* records)
      : list_(list), drain_(drain), records_(records) {}

  grpc::Status Run(grpc::ServerContext* context, Method method,
                   const std::function<absl::Status(const Call&)>& body) const;

 private:
  absl::StatusOr<Caller> Authenticate(const grpc::ServerContext& context) const;
  absl::Status RunBody(grpc::ServerContext* context, Method method, const std::string& request_id,
                       const std::function<absl::Status(const Call&)>& body, Caller& caller) const;

  AccessList* const list_;
  const Drain* const drain_;
  CallRecords* const records_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RPC_CALL_GATE_H_
