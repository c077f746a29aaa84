#ifndef BRAINALIGN_SERVER_CALLS_CONTROL_CALLS_H_
#define BRAINALIGN_SERVER_CALLS_CONTROL_CALLS_H_

#include <atomic>

#include "server/blobs/scrubber.h"
#include "server/blobs/tensor_care.h"
#include "server/calls/admin_calls.h"
#include "server/calls/call_gate.h"
#include "server/calls/operation_calls.h"
#include "server/calls/server_calls.h"
#include "server/observe/call_records.h"

namespace brainalign {

// The methods for administrators, behind a gate that needs no token: everyone who can reach the
// transport, such as the socket in the data folder, may do everything, even while the server
// drains.
struct ControlCalls {
  // The pointers must outlive the calls.
  struct Parts {
    CallRecords* records = nullptr;
    const std::atomic<bool>* stopping = nullptr;
    BlobFolder* blobs = nullptr;
    TensorCare* care = nullptr;
    const Scrubber* scrubber = nullptr;
    OperationCalls::Parts operation;
    ServerFacts facts;
  };
  explicit ControlCalls(const Parts& parts);

  const CallGate gate;
  OperationCalls operation;
  ServerCalls server;
  AdminCalls admin;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_CONTROL_CALLS_H_
