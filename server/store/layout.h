#ifndef BRAINALIGN_SERVER_STORE_LAYOUT_H_
#define BRAINALIGN_SERVER_STORE_LAYOUT_H_

#include <string>

#include "absl/status/status.h"
#include "server/store/database.h"

namespace brainalign {

// Version of the layout in keys.h and record.proto that this program writes and reads. Those
// before 6 were never released.
constexpr int kLayoutVersion = 6;

// Whether the database has that version; a new one gets it. FAILED_PRECONDITION, with a sentence
// for people, if another version of this program wrote it. `path` is for the sentence.
absl::Status CheckLayout(Database& database, const std::string& path);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_STORE_LAYOUT_H_
