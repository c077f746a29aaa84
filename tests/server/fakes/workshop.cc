#include "tests/server/fakes/workshop.h"

#include <chrono>
#include <memory>
#include <new>
#include <utility>

namespace brainalign {

class Workshop::Made : public Alignment {
 public:
  static constexpr int kBlocks = 2;
  // Chosen where the options leave them open.
  static constexpr int kBlockWords = 10;
  static constexpr int kMinShiftWords = 3;

  Made(Workshop* workshop, const AlignmentInputs& inputs, const AlignmentOptions& options,
       Plan plan)
      : workshop_(workshop),
        plan_(plan),
        times_(inputs.brain.times_seconds),
        words_(inputs.layers.front().activations.dim(0)) {
    std::vector<FieldProblem> problems;
    spec_ = ResolveOptions(options, false, 0, problems);
    if (block_count() > 0 && !spec_.uncertainty.block_words) {
      spec_.uncertainty.block_words = kBlockWords;
    }
    if (null_count() > 0 && !spec_.uncertainty.min_shift_words) {
      spec_.uncertainty.min_shift_words = kMinShiftWords;
    }
    for (int layer = 0; layer < static_cast<int>(inputs.layers.size()); ++layer) {
      tiles_.push_back({layer, 1, 0, time_count()});
      names_.push_back(inputs.layers[static_cast<std::size_t>(layer)].name);
    }
    Tile whole{0, layer_count(), 0, time_count()};
    if (null_count() > 0) {
      whole.kind = TileKind::kNulls;
      whole.null_count = null_count();
      tiles_.push_back(whole);
    }
    if (block_count() > 0) {
      tiles_.push_back({0, layer_count(), 0, time_count(), TileKind::kInfluence});
    }
    units_ = UnitGraph(plan_, std::vector<std::vector<int>>(1));
  }

  const AlignmentSpec& spec() const override { return spec_; }
  const InputReport& input_report() const override { return report_; }
  const Plan& plan() const override { return plan_; }
  int layer_count() const override { return static_cast<int>(names_.size()); }
  int time_count() const override { return static_cast<int>(times_.size()); }
  int null_count() const override { return spec_.uncertainty.nulls; }
  int block_count() const override { return spec_.uncertainty.draws > 0 ? kBlocks : 0; }
  int left_out_folds() const override {
    return block_count() > 0 && spec_.chooses_by_inner_folds() ? spec_.inner_folds : 0;
  }
  const std::vector<Unit>& units() const override { return units_; }
  absl::Status Prepare(int /*index*/, const CancelFlag& /*cancel*/) override {
    return absl::OkStatus();
  }
  const std::vector<Tile>& tiles() const override { return tiles_; }

  absl::StatusOr<TileScores> Compute(int index, const CancelFlag& cancel) const override {
    if (absl::Status status = workshop_->Enter(words_, cancel); !status.ok()) return status;
    TileScores scores;
    scores.index = index;
    scores.tile = tiles_[static_cast<std::size_t>(index)];
    const std::size_t cells = names_.size() * times_.size();
    if (scores.tile.kind == TileKind::kNulls) {
      for (std::size_t i = 0; i < static_cast<std::size_t>(null_count()) * cells; ++i) {
        scores.null_scores.push_back(static_cast<double>(i) / 3);
      }
      return scores;
    }
    if (scores.tile.kind == TileKind::kInfluence) {
      scores.held_out_influence.assign(kBlocks * cells, 0.25);
      scores.refit_influence.assign(kBlocks * cells, 0.5);
      scores.alphas_influence.assign(static_cast<std::size_t>(left_out_folds()) * cells, 0.125);
      return scores;
    }
    for (int time = 0; time < time_count(); ++time) scores.score.push_back(10 * index + time);
    scores.score_per_fold.resize(static_cast<std::size_t>(spec_.folds) * scores.score.size());
    scores.alpha_counts.assign(spec_.alphas.size(), index);
    return scores;
  }

  absl::StatusOr<std::unique_ptr<Alignment>> InDouble(const std::string& /*why*/) override {
    return std::make_unique<Made>(*this);
  }

