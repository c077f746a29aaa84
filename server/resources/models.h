#ifndef BRAINALIGN_SERVER_RESOURCES_MODELS_H_
#define BRAINALIGN_SERVER_RESOURCES_MODELS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/mutex.h"
#include "server/resources/resource_admission.h"
#include "server/rows/model.h"
#include "server/runtime/clock.h"

namespace brainalign {

// Models of projects. Names are NAME, or PROJECT/NAME of the project. Thread-safe. The pointers
// must outlive it.
class Models {
 public:
  Models(const JobLimits& limits, Clock clock, Store* store, Tensors* tensors);

  // `model` is as it was asked for. The one that its request made, if that was made before.
  // INVALID_ARGUMENT with the fields; otherwise the errors of ResourceAdmission::Admit.
  absl::StatusOr<Model> Create(Model model);
  // NOT_FOUND unless the project has it.
  absl::StatusOr<Model> Find(const std::string& project, const std::string& name) const;
  // By name, from the one after `after` on. Of one person, or of all if it is empty.
  absl::StatusOr<std::vector<Model>> List(const std::string& project, const std::string& person,
                                          const std::string& after, int limit) const;
  // No error if the project has none of this name.
  absl::Status Delete(const std::string& project, const std::string& name);

  // Puts the model into a specification that names it. NOT_FOUND as Find.
  absl::Status Resolve(const std::string& project, JobSpecification& specification) const;

 private:
  const JobLimits limits_;
  const Clock clock_;
  Store* const store_;
  const ResourceAdmission admission_;

  Mutex mutex_;  // held while one is made or deleted
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RESOURCES_MODELS_H_
