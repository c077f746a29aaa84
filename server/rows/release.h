#ifndef BRAINALIGN_SERVER_ROWS_RELEASE_H_
#define BRAINALIGN_SERVER_ROWS_RELEASE_H_

#include <optional>
#include <string>
#include <vector>

#include "brainalign/v1/job.pb.h"
#include "brainalign/v1/result.pb.h"
#include "core/result/array.h"
#include "server/rows/job.h"

// What goes out of a job against another project's sealed recording. In the database everything
// is exact; here it is made into what the policy lets go. Each message is built anew from what may
// be told, so that a field that is added later is not told until somebody decides so. Where there
// is no policy, everything is told. SECURITY.md lists what is told.

namespace brainalign {

// The job as it is told, by the policy of its record: `job` may be an earlier state of it.
v1::Job Release(const Job& job, const std::optional<SealPolicy>& policy);

// What the job computes. Of another project's recording its name alone.
v1::AlignmentSpec Release(v1::AlignmentSpec exact, const Job& job);

// Whether and how the elements of an array of a result are told.
struct ArrayRelease {
  bool is_told = false;
  double step = 0;  // rounded to multiples of it; 0: exact
};
ArrayRelease ReleaseOf(const std::string& array, const std::optional<SealPolicy>& policy);

// What is told of a tile.
v1::ResultTile Release(v1::ResultTile exact, const std::optional<SealPolicy>& policy);
// The arrays that its boxes are parts of, with their axes, which must be among `axes`.
v1::StreamedArrays ReleaseStreamed(const std::vector<Axis>& axes,
                                   const std::optional<SealPolicy>& policy);

// The message with what is told of a result beside its arrays and what is read off them. With a
// policy its notes are replaced by one that says what the policy withholds.
v1::AlignmentResult ReleaseNumbers(const v1::AlignmentResult& exact,
                                   const std::optional<SealPolicy>& policy);

// Adds those of `axes` that one of `arrays` has: the size of another could tell something.
void CopyAxes(const std::vector<Axis>& axes,
              const google::protobuf::RepeatedPtrField<v1::ResultArray>& arrays,
              google::protobuf::RepeatedPtrField<v1::Axis>& told);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_RELEASE_H_
