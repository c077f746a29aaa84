// The pool alone: whose turn it is, what it tells, and what a cancel waits for.
#include "server/jobs/local_executor.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <utility>

#include "core/mutex.h"
#include "server/runtime/clock.h"
#include "tests/fakes/refused_threads.h"

namespace brainalign {
namespace {

// Units that wait until the test lets each of them go, deaf to the flag of a cancel,
// as a long call of the linear algebra library is.
class Gate {
 public:
  void Pass() {
    MutexLock lock(mutex_);
    ++entered_;
    changed_.notify_all();
    changed_.wait(mutex_, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return open_ || tokens_ > 0; });
    if (!open_) --tokens_;
    ++left_;
    changed_.notify_all();
  }
  void LetGo(int units) {
    MutexLock lock(mutex_);
    tokens_ += units;
    changed_.notify_all();
  }
  void Open() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  bool AwaitEntered(int units) {
    MutexLock lock(mutex_);
    return changed_.wait_for(mutex_, std::chrono::seconds(20),
                             [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return entered_ >= units; });
  }
  int entered() {
    MutexLock lock(mutex_);
    return entered_;
  }

 private:
  Mutex mutex_;
  Condition changed_;
  int entered_ ABSL_GUARDED_BY(mutex_) = 0;
  int left_ ABSL_GUARDED_BY(mutex_) = 0;
  int tokens_ ABSL_GUARDED_BY(mutex_) = 0;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
};

struct Shape {
  int preparations = 1;
  int tiles = 1;
  Gate* preparing = nullptr;  // that preparations pass
  Gate* computing = nullptr;  // that tiles pass
  bool chained = false;       // whether each preparation comes after the one before it
};

class GatedAlignment : public Alignment {
 public:
  explicit GatedAlignment(const Shape& shape) : shape_(shape) {
    plan_.preparations.assign(static_cast<std::size_t>(shape.preparations), Work{100, 0, 0});
    plan_.tiles.assign(static_cast<std::size_t>(shape.tiles), Work{10, 0, 0});
    plan_.preparations_at_once = 64;
    plan_.tiles_at_once = 64;
    for (int i = 0; i < shape.tiles; ++i) tiles_.push_back({i, 1, 0, 1});
    std::vector<std::vector<int>> after(plan_.preparations.size());
    for (int i = 1; shape.chained && i < shape.preparations; ++i) {
      after[static_cast<std::size_t>(i)] = {i - 1};
    }
    units_ = UnitGraph(plan_, std::move(after));
  }
  const AlignmentSpec& spec() const override { return spec_; }
  const InputReport& input_report() const override { return report_; }
  const Plan& plan() const override { return plan_; }
  int layer_count() const override { return shape_.tiles; }
  int time_count() const override { return 1; }
  const std::vector<Unit>& units() const override { return units_; }
  absl::Status Prepare(int /*index*/, const CancelFlag& /*cancel*/) override {
    if (shape_.preparing != nullptr) shape_.preparing->Pass();
    return absl::OkStatus();
  }
  const std::vector<Tile>& tiles() const override { return tiles_; }
  absl::StatusOr<TileScores> Compute(int index, const CancelFlag& /*cancel*/) const override {
    if (shape_.computing != nullptr) shape_.computing->Pass();
    TileScores scores;
    scores.index = index;
    return scores;
  }
  absl::StatusOr<std::unique_ptr<Alignment>> InDouble(const std::string& /*why*/) override {
    return std::make_unique<GatedAlignment>(*this);
  }
  AlignmentResult Assemble(const std::vector<TileScores>& tiles,
                           const std::vector<SelfCheck>& /*checks*/) const override {
    AlignmentResult result;
    result.layers = static_cast<int>(tiles.size());
    return result;
  }

 private:
  const Shape shape_;
  Plan plan_;
  AlignmentSpec spec_;
  InputReport report_;
  std::vector<Tile> tiles_;
  std::vector<Unit> units_;
};

class Host : public ExecutionHost {
 public:
  void Add(std::int64_t id, const Shape& shape) { shapes_[id] = shape; }

