#ifndef BRAINALIGN_TESTS_DURABILITY_FAULTS_SCRIPTED_LIFE_H_
#define BRAINALIGN_TESTS_DURABILITY_FAULTS_SCRIPTED_LIFE_H_

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "brainalign/v1/job.pb.h"
#include "brainalign/v1/tensor.pb.h"
#include "tests/durability/faults/service_calls.h"

namespace brainalign {

// Tensors that a life uploads, jobs that it asks for, and the right answers.
struct Experiment {
  std::map<std::string, TensorBytes> tensors;        // by what they are for
  std::map<std::string, v1::CreateJobRequest> jobs;  // by request id
  // Scores that the library computes in the test's own process, by request id.
  std::map<std::string, std::vector<double>> scores;
};
Experiment MakeExperiment();

// Everything that the server acknowledged, as a client remembers it.
struct Promises {
  struct JobPromise {
    v1::Job job;                      // as last told
    std::vector<std::string> events;  // told by watches, serialised, in order
    std::string result;               // serialised; empty: not told
  };
  std::map<std::string, TensorBytes> stored;                        // by digest
  std::map<std::string, std::pair<v1::Upload, TensorBytes>> parts;  // by upload id
  std::map<std::string, JobPromise> jobs;                           // by request id
  std::set<std::string> deleted;                                    // job ids
};

// The life of a server as its clients know it: two days with a stop between them.
// Errors are noted, and the life goes on as far as it can.
class ScriptedLife {
 public:
  // `operations` counts what the disk has done so far.
  ScriptedLife(const Experiment& experiment, std::function<std::uint64_t()> operations);

  void FirstDay(const std::string& address);
  void SecondDay(const std::string& address);

  // The promises after each answer, and what the disk had done by then.
  const std::vector<std::pair<std::uint64_t, Promises>>& history() const { return history_; }
  const Promises& promises() const { return promises_; }
  // What was asked and failed, with the answer.
  const std::vector<std::string>& failures() const { return failures_; }
  // Answers that are wrong, or errors that say nothing.
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  // Asks up to three times, as a client would. Whether it was answered in the end.
  bool Ask(const std::string& what, const std::function<grpc::Status()>& call);
  void Remember();
  bool Upload(ServiceCalls& calls, const std::string& tensor, std::size_t first_part_bytes);
  void UploadPart(ServiceCalls& calls, const std::string& tensor, std::size_t bytes);
  bool UploadAll(ServiceCalls& calls);
  bool Submit(ServiceCalls& calls, const std::string& request_id);
  void Watch(ServiceCalls& calls, const std::string& request_id);
  void Fetch(ServiceCalls& calls, const std::string& request_id);
  void Cancel(ServiceCalls& calls, const std::string& request_id);
  void Delete(ServiceCalls& calls, const std::string& request_id);
  void List(ServiceCalls& calls);
  void Learn(const std::string& request_id, const v1::Job& job);

  const Experiment& experiment_;
  const std::function<std::uint64_t()> operations_;
  Promises promises_;
  std::vector<std::pair<std::uint64_t, Promises>> history_;
  std::vector<std::string> failures_;
  std::vector<std::string> complaints_;
};

// Asks a recovered server for everything that was promised, and to end what was
// under way; what is wrong, in sentences.
std::vector<std::string> CheckPromises(const Experiment& experiment, const Promises& promises,
                                       const std::string& address);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_DURABILITY_FAULTS_SCRIPTED_LIFE_H_
