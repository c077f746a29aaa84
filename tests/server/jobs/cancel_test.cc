// What a cancel waits for: nothing.
#include <chrono>
#include <cstdio>
#include <memory>
#include <utility>

#include "tests/server/server_test.h"

namespace brainalign {
namespace {

// Alignments whose preparations are deaf to the flag of a cancel until the test lets
// them go, as a long call of the linear algebra library is.
class DeafWorkshop {
 public:
  AlignmentFactory Factory(AlignmentFactory inner) {
    return [this, inner](
               AlignmentInputs inputs, const AlignmentOptions& options,
               std::vector<FieldProblem>* problems, const AlignmentResources& resources,
               const CancelCheck& is_cancelled) -> absl::StatusOr<std::unique_ptr<Alignment>> {
      const bool is_deaf = inputs.layers.front().name == "deaf";
      auto made = inner(std::move(inputs), options, problems, resources, is_cancelled);
      if (!made.ok() || !is_deaf) return made;
      return std::unique_ptr<Alignment>(std::make_unique<Deaf>(this, *std::move(made)));
    };
  }
  bool AwaitEntered(int units) {
    MutexLock lock(mutex_);
    return changed_.wait_for(mutex_, std::chrono::seconds(20),
                             [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return entered_ >= units; });
  }
  void LetGo() {
    MutexLock lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }

 private:
  class Deaf : public Alignment {
   public:
    Deaf(DeafWorkshop* workshop, std::unique_ptr<Alignment> inner)
        : workshop_(workshop), inner_(std::move(inner)) {}
    const AlignmentSpec& spec() const override { return inner_->spec(); }
    const InputReport& input_report() const override { return inner_->input_report(); }
    const Plan& plan() const override { return inner_->plan(); }
    int layer_count() const override { return inner_->layer_count(); }
    int time_count() const override { return inner_->time_count(); }
    const std::vector<Unit>& units() const override { return inner_->units(); }
    absl::Status Prepare(int /*index*/, const CancelFlag& /*cancel*/) override {
      workshop_->Pass();
      return absl::OkStatus();
    }
    const std::vector<Tile>& tiles() const override { return inner_->tiles(); }
    absl::StatusOr<TileScores> Compute(int index, const CancelFlag& cancel) const override {
      return inner_->Compute(index, cancel);
    }
    absl::StatusOr<std::unique_ptr<Alignment>> InDouble(const std::string& why) override {
      return inner_->InDouble(why);
    }
    absl::StatusOr<SelfCheck> Check(int index, const std::vector<TileScores>& tiles,
                                    const CancelFlag& cancel) const override {
      return inner_->Check(index, tiles, cancel);
    }
    AlignmentResult Assemble(const std::vector<TileScores>& tiles,
                             const std::vector<SelfCheck>& checks) const override {
      return inner_->Assemble(tiles, checks);
    }

   private:
    DeafWorkshop* const workshop_;
    const std::unique_ptr<Alignment> inner_;
  };

  void Pass() {
    MutexLock lock(mutex_);
    ++entered_;
    changed_.notify_all();
    changed_.wait(mutex_, [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return open_; });
  }

  Mutex mutex_;
  Condition changed_;
  int entered_ ABSL_GUARDED_BY(mutex_) = 0;
  bool open_ ABSL_GUARDED_BY(mutex_) = false;
};

class CancelTest : public ServerTest {
 protected:
  ~CancelTest() override {
    deaf_.LetGo();
    Stop();
  }
  DeafWorkshop deaf_;
};

TEST_F(CancelTest, TakesEffectWithinASecondWhateverRuns) {
  options_.threads = 1;
  StartWith(deaf_.Factory(workshop_.Factory()));
  workshop_.SetPlan({700'000, 100, 100});
  v1::CreateJobRequest request = MakeRequest(2);
  request.mutable_spec()->mutable_layers(0)->set_name("deaf");
  const v1::Job job = Create(request);
  ASSERT_TRUE(deaf_.AwaitEntered(1));

  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Cancel(job.job_id()).state(), v1::JOB_STATE_CANCELLED);
  const auto events = Watch(job.job_id());  // ends with the terminal state
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(events.back().job().state(), v1::JOB_STATE_CANCELLED);
  std::printf("cancelled, and its watch ended, in %.1f ms\n", 1e3 * taken.count());
  EXPECT_LT(taken.count(), 1);

  // Others go on meanwhile, in the memory that is left.
  workshop_.SetPlan({1000, 100, 100});
  const v1::Job small = Create(MakeRequest(3, 30));
  EXPECT_EQ(Watch(small.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
  workshop_.SetPlan({700'000, 100, 100});
  const v1::Job big = Create(MakeRequest(2, 40));
  EXPECT_EQ(big.reason(), v1::JOB_REASON_WAITING_FOR_MEMORY);
  deaf_.LetGo();
  EXPECT_EQ(Watch(big.job_id()).back().job().state(), v1::JOB_STATE_SUCCEEDED);
}

TEST_F(CancelTest, IsDurableWhileAUnitStillRuns) {
  StartWith(deaf_.Factory(workshop_.Factory()));
  v1::CreateJobRequest request = MakeRequest(2);
  request.mutable_spec()->mutable_layers(0)->set_name("deaf");
  const v1::Job job = Create(request);
  ASSERT_TRUE(deaf_.AwaitEntered(1));
  Cancel(job.job_id());
  deaf_.LetGo();
  CrashAndRestart();
  EXPECT_EQ(Get(job.job_id()).state(), v1::JOB_STATE_CANCELLED);
}

}  // namespace
}  // namespace brainalign
