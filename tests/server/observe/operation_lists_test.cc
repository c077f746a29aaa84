// Lists for who looks after a server: their entries, pages and filters.
#include <chrono>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "server/logs/error_log.h"
#include "spdlog/spdlog.h"
#include "tests/server/observe/operation_test.h"

namespace brainalign {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(OperationTest, QueueTellsWhatRunsAndWhatWaits) {
  workshop_.Hold();
  workshop_.SetPlan({600'000, 100, 100});
  StartAndConnect();
  EXPECT_THAT(Queue().entries(), IsEmpty());
  const v1::Job first = Create(MakeRequest(1));
  ASSERT_TRUE(workshop_.AwaitBegun(1));
  v1::CreateJobRequest request = MakeRequest(2);
  request.set_display_name("the second");
  const v1::Job second = Create(request);
  request.set_request_id("the same again");
  const v1::Job joined = Create(request);
  Await(second.job_id(), v1::JOB_STATE_QUEUED, v1::JOB_REASON_WAITING_FOR_MEMORY);

  const v1::ListQueueResponse queue = Queue();
  ASSERT_TRUE(status_.ok()) << status_.error_message();
  ASSERT_THAT(queue.entries(), SizeIs(2));
  EXPECT_EQ(queue.entries(0).state(), v1::JOB_STATE_RUNNING);
  EXPECT_THAT(queue.entries(0).job_ids(), ElementsAre(first.job_id()));
  EXPECT_EQ(queue.entries(0).tiles_total(), 1);
  EXPECT_EQ(queue.entries(0).attempt(), 1);
  EXPECT_EQ(queue.entries(0).start_time().seconds(), now_seconds_);
  EXPECT_EQ(queue.entries(1).state(), v1::JOB_STATE_QUEUED);
  EXPECT_EQ(queue.entries(1).reason(), v1::JOB_REASON_WAITING_FOR_MEMORY);
  EXPECT_THAT(queue.entries(1).job_ids(), ElementsAre(second.job_id(), joined.job_id()));
  EXPECT_EQ(queue.entries(1).display_name(), "the second");
  EXPECT_EQ(queue.entries(1).project(), "default");
  EXPECT_FALSE(queue.entries(1).has_start_time());

  // Looked at every second or so.
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (Queue().entries(1).queue_place() == 0) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
  }
  const v1::QueueEntry waiting = Queue().entries(1);
  EXPECT_EQ(waiting.queue_place(), 1);
  EXPECT_GE(waiting.expected_end_seconds(), waiting.expected_start_seconds());
  EXPECT_EQ(waiting.expected_end_seconds() > 0, Get(second.job_id()).expected_end_seconds() > 0);
  EXPECT_EQ(Queue().entries(0).queue_place(), 0);

  const v1::ListQueueResponse page = Queue(1);
  ASSERT_THAT(page.entries(), SizeIs(1));
  const v1::ListQueueResponse next = Queue(1, page.next_page_token());
  ASSERT_THAT(next.entries(), SizeIs(1));
  EXPECT_EQ(next.entries(0).execution_id(), queue.entries(1).execution_id());
  EXPECT_EQ(next.next_page_token(), "");
}

TEST_F(OperationTest, PagesThatAreNoneAreRefused) {
  StartAndConnect();
  Queue(-1);
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  Queue(0, "no token");
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status_.error_message(), HasSubstr("page_token is not a token"));
  Context uploads;
  v1::ListUploadsRequest uploads_request;
  uploads_request.set_page_token("../x");
  v1::ListUploadsResponse uploads_response;
  EXPECT_EQ(operation_->ListUploads(&uploads, uploads_request, &uploads_response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  Context projects;
  v1::ListProjectsRequest projects_request;
  projects_request.set_page_token("No Project");
  v1::ListProjectsResponse projects_response;
  EXPECT_EQ(operation_->ListProjects(&projects, projects_request, &projects_response).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_F(OperationTest, QueueIsFilteredAndATokenServesItsFiltersAlone) {
  workshop_.Hold();
  workshop_.SetPlan({600'000, 100, 100});
  StartAndConnect();
  const v1::Job running = Create(MakeRequest(1));
  ASSERT_TRUE(workshop_.AwaitBegun(1));
  std::vector<std::string> waiting;
  for (const int tiles : {2, 3}) waiting.push_back(Create(MakeRequest(tiles)).job_id());
  const auto list = [&](const v1::ListQueueRequest& request) {
    Context context;
    v1::ListQueueResponse response;
    status_ = operation_->ListQueue(&context, request, &response);
    std::vector<std::string> ids;
    for (const v1::QueueEntry& entry : response.entries()) ids.push_back(entry.job_ids(0));
    return std::pair(ids, response.next_page_token());
  };

  v1::ListQueueRequest request;
  request.add_states(v1::JOB_STATE_QUEUED);
  EXPECT_EQ(list(request).first, waiting);
  request.set_page_size(1);
  const auto [first, token] = list(request);
  EXPECT_THAT(first, ElementsAre(waiting[0]));
  request.set_page_token(token);
  EXPECT_THAT(list(request).first, ElementsAre(waiting[1]));
  request.set_states(0, v1::JOB_STATE_RUNNING);  // with the token of another filter
  list(request);
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status_.error_message(), HasSubstr("page_token is not a token of this query"));
  request.clear_page_token();
  EXPECT_THAT(list(request).first, ElementsAre(running.job_id()));
  request.set_states(0, v1::JOB_STATE_FAILED);
  list(request);
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status_.error_message(), HasSubstr("states[0] is 4"));

  v1::ListQueueRequest owned;
  owned.set_project("default");
  EXPECT_THAT(list(owned).first, SizeIs(3));
  owned.set_project("another");
  EXPECT_THAT(list(owned).first, IsEmpty());
  v1::ListQueueRequest by_person;
  by_person.set_person("nobody");
  EXPECT_THAT(list(by_person).first, IsEmpty());
  v1::ListQueueRequest on_recording;
  on_recording.set_recording("heard");
  EXPECT_THAT(list(on_recording).first, IsEmpty());
  on_recording.set_recording("No Name");
  list(on_recording);
  EXPECT_THAT(status_.error_message(), HasSubstr("recording is no name"));
}

TEST_F(OperationTest, UploadsAndProjectsTellWhoUsesTheDisk) {
  StartAndConnect();
  StoreBytes({2, 5}, Bytes(40, 'a'));
  const std::string bytes = Bytes(40, 'b');
  UploadPart(bytes);

  Context uploads_context;
  v1::ListUploadsResponse uploads;
  ASSERT_TRUE(operation_->ListUploads(&uploads_context, {}, &uploads).ok());
  ASSERT_THAT(uploads.uploads(), SizeIs(1));
  const v1::UploadEntry& upload = uploads.uploads(0);
  EXPECT_EQ(upload.project(), "default");
  EXPECT_EQ(upload.digest(), RefTo(bytes).digest());
  EXPECT_EQ(upload.size_bytes(), 40);
  EXPECT_EQ(upload.committed_bytes(), 8);
  EXPECT_FALSE(upload.being_written());
  EXPECT_EQ(upload.expire_time().seconds(), now_seconds_ + options_.upload_idle_seconds);
  for (const auto& [project, person, count] :
       {std::tuple("default", "", 1), std::tuple("another", "", 0), std::tuple("", "ada", 0)}) {
    Context context;
    v1::ListUploadsRequest request;
    request.set_project(project);
    request.set_person(person);
    v1::ListUploadsResponse filtered;
    ASSERT_TRUE(operation_->ListUploads(&context, request, &filtered).ok());
    EXPECT_THAT(filtered.uploads(), SizeIs(count)) << project << person;
  }

  Context projects_context;
  v1::ListProjectsResponse projects;
  ASSERT_TRUE(operation_->ListProjects(&projects_context, {}, &projects).ok());
  ASSERT_THAT(projects.projects(), SizeIs(1));
  EXPECT_EQ(projects.projects(0).project(), "default");
  EXPECT_EQ(projects.projects(0).stored_bytes(), 40);
  EXPECT_GT(projects.disk_free_bytes(), 0);
  for (const auto& [prefix, count] :
       {std::pair("def", 1), std::pair("default", 1), std::pair("defaults", 0), std::pair("e", 0),
        std::pair("a", 0)}) {
    Context context;
    v1::ListProjectsRequest request;
    request.set_name_prefix(prefix);
    v1::ListProjectsResponse filtered;
    ASSERT_TRUE(operation_->ListProjects(&context, request, &filtered).ok());
    EXPECT_THAT(filtered.projects(), SizeIs(count)) << prefix;
  }
}

TEST_F(OperationTest, ErrorsAreTheLastOfTheLog) {
  const std::shared_ptr<spdlog::logger> before = spdlog::default_logger();
  errors_ = std::make_shared<ErrorLog>(2);
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", errors_->sink()));
  spdlog::set_level(spdlog::level::info);
  StartAndConnect();
  spdlog::error("first {}", 1);
  spdlog::warn("second");
  spdlog::info("of no account");
  spdlog::error("third");
  Context context;
  v1::ListErrorsResponse errors;
  EXPECT_TRUE(operation_->ListErrors(&context, {}, &errors).ok());
  spdlog::set_default_logger(before);
  spdlog::set_level(spdlog::level::off);
  ASSERT_THAT(errors.errors(), SizeIs(2));
  EXPECT_EQ(errors.errors(0).message(), "second");
  EXPECT_EQ(errors.errors(0).level(), "warning");
  EXPECT_EQ(errors.errors(1).message(), "third");
  EXPECT_EQ(errors.errors(1).level(), "error");
  EXPECT_GT(errors.errors(1).time().seconds(), 1'700'000'000);
}

TEST_F(OperationTest, ErrorsAreListedByThePageAndFiltered) {
  errors_ = std::make_shared<ErrorLog>(5);
  spdlog::logger logger("test", errors_->sink());
  StartAndConnect();
  for (const char* const text : {"gone", "a", "b", "c"}) logger.warn(text);
  logger.error("d");
  logger.critical("e");
  const auto list = [&](const v1::ListErrorsRequest& request) {
    Context context;
    v1::ListErrorsResponse response;
    status_ = operation_->ListErrors(&context, request, &response);
    std::string text;
    for (const v1::LoggedError& error : response.errors()) text += error.message();
    return std::pair(text, response.next_page_token());
  };
  EXPECT_EQ(list({}), std::pair(std::string("abcde"), std::string()));

  v1::ListErrorsRequest paged;
  paged.set_page_size(2);
  auto [text, token] = list(paged);
  EXPECT_EQ(text, "ab");
  logger.error("f");  // "a" leaves
  paged.set_page_token(token);
  std::tie(text, token) = list(paged);
  EXPECT_EQ(text, "cd");
  paged.set_page_token(token);
  EXPECT_EQ(list(paged), std::pair(std::string("ef"), std::string()));
  paged.set_min_level("error");
  list(paged);
  EXPECT_THAT(status_.error_message(), HasSubstr("page_token is not a token of this query"));

  v1::ListErrorsRequest severe;
  severe.set_min_level("error");
  EXPECT_EQ(list(severe).first, "def");
  severe.set_min_level("critical");
  EXPECT_EQ(list(severe).first, "e");
  severe.set_min_level("loud");
  list(severe);
  EXPECT_EQ(status_.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status_.error_message(), HasSubstr("min_level is 'loud'; give warning, error or"));

  v1::ListErrorsRequest late;
  late.mutable_since_time()->set_seconds(absl::ToUnixSeconds(errors_->Read().back().time));
  EXPECT_THAT(list(late).first, HasSubstr("f"));
  late.mutable_since_time()->set_seconds(absl::ToUnixSeconds(absl::Now() + absl::Hours(1)));
  EXPECT_EQ(list(late).first, "");
}

}  // namespace
}  // namespace brainalign
