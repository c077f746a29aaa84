#ifndef BRAINALIGN_TESTS_SERVER_FAKES_FAR_SITE_H_
#define BRAINALIGN_TESTS_SERVER_FAKES_FAR_SITE_H_

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "core/mutex.h"
#include "server/jobs/executor.h"

namespace brainalign {

// Stands for another machine that computes: with a thread of its own, which goes on while no server
// is attached. A tile is a layer, whose score at time t is 10 * layer + t, as in a Workshop.
// The test lets it compute tile by tile, and makes it lose what it runs.
class FarSite {
 public:
  FarSite();
  ~FarSite();

  // What one run of the server talks to it through. The site must outlive it.
  std::unique_ptr<Executor> Connect();

  // Lets `tiles` more of them be computed; none is before that.
  void LetGo(int tiles);
  void LetAllGo();
  // Wait until so many were computed, or sent and answered, in all, or nothing runs; false after
  // 20 s.
  bool AwaitComputed(int tiles);
  bool AwaitAnswered(int tiles);
  bool AwaitIdle();

  // From now on it tells no handle of what it starts.
  void KeepHandles();
  // Knows none of the handles that it has told, though what runs goes on, unheard.
  void LoseHandles();
  // What goes on unheard is heard by the server that is attached now.
  void SpeakUp();
  // Ends what runs, as if it had computed everything.
  void EndEarly();

  int started();
  int adopted();
  int computed();
  int refused();  // tiles

 private:
  class Line;
  struct Run {
    int attempt = 0;
    std::string handle;
    bool heard = true;  // by the server that is attached
    bool cancelled = false;
    bool told_handle = false;
    bool described = false;
    ExecutionDescription description;
    std::deque<int> todo;          // tiles
    std::deque<TileScores> ready;  // that the server has not taken
    absl::Status error;
  };

  void Serve(const std::stop_token& stop);
  // One call to the host, without the lock, or one tile; false if there is nothing to do.
  bool Step() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool Tell(std::int64_t id, Run& run) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  static TileScores Compute(const ExecutionDescription& description, int layer);

  Mutex mutex_;
  Condition changed_;
  ExecutionHost* host_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool calling_ ABSL_GUARDED_BY(mutex_) = false;  // the host
  // By execution and attempt.
  std::map<std::pair<std::int64_t, int>, Run> runs_ ABSL_GUARDED_BY(mutex_);
  bool tells_handles_ ABSL_GUARDED_BY(mutex_) = true;
  int let_go_ ABSL_GUARDED_BY(mutex_) = 0;
  int started_ ABSL_GUARDED_BY(mutex_) = 0;
  int adopted_ ABSL_GUARDED_BY(mutex_) = 0;
  int computed_ ABSL_GUARDED_BY(mutex_) = 0;
  int answered_ ABSL_GUARDED_BY(mutex_) = 0;
  int refused_ ABSL_GUARDED_BY(mutex_) = 0;

  std::jthread thread_;  // last: it uses the rest
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_SERVER_FAKES_FAR_SITE_H_
