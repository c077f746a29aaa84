#include "server/jobs/request_digest.h"

#include "absl/strings/str_cat.h"
#include "server/rows/codec.h"
#include "server/rows/digest.h"

namespace brainalign {

std::string BodyDigest(const JobRequest& request) {
  // Of a normal priority nothing: requests are older than priorities.
  const std::string priority = request.priority == JobPriority::kNormal
                                   ? ""
                                   : absl::StrCat("p", static_cast<int>(request.priority));
  // As requested: the recording behind a name can change.
  JobSpecification asked = request.specification;
  asked.condition_columns.clear();
  if (request.recording) {
    asked.brain = BrainRef();
    asked.recording = request.recording->FullName();
  }
  if (!request.model.empty()) {
    asked.layers.clear();
    asked.word_table_digest.clear();
    asked.model = request.model;
  }
  return Sha256Of(absl::StrCat(request.skip_cache ? "1" : "0", priority, request.name.size(), ":",
                               request.name, Encode(asked)));
}

}  // namespace brainalign
