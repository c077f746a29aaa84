#ifndef BRAINALIGN_SERVER_RUNTIME_TURNS_H_
#define BRAINALIGN_SERVER_RUNTIME_TURNS_H_

#include <set>
#include <string>
#include <vector>

#include "core/mutex.h"

namespace brainalign {

// Turns at named objects. A thread that changes an object holds its turn until the change is
// durable and published. So changes of one object follow each other, while changes of other objects
// proceed, even during slow disk I/O.
class Turns {
 public:
  // Waits until no other thread holds a turn at one of `names`, and holds them all until it is
  // destroyed.
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
