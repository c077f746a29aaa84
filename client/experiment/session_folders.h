#ifndef BRAINALIGN_CLIENT_EXPERIMENT_SESSION_FOLDERS_H_
#define BRAINALIGN_CLIENT_EXPERIMENT_SESSION_FOLDERS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/experiment/experiment.h"

namespace brainalign {

// Whether the experiment in `dir` has an entry "sessions", in place of one recording.
bool HasSessionFolders(const std::string& dir);

// The folders in `dir`/sessions, by the numbers in their names or as listed in `dir`/sessions.txt;
// words are not counted. Appends the order, and entries that are no folders, to `notes`. Errors as
// LoadExperiment.
absl::StatusOr<std::vector<SessionFolder>> FindSessionFolders(const std::string& dir,
                                                              std::vector<std::string>& notes);

// One sentence such as "sessions/a has 200 words, ..." if `words`, of which `whose` is the subject
// with its verb ("x.npy has"), are not all words of the sessions. INVALID_ARGUMENT then.
absl::Status CheckWordsOfSessions(const std::vector<SessionFolder>& folders, std::int64_t words,
                                  const std::string& whose);

// (w) The number, from 0, of the session of each word.
std::vector<std::int64_t> SessionsOfWords(const std::vector<SessionFolder>& folders);

// The preparation of all sessions together, if each folder has the same (Preparation). Else
// nothing, with a note if there are some.
absl::StatusOr<std::optional<Preparation>> ReadPreparations(
    const std::vector<SessionFolder>& folders, const std::vector<std::int64_t>& session_starts,
    std::vector<std::string>& notes);

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_EXPERIMENT_SESSION_FOLDERS_H_
