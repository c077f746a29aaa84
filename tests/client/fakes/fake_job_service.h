#ifndef BRAINALIGN_TESTS_CLIENT_FAKES_FAKE_JOB_SERVICE_H_
#define BRAINALIGN_TESTS_CLIENT_FAKES_FAKE_JOB_SERVICE_H_

#include <grpcpp/grpcpp.h>

#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "brainalign/v1/job.grpc.pb.h"

namespace brainalign {

// One job whose events are written down beforehand, and whose streams break as
// they are told to.
class FakeJobService : public v1::JobService::Service {
 public:
  // Answers to come, first come first; without one a call succeeds.
  void RefuseCreate(const grpc::Status& status) { create_refusals_.push_back(status); }

  // The next stream ends with `code` after so many events.
  void BreakWatch(int event_count, grpc::StatusCode code) {
    breaks_.push_back({event_count, code});
  }

  // The next read of an array ends with `code` after so many chunks; if `damaged`, with a chunk
  // that does not match its checksum.
  void BreakRead(int chunk_count, grpc::StatusCode code, bool damaged = false) {
    read_breaks_.push_back({chunk_count, code, damaged});
  }

  // The next stream first sends the last event that the watcher has seen again.
  void RepeatLastEvent() { repeat_ = true; }

  // The next stream leaves out its first event.
  void SkipFirstEvent() { skip_ = true; }

  std::vector<v1::WatchJobResponse> events;  // sequences 1, 2, ...
  v1::AlignmentResult result;
  std::string large_array;
  std::size_t chunk_bytes = 8;
  std::vector<v1::Job> jobs;                 // for ListJobs, which filters by person
  std::vector<std::string> unknown_options;  // fields of AlignmentOptions

  std::vector<std::string> request_ids();
  std::vector<v1::JobPriority> priorities();
  std::vector<std::int64_t> after_sequences();
  std::vector<std::string> deleted();
  std::vector<std::string> cancelled();
  std::vector<std::int64_t> read_offsets();

  grpc::Status CreateJob(grpc::ServerContext*, const v1::CreateJobRequest*,
                         v1::CreateJobResponse*) override;
  // What the last CreateJob asked for, without `unknown_options`.
  grpc::Status GetJobSpecification(grpc::ServerContext*, const v1::GetJobSpecificationRequest*,
                                   v1::GetJobSpecificationResponse*) override;
  grpc::Status CancelJob(grpc::ServerContext*, const v1::CancelJobRequest*,
                         v1::CancelJobResponse*) override;
  grpc::Status GetJob(grpc::ServerContext*, const v1::GetJobRequest*, v1::GetJobResponse*) override;
  // FAILED_PRECONDITION unless the last event says that the job has ended.
  grpc::Status DeleteJob(grpc::ServerContext*, const v1::DeleteJobRequest*,
                         v1::DeleteJobResponse*) override;
  grpc::Status ListJobs(grpc::ServerContext*, const v1::ListJobsRequest*,
                        v1::ListJobsResponse*) override;
  grpc::Status WatchJob(grpc::ServerContext*, const v1::WatchJobRequest*,
                        grpc::ServerWriter<v1::WatchJobResponse>*) override;
  grpc::Status GetJobResult(grpc::ServerContext*, const v1::GetJobResultRequest*,
                            v1::GetJobResultResponse*) override;
  // Sends `large_array` in chunks of `chunk_bytes`, whatever it is called.
  grpc::Status ReadResultArray(grpc::ServerContext*, const v1::ReadResultArrayRequest*,
                               grpc::ServerWriter<v1::ReadResultArrayResponse>*) override;

 private:
  struct Break {
    int events;
    grpc::StatusCode code;
    bool damaged = false;
  };

  std::mutex mutex_;
  std::deque<grpc::Status> create_refusals_;
  std::deque<Break> breaks_;
  std::deque<Break> read_breaks_;
  std::vector<std::int64_t> read_offsets_;
  bool repeat_ = false;
  bool skip_ = false;
  std::vector<std::string> request_ids_;
  std::vector<v1::JobPriority> priorities_;
  std::vector<std::int64_t> after_sequences_;
  std::vector<std::string> deleted_;
  std::vector<std::string> cancelled_;
  v1::AlignmentSpec asked_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_CLIENT_FAKES_FAKE_JOB_SERVICE_H_
