// Results and their arrays, in the client's own types.
#ifndef BRAINALIGN_CLIENT_WIRE_RESULT_FROM_PROTO_H_
#define BRAINALIGN_CLIENT_WIRE_RESULT_FROM_PROTO_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/jobs/job.h"
#include "core/align/result.h"

namespace brainalign {

namespace v1 {
class AlignmentResult;
class AlignmentSpec;
class ResultTile;
class StreamedArrays;
}  // namespace v1

// Whether results of this client have an array of this name.
bool IsKnownArray(const std::string& name);

MatrixAxes AxesFromProto(const v1::StreamedArrays& proto);

// INTERNAL if the arrays' lengths do not fit together; UNIMPLEMENTED if an option has a value that
// only a newer client knows. Arrays that this client does not know are ignored; those that it knows
// must have their elements.
absl::StatusOr<TileScores> TileFromProto(const v1::ResultTile& proto);
absl::StatusOr<JobResult> ResultFromProto(const v1::AlignmentResult& proto);

// The tensors that a specification names, each once, with the names of JobInput.
std::vector<JobInput> InputsFromProto(const v1::AlignmentSpec& proto);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_WIRE_RESULT_FROM_PROTO_H_
