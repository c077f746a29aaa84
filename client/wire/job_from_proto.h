// What the server tells of jobs, in the client's own types.
#ifndef BRAINALIGN_CLIENT_WIRE_JOB_FROM_PROTO_H_
#define BRAINALIGN_CLIENT_WIRE_JOB_FROM_PROTO_H_

#include "absl/status/statusor.h"
#include "client/jobs/job.h"
#include "core/align/result.h"

namespace google::protobuf {
class Timestamp;
}

namespace brainalign {

namespace v1 {
class AlignmentResult;
class Job;
class MatrixTile;
}  // namespace v1

double UnixSeconds(const google::protobuf::Timestamp& time);

Job JobFromProto(const v1::Job& proto);

// INTERNAL if the arrays' lengths do not fit together.
absl::StatusOr<TileScores> TileFromProto(const v1::MatrixTile& proto);
absl::StatusOr<JobResult> ResultFromProto(const v1::AlignmentResult& proto);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_WIRE_JOB_FROM_PROTO_H_
