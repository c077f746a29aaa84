#ifndef BRAINALIGN_SERVER_ROWS_RELEASE_H_
#define BRAINALIGN_SERVER_ROWS_RELEASE_H_

#include <optional>
#include <string>
#include <vector>

#include "brainalign/v1/job.pb.h"
#include "brainalign/v1/result.pb.h"
#include "core/result/array.h"
#include "server/rows/job.h"

// Builds the messages about a job against a sealed recording of another project. The database has
// exact values; here the policy is applied. Each message is built from the permitted fields, so a
// field that is added later is not released without a decision. Without a policy everything is
// released. SECURITY.md lists what is released.

namespace brainalign {

// The released job, by the policy of its record. `job` may be an earlier state of it.
v1::Job Release(const Job& job, const std::optional<SealPolicy>& policy);

// The specification of the job. For a recording of another project, only its name.
v1::AlignmentSpec Release(v1::AlignmentSpec exact, const Job& job);

// Whether and how the elements of an array of a result are released.
struct ArrayRelease {
  bool is_released = false;
  double step = 0;  // rounded to multiples of it; 0: exact
};
ArrayRelease ReleaseOf(const std::string& array, const std::optional<SealPolicy>& policy);

// The released part of a tile.
v1::ResultTile Release(v1::ResultTile exact, const std::optional<SealPolicy>& policy);
// The arrays that its boxes are parts of, with their axes, which must be among `axes`.
v1::StreamedArrays ReleaseStreamed(const std::vector<Axis>& axes,
                                   const std::optional<SealPolicy>& policy);

// The message with the released fields of a result, without its arrays and the numbers that are
// read off them. With a policy, one note that lists what the policy withholds replaces all notes.
v1::AlignmentResult ReleaseNumbers(const v1::AlignmentResult& exact,
                                   const std::optional<SealPolicy>& policy);

// Adds those of `axes` that one of `arrays` has. The size of another axis could reveal something.
void CopyAxes(const std::vector<Axis>& axes,
              const google::protobuf::RepeatedPtrField<v1::ResultArray>& arrays,
              google::protobuf::RepeatedPtrField<v1::Axis>& released);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_RELEASE_H_
