#include "server/jobs/admission.h"

#include "gmock/gmock.h"

namespace brainalign {
namespace {

using testing::HasSubstr;

class AdmissionTest : public testing::Test {
 protected:
  AdmissionTest() {
    settings_.limits.max_jobs_of_project = 100;
    settings_.limits.max_queued_executions = 5;
    settings_.limits_of = [](const std::string& project) {
      ProjectLimits limits;
      if (project == "lab") limits.queued_jobs = 2;
      if (project == "lab") limits.cpu_hours = 1;
      return limits;
    };
  }
  JobSettings settings_;
};

TEST_F(AdmissionTest, JobsUnderWayAreCountedOfEachProject) {
  Admission admission(settings_, 2, SystemClock());
  admission.CountUnfinished("lab", 1);
  EXPECT_TRUE(admission.CheckQuota("lab", 0).ok());
  admission.CountUnfinished("lab", 1);
  const absl::Status full = admission.CheckQuota("lab", 0);
  EXPECT_TRUE(absl::IsResourceExhausted(full));
  EXPECT_THAT(std::string(full.message()), HasSubstr("has 2 jobs waiting or running"));
  EXPECT_TRUE(admission.CheckQuota("other", 0).ok());
  admission.CountUnfinished("lab", -1);
  EXPECT_TRUE(admission.CheckQuota("lab", 0).ok());
}

TEST_F(AdmissionTest, CpuTimeIsSetAsideOnAllThreadsAndChargedAsItWas) {
  Admission admission(settings_, 2, [] { return absl::FromUnixSeconds(1'700'000'000); });
  Execution execution;
  execution.execution_id = 1;
  execution.project = "lab";
  execution.estimated_seconds = 1500;
  EXPECT_DOUBLE_EQ(admission.CpuSeconds(execution), 3000);
  admission.Reserve(execution);
  EXPECT_TRUE(admission.CheckQuota("lab", 600).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(admission.CheckQuota("lab", 601)));
  admission.Release(execution);
  EXPECT_TRUE(admission.CheckQuota("lab", 3600).ok());
  admission.AddCharge({"lab", absl::FromUnixSeconds(1'700'000'000), 3500});
  EXPECT_TRUE(admission.CheckQuota("lab", 100).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(admission.CheckQuota("lab", 101)));
}

TEST_F(AdmissionTest, StoreHasATenthMoreThanIsKept) {
  Admission admission(settings_, 2, SystemClock());
  admission.CountStored("lab", 109);
  EXPECT_TRUE(admission.CheckRecords("lab").ok());
  admission.CountStored("lab", 1);
  EXPECT_TRUE(absl::IsResourceExhausted(admission.CheckRecords("lab")));
  EXPECT_TRUE(admission.CheckRecords("other").ok());
}

TEST_F(AdmissionTest, QueueHasAnEnd) {
  const Admission admission(settings_, 2, SystemClock());
  EXPECT_TRUE(admission.CheckQueue(4).ok());
  const absl::Status full = admission.CheckQueue(5);
  EXPECT_TRUE(absl::IsResourceExhausted(full));
  EXPECT_THAT(std::string(full.message()), HasSubstr("the queue is full with 5 jobs"));
}

}  // namespace
}  // namespace brainalign
