// What a server tells to who looks after it, in the client's own types.
#ifndef BRAINALIGN_CLIENT_WIRE_OPERATION_FROM_PROTO_H_
#define BRAINALIGN_CLIENT_WIRE_OPERATION_FROM_PROTO_H_

#include "brainalign/v1/operation.pb.h"
#include "client/operation/operation.h"

namespace brainalign {

QueueEntry QueueEntryFromProto(const v1::QueueEntry& proto);
UploadEntry UploadEntryFromProto(const v1::UploadEntry& proto);
LoggedError LoggedErrorFromProto(const v1::LoggedError& proto);
google::protobuf::Timestamp TimestampOf(double unix_seconds);
v1::DrainMode ToProto(DrainMode mode);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_WIRE_OPERATION_FROM_PROTO_H_
