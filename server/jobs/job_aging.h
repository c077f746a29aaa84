#ifndef BRAINALIGN_SERVER_JOBS_JOB_AGING_H_
#define BRAINALIGN_SERVER_JOBS_JOB_AGING_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "server/jobs/job_book.h"
#include "server/runtime/clock.h"
#include "server/store/store.h"

namespace brainalign {

// Removes jobs that have ended, and their results with them: those that ended long ago, and the
// oldest of a project that has too many. Used by one thread.
class JobAging {
 public:
  struct Limits {
    absl::Duration keep = absl::Hours(24) * 90;
    std::int64_t most_of_project = 100'000;
  };
  // The pointers must outlive it.
  JobAging(Limits limits, Clock clock, const Store* store, JobBook* book);

  // Removes some of them. Call it about every second. It looks for old jobs once a minute, and
  // continues at once if there are more.
  void Step();

 private:
  // Returns how many it removed, which is at most `limit`.
  int RemoveSome(const std::string& project, std::int64_t jobs, int limit);

  const Limits limits_;
  const Clock clock_;
  const Store* const store_;
  JobBook* const book_;
  absl::Time next_look_ = absl::InfinitePast();
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_JOBS_JOB_AGING_H_
