#include "server/calls/client_calls.h"

namespace brainalign {

ClientCalls::ClientCalls(const Parts& parts)
    : tensors(parts.gate, parts.recordings, parts.tensor_limits, parts.guard, parts.uploads,
              parts.tensors, parts.blobs, parts.stopping),
      jobs(parts.gate, parts.recordings, parts.models, parts.word_tables, parts.book, parts.guard,
           parts.max_watches, parts.tensor_limits.shares),
      recordings(parts.gate, parts.recordings),
      word_tables(parts.gate, parts.word_tables),
      models(parts.gate, parts.models),
      server(parts.gate, parts.facts, parts.book, parts.blobs, parts.store, parts.scrubber),
      operation(parts.gate, parts.operation) {}

}  // namespace brainalign
