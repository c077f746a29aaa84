#ifndef BRAINALIGN_SERVER_OBSERVE_SERVER_METRICS_H_
#define BRAINALIGN_SERVER_OBSERVE_SERVER_METRICS_H_

#include <prometheus/collectable.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "server/blobs/blob_folder.h"
#include "server/blobs/scrubber.h"
#include "server/blobs/uploads.h"
#include "server/jobs/job_book.h"
#include "server/store/store.h"

namespace brainalign {

// The sources of the numbers. The pointers must outlive the metrics.
struct MetricsSources {
  const JobBook* book = nullptr;
  const Uploads* uploads = nullptr;
  const BlobFolder* blobs = nullptr;
  const Store* store = nullptr;
  const Scrubber* scrubber = nullptr;
  // Whether the server is being emptied before it stops.
  std::function<bool()> is_draining;
  std::int64_t memory_budget_bytes = 0;
  int threads = 0;
  std::string tls_certificate;  // a file; empty: none
  absl::Time start_time;
};

// Metrics of the server's state, computed on request. CallRecords has the counters.
// docs/operations.md lists names and meanings.
class ServerMetrics : public prometheus::Collectable {
 public:
  explicit ServerMetrics(MetricsSources sources);
  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const MetricsSources sources_;
};

}  // namespace brainalign

#endif  // BRAINALIGN_SERVER_OBSERVE_SERVER_METRICS_H_
