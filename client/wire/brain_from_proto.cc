#include "client/wire/brain_from_proto.h"

#include "brainalign/v1/alignment.pb.h"

namespace brainalign {

StoredTensor StoredTensorFromProto(const std::string& name, const v1::TensorRef& proto) {
  const v1::TensorSpec& spec = proto.spec();
  StoredTensor stored;
  stored.name = name;
  stored.digest = proto.digest();
  const bool is_known = v1::DataType_IsValid(spec.data_type());
  // Ours are the protocol's.
  stored.spec = {static_cast<DType>(is_known ? spec.data_type() : v1::DATA_TYPE_UNSPECIFIED),
                 {spec.shape().begin(), spec.shape().end()},
                 spec.order() == v1::ORDER_FORTRAN ? Order::kFortran : Order::kC};
  stored.was_there = true;
  return stored;
}

RequestedBrain BrainFromProto(const v1::BrainInput& proto) {
  RequestedBrain brain;
  brain.is_continuous = proto.has_continuous();
  brain.tensor = brain.is_continuous ? StoredTensorFromProto("recording", proto.continuous())
                                     : StoredTensorFromProto("epochs", proto.epochs());
  brain.sfreq_hz = proto.sfreq_hz();
  brain.times_seconds.assign(proto.times_seconds().begin(), proto.times_seconds().end());
  if (proto.has_onsets_seconds()) {
    brain.onsets_seconds = StoredTensorFromProto("onsets", proto.onsets_seconds());
  }
  if (proto.has_groups()) brain.groups = StoredTensorFromProto("groups", proto.groups());
  if (proto.has_sessions()) brain.sessions = StoredTensorFromProto("sessions", proto.sessions());
  if (proto.has_session_starts()) {
    brain.session_starts = StoredTensorFromProto("session starts", proto.session_starts());
  }
  return brain;
}

}  // namespace brainalign
