#ifndef BRAINALIGN_SERVER_ROWS_CONVERT_H_
#define BRAINALIGN_SERVER_ROWS_CONVERT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "brainalign/v1/alignment.pb.h"
#include "brainalign/v1/job.pb.h"
#include "brainalign/v1/model.pb.h"
#include "brainalign/v1/recording.pb.h"
#include "brainalign/v1/result.pb.h"
#include "brainalign/v1/tensor.pb.h"
#include "brainalign/v1/word_table.pb.h"
#include "core/align/result.h"
#include "core/problem/spec.h"
#include "core/result/array.h"
#include "server/rows/job.h"
#include "server/rows/model.h"
#include "server/rows/recording.h"
#include "server/rows/specification.h"
#include "server/rows/upload.h"
#include "server/rows/word_table.h"

// The one place where messages become values of ours and back.

namespace brainalign {

// Largest number of columns of a job's nuisance.
inline constexpr int kMaxNuisanceColumns = 4096;

// Conversions of foreign messages. Each appends a problem for each invalid value, with a path that
// begins with `field`. Use the result only if nothing was appended. Checks that need the tensors
// themselves are made elsewhere.
TensorRef TensorRefFromProto(const v1::TensorRef& proto, const std::string& field,
                             std::vector<FieldProblem>& problems);
// A digest that may be left out.
std::string DigestFromProto(const std::string& digest, const std::string& field,
                            std::vector<FieldProblem>& problems);
LayerRef LayerFromProto(const v1::LayerInput& proto, const std::string& field,
                        std::vector<FieldProblem>& problems);
BrainRef BrainFromProto(const v1::BrainInput& brain, const std::string& field,
                        std::vector<FieldProblem>& problems);
AlignmentOptions OptionsFromProto(const v1::AlignmentOptions& proto, const std::string& field,
                                  std::vector<FieldProblem>& problems);
JobSpecification SpecificationFromProto(const v1::AlignmentSpec& proto, const std::string& field,
                                        std::vector<FieldProblem>& problems);

// Unset fields take their defaults; the budget stays 0 (Settle).
SealPolicy PolicyFromProto(const v1::SealPolicy& proto, const std::string& field,
                           std::vector<FieldProblem>& problems);

// Unspecified is unknown.
RecordingKind RecordingKindFromProto(v1::RecordingKind proto, const std::string& field,
                                     std::vector<FieldProblem>& problems);
Sensor SensorFromProto(const v1::Sensor& proto);
WordColumn WordColumnFromProto(const v1::WordColumn& proto, const std::string& field,
                               std::vector<FieldProblem>& problems);
// Unspecified is unknown.
ModelArchitecture ModelArchitectureFromProto(v1::ModelArchitecture proto, const std::string& field,
                                             std::vector<FieldProblem>& problems);
// `place` is the index of a layer that has none.
ModelLayer ModelLayerFromProto(const v1::ModelLayer& proto, int place, const std::string& field,
                               std::vector<FieldProblem>& problems);

// A repeated field as a vector.
template <typename T, typename Repeated>
std::vector<T> ToVector(const Repeated& repeated) {
  return std::vector<T>(repeated.begin(), repeated.end());
}

v1::TensorRef ToProto(const TensorRef& ref);
v1::LayerInput ToProto(const LayerRef& layer);
v1::BrainInput ToProto(const BrainRef& brain);
v1::AlignmentOptions ToProto(const AlignmentOptions& options);
v1::AlignmentSpec ToProto(const JobSpecification& specification);
v1::SealPolicy ToProto(const SealPolicy& policy);
v1::RecordingKind ToProto(RecordingKind kind);
v1::Sensor ToProto(const Sensor& sensor);
v1::WordColumn ToProto(const WordColumn& column);
v1::ModelArchitecture ToProto(ModelArchitecture architecture);
v1::ModelLayer ToProto(const ModelLayer& layer);
// Without columns or layers.
v1::WordTable ToProto(const WordTable& table);
v1::Model ToProto(const Model& model);
// Every option spelt out.
v1::AlignmentOptions ToProto(const AlignmentSpec& spec);

v1::UncertaintyFacts ToProto(const UncertaintyFacts& facts);
// Fields that the message does not have keep their defaults.
UncertaintyFacts UncertaintyFactsFromProto(const v1::UncertaintyFacts& proto);
v1::Axis ToProto(const Axis& axis);
Axis AxisFromProto(const v1::Axis& proto);
// An array without elements. `axes` must contain those of the array.
v1::ResultArray ToProto(const ArraySpec& spec, const std::vector<Axis>& axes);
// Of all elements.
std::int64_t SizeInBytes(const v1::ResultArray& array);

v1::ResultTile ToProto(const TileScores& tile);
// INVALID_ARGUMENT if its boxes do not fit together.
absl::StatusOr<TileScores> TileFromProto(const v1::ResultTile& proto);

RecordingPreparation PreparationFromProto(const v1::RecordingPreparation& proto);
v1::Job ToProto(const Job& job);
// Fields of a job that the message does not have keep their defaults.
Job JobFromProto(const v1::Job& proto);

// The known times at which a job or an execution starts and ends. The message leaves out unknown
// ones.
template <typename Expected, typename Message>
void FillForecast(const Expected& expected, Message& proto) {
  if (expected.queue_place > 0) {
    proto.set_queue_place(expected.queue_place);
    proto.set_expected_start_seconds(expected.expected_start_seconds);
  }
  if (expected.expected_end_seconds > 0) {
    proto.set_expected_end_seconds(expected.expected_end_seconds);
  }
}

// Unspecified is normal.
JobPriority PriorityFromProto(v1::JobPriority proto, const std::string& field,
                              std::vector<FieldProblem>& problems);

// Of a record, which may be older than projects and priorities are.
std::string ProjectFromRecord(const std::string& project);
JobPriority PriorityFromRecord(v1::JobPriority priority);

google::protobuf::Timestamp ToProto(absl::Time time);
absl::Time TimeFromProto(const google::protobuf::Timestamp& proto);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_CONVERT_H_
