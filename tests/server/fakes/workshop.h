#ifndef BRAINALIGN_TESTS_SERVER_FAKES_WORKSHOP_H_
#define BRAINALIGN_TESTS_SERVER_FAKES_WORKSHOP_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "core/mutex.h"
#include "server/jobs/job_types.h"

namespace brainalign {

// Makes alignments that compute nothing: one tile a layer, whose score at time t is
// 10 * layer + t, then one of all nulls, whose i-th score is i / 3, and one of the influence of two
// blocks, where options ask for them. A test holds them back and lets them go tile by tile, and
// makes them fail. Must outlive what it made.
class Workshop {
 public:
  AlignmentFactory Factory();

  // From now on each tile waits to be let go.
  void Hold();
  // Lets `tiles` more of them go.
  void LetGo(int tiles);
  // Lets all go, now and later.
  void LetAllGo();
  // Waits until `tiles` computations have begun in all; false after 20 s.
  bool AwaitBegun(int tiles);

  // What alignments made from now on report, and how their tiles end.
  void SetPlan(Alignment::Plan plan);
  void SetTileError(absl::Status error);
  void SetProblems(std::vector<FieldProblem> problems);
  void ThrowBadAlloc();

  int created();
  int begun();
  // The order in which tiles began, by the number of words of their alignment.
  std::vector<std::int64_t> begun_words();

 private:
  class Made;
  friend class Made;

  absl::Status Enter(std::int64_t words, const CancelFlag& cancel);

  Mutex mutex_;
  Condition changed_;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  int let_go_ ABSL_GUARDED_BY(mutex_) = 0;
  int created_ ABSL_GUARDED_BY(mutex_) = 0;
  bool throw_bad_alloc_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::int64_t> begun_ ABSL_GUARDED_BY(mutex_);
  Alignment::Plan plan_ ABSL_GUARDED_BY(mutex_){1000, 100, 100};
  absl::Status tile_error_ ABSL_GUARDED_BY(mutex_);
  std::vector<FieldProblem> problems_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_SERVER_FAKES_WORKSHOP_H_
