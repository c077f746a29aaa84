// Lists of jobs: their order and pages; by states they hold what a look at every job finds.
#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "tests/server/server_test.h"

namespace brainalign {
namespace {

class ListTest : public ServerTest {
 protected:
  void SetUp() override { Start(); }

  grpc::Status TryList(const v1::ListJobsRequest& request, v1::ListJobsResponse* page) {
    Context context;
    page->Clear();
    return jobs_->ListJobs(&context, request, page);
  }

  // All pages.
  std::vector<v1::Job> List(const std::vector<v1::JobState>& states, int page_size) {
    std::vector<v1::Job> jobs;
    v1::ListJobsRequest request;
    request.set_page_size(page_size);
    for (const v1::JobState state : states) request.add_states(state);
    do {
      v1::ListJobsResponse page;
      const grpc::Status status = TryList(request, &page);
      EXPECT_TRUE(status.ok()) << status.error_message();
      EXPECT_LE(page.jobs_size(), page_size);
      jobs.insert(jobs.end(), page.jobs().begin(), page.jobs().end());
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return jobs;
  }

  static std::vector<std::string> IdsOf(const std::vector<v1::Job>& jobs) {
    std::vector<std::string> ids;
    for (const v1::Job& job : jobs) ids.push_back(job.job_id());
    return ids;
  }

  // Every choice of states, in pages of several sizes.
  void CheckLists() {
    const std::vector<v1::Job> all = List({}, 100);
    for (unsigned chosen = 1; chosen < 32; ++chosen) {
      std::vector<v1::JobState> states;
      for (int state = 1; state <= 5; ++state) {
        if ((chosen >> (state - 1) & 1) != 0) states.push_back(static_cast<v1::JobState>(state));
      }
      std::vector<v1::Job> expected;
      std::copy_if(all.begin(), all.end(), std::back_inserter(expected), [&](const v1::Job& job) {
        return std::find(states.begin(), states.end(), job.state()) != states.end();
      });
      for (const int page_size : {1, 2, 100}) {
        EXPECT_EQ(IdsOf(List(states, page_size)), IdsOf(expected)) << chosen << " " << page_size;
      }
    }
  }
};

TEST_F(ListTest, ListsNewestFirstInPages) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    const v1::Job job = Create(MakeRequest(1, 20 + i));
    Watch(job.job_id());
    ids.insert(ids.begin(), job.job_id());
  }
  workshop_.Hold();
  const v1::Job running = Create(MakeRequest(1, 40));

  v1::ListJobsRequest request;
  v1::ListJobsResponse page;
  std::vector<std::string> seen;
  request.set_page_size(2);
  request.add_states(v1::JOB_STATE_SUCCEEDED);
  do {
    ASSERT_TRUE(TryList(request, &page).ok());
    EXPECT_LE(page.jobs_size(), 2);
    for (const v1::Job& job : page.jobs()) seen.push_back(job.job_id());
    request.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  EXPECT_EQ(seen, ids);

  request.clear_page_token();
  request.clear_states();
  ASSERT_TRUE(TryList(request, &page).ok());
  EXPECT_EQ(page.jobs(0).job_id(), running.job_id());
  // A token serves its own query only.
  request.set_page_token(page.next_page_token());
  request.add_states(v1::JOB_STATE_FAILED);
  EXPECT_EQ(TryList(request, &page).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.clear_states();
  for (const char* token : {"x", "00000000000000000000000000000000", "\xF0\x9F\x98\x80"}) {
    request.set_page_token(token);
    EXPECT_EQ(TryList(request, &page).error_code(), grpc::StatusCode::INVALID_ARGUMENT) << token;
  }
  request.clear_page_token();
  request.set_page_size(-1);
  EXPECT_EQ(TryList(request, &page).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  request.set_page_size(0);
  request.add_states(static_cast<v1::JobState>(9));
  EXPECT_EQ(TryList(request, &page).error_code(), grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(ListTest, PageOfLongJobsEndsEarly) {
  constexpr int kJobs = 70;  // of 20 KB each: more than a page may have
  constexpr std::size_t kMostPageBytes = std::size_t{3} << 19;
  v1::CreateJobRequest request = MakeLongRequest(1, 4);
  request.mutable_preparation()->set_original_sfreq_hz(1000);
  for (int i = 0; i < 20; ++i) request.mutable_preparation()->add_notes(std::string(1000, 'n'));
  Watch(Create(request).job_id());
  for (int i = 1; i < kJobs; ++i) {  // served from the cache
    request.set_request_id(absl::StrCat("long ", i));
    Create(request);
  }
  v1::ListJobsRequest list;
  list.set_page_size(1000);
  v1::ListJobsResponse page;
  int listed = 0;
  int pages = 0;
  do {
    ASSERT_TRUE(TryList(list, &page).ok());
    EXPECT_LT(page.ByteSizeLong(), kMostPageBytes);
    listed += page.jobs_size();
    ++pages;
    list.set_page_token(page.next_page_token());
  } while (!page.next_page_token().empty());
  EXPECT_EQ(listed, kJobs);
  EXPECT_EQ(pages, 2);
}

TEST_F(ListTest, EveryChoiceOfStates) {
  v1::CreateJobRequest request = MakeRequest(1);
  const v1::Job succeeded = Create(request);
  Watch(succeeded.job_id());
  request.set_request_id("from the cache");
  EXPECT_EQ(Create(request).state(), v1::JOB_STATE_SUCCEEDED);
  workshop_.SetTileError(absl::InternalError("it fails"));
  EXPECT_EQ(Watch(Create(MakeRequest(1, 30)).job_id()).back().job().state(), v1::JOB_STATE_FAILED);
  workshop_.SetTileError(absl::OkStatus());
  workshop_.SetPlan({900'000, 100, 100});
  workshop_.Hold();
  const v1::Job running = Create(MakeRequest(1, 40));
  const v1::Job cancelled = Create(MakeRequest(1, 50));
  Cancel(cancelled.job_id());
  const v1::Job queued = Create(MakeRequest(1, 60));
  request = MakeRequest(1, 40);
  request.set_request_id("joins");
  EXPECT_EQ(Create(request).reason(), v1::JOB_REASON_JOINED);
  Await(running.job_id(), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(List({}, 100).size(), 7U);
  CheckLists();

  ASSERT_TRUE(TryDelete(succeeded.job_id()).ok());
  EXPECT_EQ(List({}, 100).size(), 6U);
  CheckLists();

  CrashAndRestart();
  workshop_.LetAllGo();
  Watch(running.job_id());
  Watch(queued.job_id());
  CheckLists();
  EXPECT_EQ(List({v1::JOB_STATE_RUNNING, v1::JOB_STATE_QUEUED}, 100).size(), 0U);
  EXPECT_EQ(List({v1::JOB_STATE_SUCCEEDED}, 100).size(), 4U);
}

}  // namespace
}  // namespace brainalign
