#include "core/planning/work_progress.h"

#include <algorithm>

namespace brainalign {
namespace {

// A unit that takes longer than expected has at least this share of it left.
constexpr double kAlmostDone = 0.05;
// Most of the work that can be done while a unit is left.
constexpr double kNotYetAll = 0.999;

}  // namespace

WorkProgress::WorkProgress(const AlignmentPlan& plan, const WorkRates* rates) : rates_(rates) {
  for (const UnitKind kind : kUnitKinds) {
    Stage& of_kind = stage(kind);
    of_kind.works = &plan.works(kind);
    of_kind.at_once = plan.at_once(kind);
    of_kind.units.resize(plan.works(kind).size());
  }
}

void WorkProgress::Skip(int tile) {
  const auto index = static_cast<std::size_t>(tile);
  Stage& tiles = stage(UnitKind::kTile);
  tiles.units[index].state = Unit::State::kDone;
  skipped_seconds_ += rates_->Seconds((*tiles.works)[index]);
}

void WorkProgress::Begin(UnitKind kind, int index, double now_seconds) {
  stage(kind).units[static_cast<std::size_t>(index)] = {Unit::State::kRunning, now_seconds};
}

double WorkProgress::End(UnitKind kind, int index, double now_seconds) {
  Stage& of_kind = stage(kind);
  Unit& unit = of_kind.units[static_cast<std::size_t>(index)];
  const double seconds = now_seconds - unit.began_seconds;
  unit.state = Unit::State::kDone;
  of_kind.taken_seconds += seconds;
  of_kind.expected_seconds += rates_->Seconds((*of_kind.works)[static_cast<std::size_t>(index)]);
  return seconds;
}

double WorkProgress::Expected(const Stage& stage, std::size_t index) const {
  const double plain = rates_->Seconds((*stage.works)[index]);
  if (stage.expected_seconds <= 0) return plain;
  return plain * stage.taken_seconds / stage.expected_seconds;
}

WorkProgress::Left WorkProgress::LeftOf(const Stage& stage, double now_seconds) const {
  Left left;
  for (std::size_t i = 0; i < stage.units.size(); ++i) {
    const Unit& unit = stage.units[i];
    if (unit.state == Unit::State::kDone) continue;
    double seconds = Expected(stage, i);
    if (unit.state == Unit::State::kRunning) {
      seconds = std::max(kAlmostDone * seconds, seconds - (now_seconds - unit.began_seconds));
    }
    left.seconds += seconds;
    left.longest_seconds = std::max(left.longest_seconds, seconds);
    ++left.units;
  }
  return left;
}

double WorkProgress::RunningSeconds(const Stage& stage, double now_seconds) const {
  double seconds = 0;
  for (const Unit& unit : stage.units) {
    if (unit.state == Unit::State::kRunning) seconds += now_seconds - unit.began_seconds;
  }
  return seconds;
}

double WorkProgress::Share(double now_seconds) const {
  double left = 0;
  double spent = skipped_seconds_;
  int units = 0;
  for (const Stage& stage : stages_) {
    const Left of_stage = LeftOf(stage, now_seconds);
    left += of_stage.seconds;
    units += of_stage.units;
    spent += stage.taken_seconds + RunningSeconds(stage, now_seconds);
  }
  if (units == 0) {
    share_ = 1;
  } else if (spent > 0) {
    share_ = std::max(share_, std::min(kNotYetAll, spent / (spent + left)));
  }
  return share_;
}

double WorkProgress::RemainingSeconds(double now_seconds, double threads) const {
  double seconds = 0;
  for (const Stage& stage : stages_) {
    const Left left = LeftOf(stage, now_seconds);
    if (left.units == 0) continue;
    const double at_once =
        std::min({threads, static_cast<double>(stage.at_once), static_cast<double>(left.units)});
    const double slowed = std::max(1.0, 1.0 / std::max(threads, 1e-3));
    seconds += std::max(left.seconds / std::max(at_once, 1e-3), left.longest_seconds * slowed);
  }
  return seconds;
}

}  // namespace brainalign
