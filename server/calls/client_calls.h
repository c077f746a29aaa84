#ifndef BRAINALIGN_SERVER_CALLS_CLIENT_CALLS_H_
#define BRAINALIGN_SERVER_CALLS_CLIENT_CALLS_H_

#include <atomic>

#include "server/calls/job_calls.h"
#include "server/calls/model_calls.h"
#include "server/calls/operation_calls.h"
#include "server/calls/recording_calls.h"
#include "server/calls/server_calls.h"
#include "server/calls/tensor_calls.h"
#include "server/calls/word_table_calls.h"

namespace brainalign {

// Every method that the network offers, for any transport. Each function passes the gate and
// applies the limits. Thread-safe.
struct ClientCalls {
  // The pointers must outlive the calls.
  struct Parts {
    const CallGate* gate = nullptr;
    StallGuard* guard = nullptr;
    const std::atomic<bool>* stopping = nullptr;
    Recordings* recordings = nullptr;
    WordTables* word_tables = nullptr;
    Models* models = nullptr;
    Uploads* uploads = nullptr;
    Tensors* tensors = nullptr;
    BlobFolder* blobs = nullptr;
    JobBook* book = nullptr;
    const Store* store = nullptr;
    const Scrubber* scrubber = nullptr;
    OperationCalls::Parts operation;
    ServerFacts facts;
    TensorCalls::Limits tensor_limits;  // its shares apply to all kinds of calls
    int max_watches = 1;
  };
  explicit ClientCalls(const Parts& parts);

  TensorCalls tensors;
  JobCalls jobs;
  RecordingCalls recordings;
  WordTableCalls word_tables;
  ModelCalls models;
  ServerCalls server;
  OperationCalls operation;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_CLIENT_CALLS_H_
