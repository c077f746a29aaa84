#ifndef BRAINALIGN_SERVER_OBSERVE_CALL_RECORDS_H_
#define BRAINALIGN_SERVER_OBSERVE_CALL_RECORDS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "server/access/permissions.h"

namespace prometheus {
class Registry;
}

namespace brainalign {

// A finished call, for the log and the metrics.
struct EndedCall {
  Method method = Method::kGetServerInfo;
  absl::Status status;
  double seconds = 0;
  std::string request_id;
  Caller caller;  // if known
  std::string peer;
};

// Reports calls: a line in the log for each, and the metrics. Thread-safe.
class CallRecords {
 public:
  // Null: only the log.
  explicit CallRecords(std::shared_ptr<prometheus::Registry> registry);
  ~CallRecords();

  void Began(Method method);
  void Ended(const EndedCall& call);

 private:
  struct Counts;
  const std::unique_ptr<Counts> counts_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_OBSERVE_CALL_RECORDS_H_
