// Stored tensors and recordings as the server tells them, in the client's own types.
#ifndef BRAINALIGN_CLIENT_WIRE_BRAIN_FROM_PROTO_H_
#define BRAINALIGN_CLIENT_WIRE_BRAIN_FROM_PROTO_H_

#include <string>

#include "client/jobs/job.h"

namespace brainalign {

namespace v1 {
class BrainInput;
class TensorRef;
}  // namespace v1

// `name` is for people. A type of elements that only a newer server knows is refused where the
// tensor is read (ReadTensor).
StoredTensor StoredTensorFromProto(const std::string& name, const v1::TensorRef& proto);

// Requires a recording by its tensors.
RequestedBrain BrainFromProto(const v1::BrainInput& proto);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_WIRE_BRAIN_FROM_PROTO_H_