  absl::StatusOr<ExecutionDescription> Describe(std::int64_t id) override {
    ExecutionDescription description;
    description.execution_id = id;
    description.memory_bytes = std::int64_t{1} << 30;
    return description;
  }
  LocalExecutor::OpenAlignment Opener() {
    return [this](const ExecutionDescription& description, const CancelCheck& /*is_cancelled*/) {
      return std::make_unique<GatedAlignment>(shapes_.at(description.execution_id));
    };
  }
  absl::Status OnHandle(std::int64_t /*id*/, int /*attempt*/,
                        const std::string& /*handle*/) override {
    return absl::InternalError("threads of this process have no handle");
  }
  absl::Status OnTile(std::int64_t id, int /*attempt*/, const TileScores& /*tile*/) override {
    MutexLock lock(mutex_);
    ++tiles_[id];
    changed_.notify_all();
    return absl::OkStatus();
  }
  void OnEnd(std::int64_t id, int /*attempt*/,
             absl::StatusOr<ComputedExecution> computed) override {
    MutexLock lock(mutex_);
    ended_[id] = computed.status();
    changed_.notify_all();
  }
  bool AwaitEnd(std::int64_t id) {
    MutexLock lock(mutex_);
    return changed_.wait_for(mutex_, std::chrono::seconds(20),
                             [&]()
                                 ABSL_NO_THREAD_SAFETY_ANALYSIS { return ended_.count(id) != 0; });
  }
  bool HasEnded(std::int64_t id) {
    MutexLock lock(mutex_);
    return ended_.count(id) != 0;
  }
  int tiles(std::int64_t id) {
    MutexLock lock(mutex_);
    return tiles_[id];
  }

 private:
  std::map<std::int64_t, Shape> shapes_;  // before anything starts
  Mutex mutex_;
  Condition changed_;
  std::map<std::int64_t, int> tiles_ ABSL_GUARDED_BY(mutex_);
  std::map<std::int64_t, absl::Status> ended_ ABSL_GUARDED_BY(mutex_);
};

// A second for an operation.
WorkRates Plain() { return WorkRates({1.0, 1.0, 1.0}); }

class LocalExecutorTest : public testing::Test {
 protected:
  void Start(LocalExecutor& executor, std::int64_t id) {
    schedule_.Add({.id = id, .owner = {"lab", "a"}, .memory_bytes = 1});
    schedule_.Start(id);
    executor.Start(id, 1);
  }
  std::unique_ptr<LocalExecutor> Open(int threads, SteadyClock clock = SteadySeconds()) {
    auto executor = std::make_unique<LocalExecutor>(ExecutorCapacity{.threads = threads},
                                                    host_.Opener(), Plain(), std::move(clock));
    const absl::Status attached = executor->Attach(&host_, &schedule_);
    EXPECT_TRUE(attached.ok()) << attached;
    return executor;
  }

