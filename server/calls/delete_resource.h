#ifndef BRAINALIGN_SERVER_CALLS_DELETE_RESOURCE_H_
#define BRAINALIGN_SERVER_CALLS_DELETE_RESOURCE_H_

#include <string>

#include "absl/status/status.h"
#include "server/calls/call_gate.h"
#include "server/resources/resource_admission.h"

namespace brainalign {

// Deletes what `name` names in the caller's project. No error if there is none. NOT_FOUND for a
// name of another project; PERMISSION_DENIED if the caller may not delete it; or what Delete of
// `store` (Recordings, Models, WordTables) returns.
template <typename Store>
absl::Status DeleteResource(const Call& call, ResourceKind kind, const std::string& name,
                            Store& store) {
  const std::string& project = call.caller().project;
  if (absl::Status status = CheckOwnName(kind, project, name); !status.ok()) return status;
  const auto found = store.Find(project, name);
  if (absl::IsNotFound(found.status())) return absl::OkStatus();
  if (!found.ok()) return found.status();
  if (call.JudgeThing(project, found->person) != Verdict::kAllowed) return call.DescribeDenial();
  return store.Delete(project, name);
}

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_CALLS_DELETE_RESOURCE_H_
