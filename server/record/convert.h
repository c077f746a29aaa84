#ifndef BRAINALIGN_SERVER_RECORD_CONVERT_H_
#define BRAINALIGN_SERVER_RECORD_CONVERT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "brainalign/v1/alignment.pb.h"
#include "brainalign/v1/job.pb.h"
#include "brainalign/v1/tensor.pb.h"
#include "core/align/result.h"
#include "core/problem/spec.h"
#include "server/record/job.h"
#include "server/record/specification.h"
#include "server/record/upload.h"

// The one place where messages become values of ours and back.

namespace brainalign {

// Reading foreign messages: each appends to `problems` what makes no sense, with
// the field's path starting with `field`; the value is to be used only if nothing
// was appended. Ranges that need the tensors themselves are not checked here.
TensorRef TensorRefFromProto(const v1::TensorRef& proto, const std::string& field,
                             std::vector<FieldProblem>& problems);
BrainRef BrainFromProto(const v1::BrainInput& brain, const std::string& field,
                        std::vector<FieldProblem>& problems);
AlignmentOptions OptionsFromProto(const v1::AlignmentOptions& proto, const std::string& field,
                                  std::vector<FieldProblem>& problems);
JobSpecification SpecificationFromProto(const v1::AlignmentSpec& proto, const std::string& field,
                                        std::vector<FieldProblem>& problems);

v1::TensorRef ToProto(const TensorRef& ref);
v1::BrainInput ToProto(const BrainRef& brain);
v1::AlignmentOptions ToProto(const AlignmentOptions& options);
v1::AlignmentSpec ToProto(const JobSpecification& specification);
// Every option spelt out.
v1::AlignmentOptions ToProto(const AlignmentSpec& spec);

v1::MatrixTile ToProto(const TileScores& tile);
TileScores TileFromProto(const v1::MatrixTile& proto);

// job_id and from_cache are left for who asks.
v1::AlignmentResult ToProto(const AlignmentResult& result, double compute_seconds);

v1::Job ToProto(const Job& job);
// What of a job the message does not carry stays at its default.
Job JobFromProto(const v1::Job& proto);

// Unspecified is normal.
JobPriority PriorityFromProto(v1::JobPriority proto, const std::string& field,
                              std::vector<FieldProblem>& problems);

// Of a record, which may be older than projects and priorities are.
std::string ProjectFromRecord(const std::string& project);
JobPriority PriorityFromRecord(v1::JobPriority priority);

google::protobuf::Timestamp ToProto(absl::Time time);
absl::Time TimeFromProto(const google::protobuf::Timestamp& proto);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RECORD_CONVERT_H_
