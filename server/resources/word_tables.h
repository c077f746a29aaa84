#ifndef BRAINALIGN_SERVER_RESOURCES_WORD_TABLES_H_
#define BRAINALIGN_SERVER_RESOURCES_WORD_TABLES_H_

#include <functional>
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
  // Whether the recording and the activations of the specification belong to the same words, as far
  // as they name their tables. Tables of this project are compared by their texts (CheckSameWords).
  // Other tables, and that of a recording of another project (`is_anothers`), are compared by
  // digest alone. FAILED_PRECONDITION with reason WORD_TABLES_DIFFER if they do not.
  absl::Status CheckSides(const std::string& project, bool is_anothers,
                          const JobSpecification& specification,
                          const std::function<bool()>& go_on) const;
  // Sets the columns that the specification's condition tests, if it has one. Each comes from the
  // word table of this project with the digest of the activations, or else of the recording, unless
  // the recording belongs to another project (`is_anothers`), whose words are not released. The two
  // tables must hold the same words (CheckSides). INVALID_ARGUMENT with the field if there is no
  // such table or column.
  absl::Status Resolve(const std::string& project, bool is_anothers,
                       JobSpecification& specification) const;
  // By name, from the one after `after` on, without columns but the first. Of one person, or of
  // all if it is empty.
  absl::StatusOr<std::vector<WordTable>> List(const std::string& project, const std::string& person,
                                              const std::string& after, int limit) const;
  // No error if the project has none of this name.
  absl::Status Delete(const std::string& project, const std::string& name);

 private:
  // The table of the project with this digest, if there is one.
  absl::StatusOr<std::optional<WordTable>> FindByDigest(const std::string& project,
                                                        const std::string& digest) const;

  const JobLimits limits_;
  const Clock clock_;
  Store* const store_;
  Tensors* const tensors_;
  const ResourceAdmission admission_;

  Mutex mutex_;  // held while one is made or deleted
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RESOURCES_WORD_TABLES_H_
