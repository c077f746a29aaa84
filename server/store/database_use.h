#ifndef BRAINALIGN_SERVER_STORE_DATABASE_USE_H_
#define BRAINALIGN_SERVER_STORE_DATABASE_USE_H_

#include "server/store/database.h"
#include "server/store/rocks.h"

namespace brainalign {

// While one of these lives, the database is not closed. Waits while it is opened
// again, so a thread holds one at a time.
class Database::Use {
 public:
  explicit Use(const Database& database);
  ~Use();
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  // UNAVAILABLE if the database could not be opened again.
  const absl::Status& status() const { return status_; }
  Rocks& rocks() const { return *database_.rocks_; }

 private:
  const Database& database_;
  absl::Status status_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_STORE_DATABASE_USE_H_