  Schedule schedule_{{}, {}};
  Host host_;
  Gate first_;
  Gate second_;
};

TEST_F(LocalExecutorTest, SmallExecutionEndsWhileABigOneIsInPreparation) {
  host_.Add(1, {4, 1, &first_, nullptr});
  host_.Add(2, {2, 30, nullptr, nullptr});
  const auto opened = Open(2);
  LocalExecutor& executor = *opened;
  Start(executor, 1);
  ASSERT_TRUE(first_.AwaitEntered(2));  // every thread is in a long unit
  Start(executor, 2);
  EXPECT_TRUE(host_.AwaitEnd(2));
  EXPECT_EQ(host_.tiles(2), 30);
  EXPECT_EQ(first_.entered(), 2);
  EXPECT_FALSE(host_.HasEnded(1));
  first_.Open();
  EXPECT_TRUE(host_.AwaitEnd(1));
}

TEST_F(LocalExecutorTest, AThreadWorksOnAnotherExecutionInPlaceOfWaitingForAUnit) {
  host_.Add(1, {3, 1, &first_, nullptr, /*chained=*/true});
  host_.Add(2, {1, 30, nullptr, nullptr});
  const auto opened = Open(2);
  LocalExecutor& executor = *opened;
  Start(executor, 1);
  ASSERT_TRUE(first_.AwaitEntered(1));
  Start(executor, 2);
  EXPECT_TRUE(host_.AwaitEnd(2));
  EXPECT_EQ(first_.entered(), 1);  // the second preparation comes after the first
  first_.LetGo(1);
  ASSERT_TRUE(first_.AwaitEntered(2));
  EXPECT_EQ(first_.entered(), 2);
  first_.Open();
  EXPECT_TRUE(host_.AwaitEnd(1));
  EXPECT_EQ(host_.tiles(1), 1);
}

TEST_F(LocalExecutorTest, ShortUnitsOfOneGoBeforeLongUnitsOfAnother) {
  // One thread, units of the big one of 100 s, of the small one of 1 s: the small one
  // is served until it has had as much time.
  double now = 0;
  Mutex mutex;
  const auto clock = [&] {
    MutexLock lock(mutex);
    return now;
  };
  const auto pass = [&](double seconds) {
    MutexLock lock(mutex);
    now += seconds;
  };
  host_.Add(1, {1, 20, nullptr, &first_});
  host_.Add(2, {1, 20, nullptr, &second_});
  const auto opened = Open(1, clock);
  LocalExecutor& executor = *opened;
  Start(executor, 1);
  ASSERT_TRUE(first_.AwaitEntered(1));
  Start(executor, 2);
  ASSERT_TRUE(second_.AwaitEntered(1));  // by the spare thread
  pass(100);
  first_.LetGo(1);
  ASSERT_TRUE(first_.AwaitEntered(2));  // both have had 100 s; it was there first
  for (int unit = 1; unit <= 20; ++unit) {
    ASSERT_TRUE(second_.AwaitEntered(unit));
    pass(1);
    second_.LetGo(1);
  }
  EXPECT_TRUE(host_.AwaitEnd(2));
  EXPECT_LE(host_.tiles(1), 2);
  first_.Open();
  EXPECT_TRUE(host_.AwaitEnd(1));
}

TEST_F(LocalExecutorTest, OthersGoOnBesideUnitsThatDoNotHearACancel) {
  host_.Add(1, {2, 1, &first_, nullptr});
  host_.Add(2, {1, 5, nullptr, nullptr});
  const auto opened = Open(2);
  LocalExecutor& executor = *opened;
  Start(executor, 1);
  ASSERT_TRUE(first_.AwaitEntered(2));
  executor.Cancel(1);
  Start(executor, 2);
  EXPECT_TRUE(host_.AwaitEnd(2));
  // Its memory is held as long as a unit of it runs.
  EXPECT_FALSE(host_.HasEnded(1));
  first_.Open();
  EXPECT_TRUE(host_.AwaitEnd(1));
}

TEST_F(LocalExecutorTest, TellsSharesAndSecondsByWork) {
  double now = 0;
  Mutex mutex;
  const auto clock = [&] {
    MutexLock lock(mutex);
    return now;
  };
  host_.Add(1, {1, 10, &first_, &second_});
  const auto opened = Open(1, clock);
  LocalExecutor& executor = *opened;
  Start(executor, 1);
  ASSERT_TRUE(first_.AwaitEntered(1));
  EXPECT_DOUBLE_EQ(executor.Progress(1).share, 0);
  EXPECT_DOUBLE_EQ(executor.Progress(1).remaining_seconds, 200);
  {
    MutexLock lock(mutex);
    now = 50;
  }
  EXPECT_DOUBLE_EQ(executor.Progress(1).share, 0.25);
  EXPECT_DOUBLE_EQ(executor.Progress(1).remaining_seconds, 150);
  AlignmentPlan next;
  next.tiles = {Work{.single_operations = 10}};
  EXPECT_DOUBLE_EQ(executor.EstimateSeconds(next), 10);
  {
    MutexLock lock(mutex);
    now = 1500;  // fifteen times as long as expected, and it still runs
  }
  EXPECT_GT(executor.Progress(1).remaining_seconds, 1000);
  EXPECT_LT(executor.Progress(1).share, 0.5);
  EXPECT_GT(executor.EstimateSeconds(next), 100);
  first_.Open();
  ASSERT_TRUE(second_.AwaitEntered(1));
  second_.Open();
  EXPECT_TRUE(host_.AwaitEnd(1));
}

TEST_F(LocalExecutorTest, APoolThatCannotStartAllItsThreadsStartsNone) {
  const RefusedThreads refused(2);
  LocalExecutor executor({.threads = 4}, host_.Opener(), Plain(), SteadySeconds());
  const absl::Status attached = executor.Attach(&host_, &schedule_);
  EXPECT_EQ(attached.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_NE(attached.message().find("--threads 4"), absl::string_view::npos);
  EXPECT_EQ(RefusedThreads::refused(), 1);
}

}  // namespace
}  // namespace brainalign
