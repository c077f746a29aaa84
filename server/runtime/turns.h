#ifndef BRAINALIGN_SERVER_RUNTIME_TURNS_H_
#define BRAINALIGN_SERVER_RUNTIME_TURNS_H_

#include <set>
#include <string>
#include <vector>

#include "core/mutex.h"

namespace brainalign {

// Turns at named things. Who changes something has its turn from before the change is
// worked out until it is durable and told: changes of one thing follow one another,
// and those of others go on meanwhile, also while the disk takes its time.
class Turns {
 public:
  // Waits until nobody else has one of `names`, and has them all until it goes away.
  class Turn {
   public:
    Turn(Turns& turns, std::vector<std::string> names);
    ~Turn();
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Turns& turns_;
    const std::vector<std::string> names_;
  };

 private:
  Mutex mutex_;
  Condition ended_;
  std::set<std::string> taken_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_RUNTIME_TURNS_H_
