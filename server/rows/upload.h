#ifndef BRAINALIGN_SERVER_ROWS_UPLOAD_H_
#define BRAINALIGN_SERVER_ROWS_UPLOAD_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/time/time.h"
#include "core/tensor/facts.h"
#include "server/rows/project.h"
#include "server/rows/specification.h"

namespace brainalign {

// An upload under way, or complete and remembered until it expires.
struct Upload {
  std::string upload_id;
  std::string project = kDefaultProject;
  std::string person;  // who started it; empty: not identified
  TensorRef tensor;
  std::int64_t size_bytes = 0;
  std::int64_t committed_bytes = 0;  // survive a crash
  bool complete = false;
  absl::Time last_write_time = absl::InfinitePast();
};

// A tensor's bytes that are on disk, verified.
struct Blob {
  std::int64_t size_bytes = 0;
  absl::Time create_time = absl::InfinitePast();
  absl::Time last_use_time = absl::InfinitePast();  // to within a share of the grace time
  // Since when it is to be removed; InfinitePast: it is not.
  absl::Time mark_time = absl::InfinitePast();
  // Facts about the elements, for each type that the bytes were read as.
  std::map<DType, TensorFacts> facts = {};

  bool is_marked() const { return mark_time != absl::InfinitePast(); }
};

// A project has sent a tensor's bytes itself, which is why it may use them: others may
// have sent the same, and neither learns of it.
struct Holding {
  std::int64_t size_bytes = 0;
  absl::Time last_use_time = absl::InfinitePast();  // to within a share of the grace time
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_UPLOAD_H_
