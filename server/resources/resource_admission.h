#ifndef BRAINALIGN_SERVER_RESOURCES_RESOURCE_ADMISSION_H_
#define BRAINALIGN_SERVER_RESOURCES_RESOURCE_ADMISSION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/blobs/tensors.h"
#include "server/jobs/limits.h"
#include "server/rows/codec.h"
#include "server/rows/digest.h"
#include "server/rows/field_problems.h"
#include "server/rows/resource.h"
#include "server/rows/specification.h"
#include "server/store/store.h"

namespace brainalign {

// A tensor of a resource, and its field in the request that makes the resource.
using ResourceTensor = BrainTensor;

// Digest of everything that was asked for, but not of the person who asked: a second member of the
// project who asks for the same resource under the same request id gets the one that is there.
template <typename AnyResource>
std::string BodyDigestOf(AnyResource resource) {
  resource.person.clear();
  return Sha256Of(Encode(resource));
}

// The checks of every new resource of one kind. The caller holds the lock under which resources of
// that kind change. The pointers must outlive it.
class ResourceAdmission {
 public:
  ResourceAdmission(ResourceKind kind, const JobLimits& limits, const Store* store,
                    Tensors* tensors)
      : kind_(kind), limits_(limits), store_(store), tensors_(tensors) {}

  // Name of the resource that this request created earlier, or nothing: the resource may be
  // created. `is_taken`: the project has one of this name. INVALID_ARGUMENT if the request id
  // belongs to another request; ALREADY_EXISTS; RESOURCE_EXHAUSTED if the project has too many;
  // FAILED_PRECONDITION if it does not hold a tensor; INVALID_ARGUMENT for the field of a tensor
  // whose type and shape do not fit its bytes.
  absl::StatusOr<std::optional<std::string>> Admit(
      const Resource& asked, bool is_taken, const std::vector<ResourceTensor>& tensors) const;

  // The grace time of the tensors begins anew. FAILED_PRECONDITION if one is not there.
  absl::Status UseTensors(const std::string& project,
                          const std::vector<ResourceTensor>& tensors) const;

  // Digest of the word table `name` (PROJECT/NAME) for a resource with this many words; empty if
  // the name is empty. INVALID_ARGUMENT for the field word_table if the project has none of that
  // name, or the numbers of words differ.
  absl::StatusOr<std::string> DigestOfWordTable(const std::string& project, const std::string& name,
                                                std::int64_t words) const;

 private:
  absl::Status CheckCount(const std::string& project) const;
  absl::Status CheckSizes(const std::vector<ResourceTensor>& tensors) const;

  const ResourceKind kind_;
  const JobLimits limits_;
  const Store* const store_;
  Tensors* const tensors_;
};

// NOT_FOUND if `text` names a resource of another project, which a caller of `project` can neither
// delete nor unseal. A name that nothing has is no error here.
absl::Status CheckOwnName(ResourceKind kind, const std::string& project, const std::string& text);

// The resource that `text` (NAME, or PROJECT/NAME) names in the project; nothing if it names none.
// `find` gets the name without the project, and looks in the store.
template <typename R, typename FindInStore>
absl::StatusOr<std::optional<R>> FindOwn(const std::string& project, const std::string& text,
                                         const FindInStore& find) {
  const auto named = NameOfResource(project, text);
  if (!named || named->project != project) return std::optional<R>();
  return find(named->name);
}

// The name without the project, where `text` names something of the project; else `text`, which no
// check lets through.
std::string OwnNameOf(const std::string& project, const std::string& text);

// Problems with the common fields of all resources, and with the size of the record.
void CheckResource(const Resource& resource, const JobLimits& limits, FieldProblems& problems);
void CheckText(const std::string& field, const std::string& text, const JobLimits& limits,
               FieldProblems& problems);
// `field` is the list that makes a record large.
void CheckRecordSize(const std::string& field, const std::string& record, const JobLimits& limits,
                     FieldProblems& problems);

// `hint` ends the sentence.
absl::Status ResourceNotFoundError(ResourceKind kind, const std::string& name,
                                   const std::string& hint);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RESOURCES_RESOURCE_ADMISSION_H_
