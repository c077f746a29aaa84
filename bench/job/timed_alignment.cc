#include "bench/job/timed_alignment.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <utility>

namespace brainalign {
namespace {

double Cells(const std::vector<Tile>& tiles) {
  double cells = 0;
  for (const Tile& tile : tiles) cells += static_cast<double>(tile.layer_count) * tile.time_count;
  return cells;
}

}  // namespace

double NowSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double ProcessorSeconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void TimedAlignment::Stretch::Begin(double now_seconds) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!begun_) begin_seconds_ = now_seconds;
  begun_ = true;
}

void TimedAlignment::Stretch::End(double now_seconds) {
  const std::lock_guard<std::mutex> lock(mutex_);
  end_seconds_ = std::max(end_seconds_, now_seconds);
}

double TimedAlignment::Stretch::seconds() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return begun_ ? end_seconds_ - begin_seconds_ : 0;
}

TimedAlignment::TimedAlignment(std::unique_ptr<Alignment> inner, double tiles_fraction,
                               int tiles_multiple)
    : inner_(std::move(inner)) {
  const int all = tiles_of_all();
  const int run = std::min(
      all, tiles_multiple * static_cast<int>(std::ceil(all * tiles_fraction / tiles_multiple)));
  for (int i = 0; i < run; ++i) {
    index_.push_back(static_cast<int>((2L * i + 1) * all / (2L * run)));
    tiles_.push_back(inner_->tiles()[static_cast<std::size_t>(index_.back())]);
  }
  AlignmentPlan plan_of_run = inner_->plan();
  plan_of_run.tiles.resize(tiles_.size());
  if (run < all) plan_of_run.checks.clear();
  std::vector<std::vector<int>> after;
  for (const Unit& unit : inner_->units()) {
    if (unit.kind == UnitKind::kPreparation) after.push_back(unit.after);
  }
  units_ = UnitGraph(plan_of_run, std::move(after));
}

absl::Status TimedAlignment::Prepare(int index, const CancelFlag& cancel) {
  prepare_.Begin(NowSeconds());
  absl::Status status = inner_->Prepare(index, cancel);
  prepare_.End(NowSeconds());
  return status;
}

absl::StatusOr<TileScores> TimedAlignment::Compute(int index, const CancelFlag& cancel) const {
  compute_.Begin(NowSeconds());
  absl::StatusOr<TileScores> scores =
      inner_->Compute(index_[static_cast<std::size_t>(index)], cancel);
  compute_.End(NowSeconds());
  return scores;
}

absl::StatusOr<std::unique_ptr<Alignment>> TimedAlignment::InDouble(const std::string& why) {
  return absl::FailedPreconditionError("the workload is to be computed in float64: " + why);
}

absl::StatusOr<SelfCheck> TimedAlignment::Check(int index, const std::vector<TileScores>& tiles,
                                                const CancelFlag& cancel) const {
  check_.Begin(NowSeconds());
  absl::StatusOr<SelfCheck> check = inner_->Check(index, tiles, cancel);
  check_.End(NowSeconds());
  return check;
}

AlignmentResult TimedAlignment::Assemble(const std::vector<TileScores>& tiles,
                                         const std::vector<SelfCheck>& checks) const {
  return inner_->Assemble(tiles, checks);
}

double TimedAlignment::scale() const { return Cells(inner_->tiles()) / Cells(tiles_); }

}  // namespace brainalign