  AlignmentResult Assemble(const std::vector<TileScores>& tiles,
                           const std::vector<SelfCheck>& /*checks*/) const override {
    AlignmentResult result;
    result.layers = layer_count();
    result.times = time_count();
    result.score.resize(names_.size() * times_.size());
    result.score_per_fold.resize(static_cast<std::size_t>(spec_.folds) * result.score.size());
    for (const TileScores& tile : tiles) {
      if (tile.tile.kind == TileKind::kNulls) result.null_scores = tile.null_scores;
      if (tile.tile.kind == TileKind::kInfluence) {
        result.held_out_influence = tile.held_out_influence;
        result.refit_influence = tile.refit_influence;
        result.alphas_influence = tile.alphas_influence;
      }
      std::copy(tile.score.begin(), tile.score.end(),
                result.score.begin() + static_cast<std::ptrdiff_t>(tile.tile.layer_begin) *
                                           static_cast<std::ptrdiff_t>(times_.size()));
    }
    for (std::size_t i = 0; i < result.score_per_fold.size(); ++i) {
      result.score_per_fold[i] = static_cast<double>(i) / 7;
    }
    result.times_seconds = times_;
    result.layer_names = names_;
    result.depth.assign(names_.size(), 1);
    result.alpha_counts.resize(names_.size() * spec_.alphas.size());
    result.input.fold_sizes.resize(static_cast<std::size_t>(spec_.folds));
    result.input.training_sizes = result.input.fold_sizes;
    result.input.purged_words = result.input.fold_sizes;
    result.spec = spec_;
    result.uncertainty_facts.nulls = null_count();
    result.uncertainty_facts.min_shift_words = spec_.uncertainty.min_shift_words.value_or(0);
    result.uncertainty_facts.block_words = spec_.uncertainty.block_words.value_or(1);
    for (int block = 0; block < block_count(); ++block) {
      result.uncertainty_facts.fold_of_block.push_back(block);
      result.uncertainty_facts.words_of_block.push_back(words_ / kBlocks);
    }
    result.numerics_version = NumericsVersion();
    return result;
  }

 private:
  Workshop* const workshop_;
  const Plan plan_;
  const std::vector<double> times_;
  const std::int64_t words_;
  AlignmentSpec spec_;
  InputReport report_;
  std::vector<Tile> tiles_;
  std::vector<Unit> units_;
  std::vector<std::string> names_;
};

AlignmentFactory Workshop::Factory() {
  return [this](AlignmentInputs inputs, const AlignmentOptions& options,
                std::vector<FieldProblem>* problems, const AlignmentResources& resources,
                const CancelCheck& /*is_cancelled*/) -> absl::StatusOr<std::unique_ptr<Alignment>> {
    MutexLock lock(mutex_);
    ++created_;
    if (!problems_.empty()) {
      if (problems != nullptr) *problems = problems_;
      return ProblemsToStatus(problems_);
    }
    AlignmentPlan plan = plan_;
    plan.preparations.assign(1, Work{1e6, 0, 0});
    const std::size_t more =
        (options.uncertainty.nulls > 0 ? 1U : 0U) + (options.uncertainty.draws > 0 ? 1U : 0U);
    plan.tiles.assign(inputs.layers.size() + more, Work{1e9, 0, 0});
    if (absl::Status status = LimitUnits(resources, plan); !status.ok()) return status;
    return std::make_unique<Made>(this, inputs, options, plan);
  };
}

absl::Status Workshop::Enter(std::int64_t words, const CancelFlag& cancel) {
  MutexLock lock(mutex_);
  begun_.push_back(words);
  changed_.notify_all();
  while (held_ && let_go_ == 0) {
    if (cancel) return absl::CancelledError("cancelled");
    // The flag tells nobody that it was set.
    changed_.wait_for(mutex_, std::chrono::milliseconds(2));
  }
  if (held_) --let_go_;
  if (throw_bad_alloc_) throw std::bad_alloc();
  return tile_error_;
}

void Workshop::Hold() {
  MutexLock lock(mutex_);
  held_ = true;
  let_go_ = 0;
}

void Workshop::LetGo(int tiles) {
  MutexLock lock(mutex_);
  let_go_ += tiles;
  changed_.notify_all();
}

void Workshop::LetAllGo() {
  MutexLock lock(mutex_);
  held_ = false;
  changed_.notify_all();
}

bool Workshop::AwaitBegun(int tiles) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  MutexLock lock(mutex_);
  while (static_cast<int>(begun_.size()) < tiles) {
    if (changed_.wait_until(mutex_, deadline) == std::cv_status::timeout) return false;
  }
  return true;
}

void Workshop::SetPlan(Alignment::Plan plan) {
  MutexLock lock(mutex_);
  plan_ = plan;
}

void Workshop::SetTileError(absl::Status error) {
  MutexLock lock(mutex_);
  tile_error_ = std::move(error);
}

void Workshop::SetProblems(std::vector<FieldProblem> problems) {
  MutexLock lock(mutex_);
  problems_ = std::move(problems);
}

void Workshop::ThrowBadAlloc() {
  MutexLock lock(mutex_);
  throw_bad_alloc_ = true;
}

int Workshop::created() {
  MutexLock lock(mutex_);
  return created_;
}

int Workshop::begun() {
  MutexLock lock(mutex_);
  return static_cast<int>(begun_.size());
}

std::vector<std::int64_t> Workshop::begun_words() {
  MutexLock lock(mutex_);
  return begun_;
}

}  // namespace brainalign
