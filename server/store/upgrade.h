#ifndef BRAINALIGN_SERVER_STORE_UPGRADE_H_
#define BRAINALIGN_SERVER_STORE_UPGRADE_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "server/store/database.h"

namespace brainalign {

// Version of the layout in keys.h and record.proto that this program writes:
//   1  the first
//   2  which jobs follow an execution that has ended (f), which tensors unfinished
//      executions need (n), and when a tensor was last used
//   3  projects: whose jobs, requests and results are (i, r, c), who holds a tensor (h)
constexpr int kLayoutVersion = 3;

// Brings the database to that version, in one change; a new one just gets it. A crash
// leaves it as it was. FAILED_PRECONDITION, with a sentence for people, if a newer
// version of this program wrote it. `path` is for the sentence; tensors of older
// versions count as used at `now`.
absl::Status UpgradeLayout(Database& database, const std::string& path, absl::Time now);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_STORE_UPGRADE_H_
