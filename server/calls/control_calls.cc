#include "server/calls/control_calls.h"

namespace brainalign {

ControlCalls::ControlCalls(const Parts& parts)
    : gate(nullptr, nullptr, parts.records),
      operation(&gate, parts.operation),
      server(&gate, parts.facts, parts.operation.book, parts.blobs, parts.operation.store,
             parts.scrubber),
      admin(&gate, parts.operation.store, parts.blobs, parts.care, parts.stopping) {}

}  // namespace brainalign
