#ifndef BRAINALIGN_SERVER_CALLS_STREAMS_H_
#define BRAINALIGN_SERVER_CALLS_STREAMS_H_

#include "absl/functional/function_ref.h"

namespace brainalign {

// Function of a transport for a call that answers with a stream: sends one message, and waits until
// the client can receive more. False if it accepts no more.
template <typename Message>
using Sink = absl::FunctionRef<bool(const Message&)>;

// The same for a call whose requests are a stream: waits for the next message, and puts it in the
// place of what its argument held. False after the last one, and if the connection broke.
// Credentials::is_gone distinguishes the two.
template <typename Message>
using Source = absl::FunctionRef<bool(Message&)>;

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_STREAMS_H_
