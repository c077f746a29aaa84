#ifndef BRAINALIGN_CLIENT_CLI_JOB_DISPLAY_H_
#define BRAINALIGN_CLIENT_CLI_JOB_DISPLAY_H_

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/console.h"
#include "client/cli/terminal/matrix_view.h"
#include "client/cli/terminal/terminal.h"
#include "client/jobs/job.h"
#include "client/jobs/watch.h"
#include "client/retry/clock.h"

namespace brainalign {

// Such as "queued, waiting for memory, attempt 2"; without the forecast.
std::string StateText(const Job& job);

// Such as "place 3, starts in about 2 min, ends in about 5 min"; empty if
// there is nothing to expect.
std::string ExpectationText(const Job& job);

// Such as "job 7f3a: queued, waiting for memory, about 2 min of computing".
std::string StateLine(const Job& job);

// Shows a job while it runs: its state and the growing matrix, redrawn in place,
// or a line now and then where the output is no screen. Silent when quiet. Thread-safe.
class JobDisplay {
 public:
  // Names and times may be empty where they are not known.
  JobDisplay(const Console& console, Clock& clock, std::vector<std::string> layer_names,
             std::vector<double> times_seconds);

  // To be given to a watch; valid while the display is.
  WatchCallbacks Callbacks();

  // For work without a server, which has no job: its layers and times. `has_more`: tiles of nulls
  // or influence follow those of the scores.
  void StartLocal(int layers, int times, bool has_more = false);

  // Redraws the parts that change with time: the remaining time decreases between two reports.
  void Tick();

  // Clears the screen of it: the finished matrix is shown elsewhere.
  void Finish();

 private:
  void OnAxes(const MatrixAxes& axes);
  void OnJob(const Job& job);
  void OnTile(const TileScores& tile);
  void OnProgress(double share, double remaining_seconds);
  void OnWait(int queue_place, double start_seconds);
  void OnBreak(const absl::Status& failure, double delay_seconds);
  void MakeMatrix(int layers, int times);
  // Sets when the job starts and ends, each from now; 0: unknown.
  void Expect(int queue_place, double start_seconds, double end_seconds);
  Job JobNow() const;
  std::string StatusLine() const;
  void Draw(bool news);

  // Fixed after construction.
  const Console& console_;
  Clock& clock_;

  std::mutex mutex_;
  // Guarded by mutex_.
  MatrixAxes axes_;
  RedrawnBlock block_;
  std::optional<GrowingMatrix> matrix_;
  std::string local_work_;  // empty: there is a job
  Job job_;                 // its forecast at expected_at_seconds_
  double expected_at_seconds_ = 0;
  std::string interruption_;
  double share_ = 0;
  bool has_more_than_scores_ = false;
  double next_draw_seconds_ = 0;
};

}  // namespace brainalign

#endif  // BRAINALIGN_CLIENT_CLI_JOB_DISPLAY_H_
