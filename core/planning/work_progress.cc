#include "core/planning/work_progress.h"

#include <algorithm>
#include <cmath>

namespace brainalign {
namespace {

// A running unit has at least this share of its expected time left.
constexpr double kAlmostDone = 0.05;
// Most of the work that can be done while a unit is left.
constexpr double kNotYetAll = 0.999;
// The share of its expected time up to which a unit's progress is taken for proportional to time:
// once units of its kind have ended, and before.
constexpr double kSteadyShare = 0.9;
constexpr double kSteadyShareUnmeasured = 0.5;
// The rest of a unit that takes long shrinks as this power of the time.
constexpr double kLatePower = 0.25;

// The share of a unit that is done after `elapsed` of its expected times. Grows ever more slowly
// and stays below 1.
double ShareOfUnit(double elapsed, double steady) {
  if (elapsed <= steady) return elapsed;
  return 1 - (1 - steady) * std::pow(steady / elapsed, kLatePower);
}

}  // namespace

WorkProgress::WorkProgress(const AlignmentPlan& plan, const WorkRates& rates) : rates_(rates) {
  for (const UnitKind kind : kUnitKinds) {
    Stage& of_kind = stage(kind);
    of_kind.works = &plan.works(kind);
    of_kind.at_once = plan.at_once(kind);
    of_kind.units.resize(plan.works(kind).size());
    for (const Work& work : plan.works(kind)) total_ += work;
  }
}

void WorkProgress::Skip(int tile) {
  const auto index = static_cast<std::size_t>(tile);
  Stage& tiles = stage(UnitKind::kTile);
  tiles.units[index].state = Unit::State::kDone;
  skipped_ += (*tiles.works)[index];
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
  of_kind.finished += (*of_kind.works)[static_cast<std::size_t>(index)];
  return seconds;
}

double WorkProgress::Plain(const Stage& stage, std::size_t index) const {
  return rates_.Seconds((*stage.works)[index]);
}

WorkProgress::Paces WorkProgress::FinishedPaces(const WorkRates& rates) const {
  Paces paces;
  for (std::size_t kind = 0; kind < stages_.size(); ++kind) {
    paces[kind] = {stages_[kind].taken_seconds, rates.Seconds(stages_[kind].finished)};
  }
  return paces;
}

// A unit that has run for longer than expected will probably run for as long as it is late again.
WorkProgress::Paces WorkProgress::MeasuredPaces(double now_seconds, const WorkRates& rates) const {
  Paces paces = FinishedPaces(rates);
  const Slowness finished = SlownessOf(FinishedPaces(rates_));
  for (std::size_t kind = 0; kind < stages_.size(); ++kind) {
    const Stage& stage = stages_[kind];
    for (std::size_t i = 0; i < stage.units.size(); ++i) {
      if (stage.units[i].state != Unit::State::kRunning) continue;
      const double elapsed = now_seconds - stage.units[i].began_seconds;
      const double late = elapsed - Plain(stage, i) * finished.of_kind[kind];
      if (late > 0) paces[kind] += {elapsed + late, rates.Seconds((*stage.works)[i])};
    }
  }
  return paces;
}

WorkProgress::Slowness WorkProgress::SlownessOf(const Paces& paces) const {
  Slowness slowness;
  const double prior_seconds = kPacePriorShare * rates_.Seconds(total_);
  if (!(prior_seconds > 0)) {
    slowness.of_kind.fill(1);
    return slowness;
  }
  Pace all;
  for (const Pace& pace : paces) all += pace;
  slowness.of_all = all.Slowness(prior_seconds);
  for (std::size_t kind = 0; kind < paces.size(); ++kind) {
    slowness.of_kind[kind] = paces[kind].Slowness(prior_seconds, slowness.of_all);
  }
  return slowness;
}

double WorkProgress::Share(double now_seconds) const {
  // Of finished units alone: more work that is left would only hold the share back.
  const Slowness slowness = SlownessOf(FinishedPaces(rates_));
  double left = 0;
  double done =
      slowness.of_kind[static_cast<std::size_t>(UnitKind::kTile)] * rates_.Seconds(skipped_);
  bool is_all = true;
  for (std::size_t kind = 0; kind < stages_.size(); ++kind) {
    const Stage& stage = stages_[kind];
    const double steady = stage.taken_seconds > 0 ? kSteadyShare : kSteadyShareUnmeasured;
    done += stage.taken_seconds;
    for (std::size_t i = 0; i < stage.units.size(); ++i) {
      const Unit& unit = stage.units[i];
      if (unit.state == Unit::State::kDone) continue;
      is_all = false;
      const double seconds = slowness.of_kind[kind] * Plain(stage, i);
      double share = 0;
      if (unit.state == Unit::State::kRunning && seconds > 0) {
        share = ShareOfUnit((now_seconds - unit.began_seconds) / seconds, steady);
      }
      done += share * seconds;
      left += (1 - share) * seconds;
    }
  }
  if (is_all) {
    share_ = 1;
  } else if (done > 0) {
    share_ = std::max(share_, std::min(kNotYetAll, done / (done + left)));
  }
  return share_;
}

double WorkProgress::RemainingSeconds(double now_seconds, double threads) const {
  const Slowness finished = SlownessOf(FinishedPaces(rates_));
  const Slowness measured = SlownessOf(MeasuredPaces(now_seconds, rates_));
  double seconds = 0;
  for (std::size_t kind = 0; kind < stages_.size(); ++kind) {
    const Stage& stage = stages_[kind];
    double left = 0;
    double longest = 0;
    int units = 0;
    for (std::size_t i = 0; i < stage.units.size(); ++i) {
      const Unit& unit = stage.units[i];
      if (unit.state == Unit::State::kDone) continue;
      const double plain = Plain(stage, i);
      double of_unit = plain * measured.of_kind[kind];
      if (unit.state == Unit::State::kRunning) {
        const double elapsed = now_seconds - unit.began_seconds;
        const double late = elapsed - plain * finished.of_kind[kind];
        of_unit = std::max({kAlmostDone * of_unit, of_unit - elapsed, late});
      }
      left += of_unit;
      longest = std::max(longest, of_unit);
      ++units;
    }
    if (units == 0) continue;
    const double at_once =
        std::min({threads, static_cast<double>(stage.at_once), static_cast<double>(units)});
    const double slowed = std::max(1.0, 1.0 / std::max(threads, 1e-3));
    seconds += std::max(left / std::max(at_once, 1e-3), longest * slowed);
  }
  return seconds;
}

Pace WorkProgress::Measured(double now_seconds, const WorkRates& rates) const {
  Pace all;
  for (const Pace& pace : MeasuredPaces(now_seconds, rates)) all += pace;
  return all;
}

}  // namespace brainalign
