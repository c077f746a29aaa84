#ifndef BRAINALIGN_SERVER_OBSERVE_STORE_METRICS_H_
#define BRAINALIGN_SERVER_OBSERVE_STORE_METRICS_H_

#include <memory>

#include "server/store/store.h"

namespace prometheus {
class Registry;
}

namespace brainalign {

// Counts in `registry` how long changes take until they are on the disk.
Store::CommitObserver CountCommits(std::shared_ptr<prometheus::Registry> registry);

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_OBSERVE_STORE_METRICS_H_
