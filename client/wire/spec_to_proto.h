// What a user asks for, as the protocol says it.
#ifndef BRAINALIGN_CLIENT_WIRE_SPEC_TO_PROTO_H_
#define BRAINALIGN_CLIENT_WIRE_SPEC_TO_PROTO_H_

#include <string>

#include "client/jobs/job.h"
#include "core/problem/spec.h"
#include "core/tensor/tensor.h"

namespace brainalign {

namespace v1 {
class AlignmentOptions;
class BrainInput;
class CreateJobRequest;
class LayerInput;
class TensorRef;
class TensorSpec;
}  // namespace v1

v1::TensorSpec ToProto(const TensorSpec& spec);
v1::AlignmentOptions ToProto(const AlignmentOptions& options);
v1::TensorRef ToProto(const StoredTensor& tensor);
v1::LayerInput ToProto(const RequestedLayer& layer);
v1::BrainInput ToProto(const RequestedBrain& brain);
v1::CreateJobRequest ToProto(const JobRequest& request);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_WIRE_SPEC_TO_PROTO_H_
