#ifndef BRAINALIGN_SERVER_JOBS_CHECK_SPECIFICATION_H_
#define BRAINALIGN_SERVER_JOBS_CHECK_SPECIFICATION_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/problem/inputs.h"
#include "core/problem/requested_arrays.h"
#include "core/problem/spec.h"
#include "server/blobs/tensors.h"
#include "server/jobs/limits.h"
#include "server/rows/field_problems.h"
#include "server/rows/specification.h"

namespace brainalign {

// Appends a problem for each value beyond the server's limits, and for each shape that no alignment
// can have. Reads no tensor. Alignment::Create checks the rest against the data.
void CheckSpecification(const JobSpecification& specification, const JobLimits& limits,
                        FieldProblems& problems);

// The same of one layer; `field` is its path.
void CheckLayer(const std::string& field, const LayerRef& layer, const JobLimits& limits,
                FieldProblems& problems);

// The same of a name for people.
void CheckName(const std::string& field, const std::string& name, int max_bytes,
               FieldProblems& problems);

// Checks a request id. Returns what is wrong with it, or nothing.
std::string DescribeBadRequestId(const std::string& request_id, const JobLimits& limits);

// Every tensor that the specification names, with its field, each digest once.
struct NamedRef {
  std::string field;
  TensorRef ref;
};
std::vector<NamedRef> ListTensors(const JobSpecification& specification);

// The error for clients if an input cannot be read: its field and what to do, with the code of
// `why`. It contains neither the path nor the digest, which could be that of a sealed recording.
// `why` contains both and goes to the log.
absl::Status DescribeUnreadable(const std::string& field, const absl::Status& why);

// Maps the tensors, each once, with the facts about their elements. NOT_FOUND or DATA_LOSS, with
// the field, if one is missing or has the wrong size. `go_on` as in Tensors::Map.
absl::StatusOr<AlignmentInputs> OpenInputs(const JobSpecification& specification, Tensors& tensors,
                                           const std::function<bool()>& go_on);

// The options as Alignment::Create will resolve them.
AlignmentSpec Resolve(const JobSpecification& specification, std::vector<FieldProblem>& problems);

// As Alignment::column_axes. `resolved`: from Resolve.
ColumnAxes ColumnAxesOf(const JobSpecification& specification, const AlignmentSpec& resolved);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_CHECK_SPECIFICATION_H_
