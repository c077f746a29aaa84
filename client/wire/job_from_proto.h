// What the server tells of jobs, in the client's own types.
#ifndef BRAINALIGN_CLIENT_WIRE_JOB_FROM_PROTO_H_
#define BRAINALIGN_CLIENT_WIRE_JOB_FROM_PROTO_H_

#include "client/jobs/job.h"

namespace google::protobuf {
class Timestamp;
}

namespace brainalign {

namespace v1 {
class Job;
}  // namespace v1

double UnixSeconds(const google::protobuf::Timestamp& time);

Job JobFromProto(const v1::Job& proto);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_WIRE_JOB_FROM_PROTO_H_
