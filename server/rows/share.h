#ifndef BRAINALIGN_SERVER_ROWS_SHARE_H_
#define BRAINALIGN_SERVER_ROWS_SHARE_H_

#include <string>
#include <vector>

namespace brainalign {

// The thread time that one owner has used. Only differences between owners on the same level are
// meaningful.
struct Share {
  // Project, person, priority, or the first of these; empty: the total account.
  std::vector<std::string> path;
  double had_seconds = 0;       // of a thread, by weight
  double frontier_seconds = 0;  // the most that one beneath it had had when it was served
  bool competes = false;        // something of it waited or ran

  bool operator==(const Share&) const = default;
};

// Each after the one that it is beneath.
using Shares = std::vector<Share>;

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_ROWS_SHARE_H_
