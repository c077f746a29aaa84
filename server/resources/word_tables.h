#ifndef BRAINALIGN_SERVER_RESOURCES_WORD_TABLES_H_
#define BRAINALIGN_SERVER_RESOURCES_WORD_TABLES_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/mutex.h"
#include "server/resources/resource_admission.h"
#include "server/rows/word_table.h"
#include "server/runtime/clock.h"

namespace brainalign {

// Word tables of projects. Names are NAME, or PROJECT/NAME of the project. Thread-safe. The
// pointers must outlive it.
class WordTables {
 public:
  WordTables(const JobLimits& limits, Clock clock, Store* store, Tensors* tensors);

  // `table` is as it was asked for. The one that its request made, if that was made before.
  // INVALID_ARGUMENT with the fields; otherwise the errors of ResourceAdmission::Admit.
  absl::StatusOr<WordTable> Create(WordTable table);
  // NOT_FOUND unless the project has it.
  absl::StatusOr<WordTable> Find(const std::string& project, const std::string& name) const;
  // Sets the columns that the specification's condition tests, if it has one. They come from the
  // word table of this project with the digest of the activations, or else of the recording, unless
  // the recording belongs to another project (`is_anothers`), whose words are not released.
  // INVALID_ARGUMENT with the field if there is no such table or column.
  absl::Status Resolve(const std::string& project, bool is_anothers,
                       JobSpecification& specification) const;
  // By name, from the one after `after` on, without columns but the first. Of one person, or of
  // all if it is empty.
  absl::StatusOr<std::vector<WordTable>> List(const std::string& project, const std::string& person,
                                              const std::string& after, int limit) const;
  // No error if the project has none of this name.
  absl::Status Delete(const std::string& project, const std::string& name);

 private:
  const JobLimits limits_;
  const Clock clock_;
  Store* const store_;
  const ResourceAdmission admission_;

  Mutex mutex_;  // held while one is made or deleted
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RESOURCES_WORD_TABLES_H_
