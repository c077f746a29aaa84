#ifndef BRAINALIGN_BENCH_JOB_TIMED_ALIGNMENT_H_
#define BRAINALIGN_BENCH_JOB_TIMED_ALIGNMENT_H_

#include <memory>
#include <mutex>
#include <vector>

#include "core/align/alignment.h"

namespace brainalign {

// Seconds on a clock that only goes forward.
double NowSeconds();

// Processor time that this process has used, on all its threads.
double ProcessorSeconds();

// An alignment whose units are timed, and of whose tiles only a share is run:
// evenly spread ones, since times with and without signal may differ in cost.
class TimedAlignment final : public Alignment {
 public:
  // `tiles_fraction` in (0, 1]. The number of tiles is rounded up to a multiple of
  // `tiles_multiple`, so that no thread idles at the end of a short run.
  TimedAlignment(std::unique_ptr<Alignment> inner, double tiles_fraction, int tiles_multiple);

  const AlignmentSpec& spec() const override { return inner_->spec(); }
  const InputReport& input_report() const override { return inner_->input_report(); }
  const Plan& plan() const override { return inner_->plan(); }
  int layer_count() const override { return inner_->layer_count(); }
  int time_count() const override { return inner_->time_count(); }
  // Without checks where some tiles are not run: checks compare with the whole matrix.
  const std::vector<Unit>& units() const override { return units_; }
  absl::Status Prepare(int index, const CancelFlag& cancel) override;
  const std::vector<Tile>& tiles() const override { return tiles_; }
  absl::StatusOr<TileScores> Compute(int index, const CancelFlag& cancel) const override;
  Work WorkDone(int tile) const override {
    return inner_->WorkDone(index_[static_cast<std::size_t>(tile)]);
  }
  BrainReuse brain_reuse() const override { return inner_->brain_reuse(); }
  // Cells of tiles that were not run are NaN.
  // FAILED_PRECONDITION: what is timed is single precision.
  absl::StatusOr<std::unique_ptr<Alignment>> InDouble(const std::string& why) override;
  absl::StatusOr<SelfCheck> Check(int index, const std::vector<TileScores>& tiles,
                                  const CancelFlag& cancel) const override;
  AlignmentResult Assemble(const std::vector<TileScores>& tiles,
                           const std::vector<SelfCheck>& checks) const override;

  // From the beginning of the first unit of a kind to the end of the last, on
  // whatever threads.
  double prepare_seconds() const { return prepare_.seconds(); }
  double compute_seconds() const { return compute_.seconds(); }
  double check_seconds() const { return check_.seconds(); }

  int tiles_of_all() const { return static_cast<int>(inner_->tiles().size()); }
  // Work of all tiles over that of the tiles run, judged by their cells.
  double scale() const;

 private:
  class Stretch {
   public:
    void Begin(double now_seconds);
    void End(double now_seconds);
    double seconds() const;

   private:
    mutable std::mutex mutex_;
    bool begun_ = false;
    double begin_seconds_ = 0;
    double end_seconds_ = 0;
  };

  const std::unique_ptr<Alignment> inner_;
  std::vector<int> index_;  // of each tile among inner_'s
  std::vector<Tile> tiles_;
  std::vector<Unit> units_;
  Stretch prepare_;
  mutable Stretch compute_;
  mutable Stretch check_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_BENCH_JOB_TIMED_ALIGNMENT_H_
