#include "server/observe/store_metrics.h"

#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <utility>

namespace brainalign {

Store::CommitObserver CountCommits(std::shared_ptr<prometheus::Registry> registry) {
  // From a disk that keeps a promise quickly to one that hangs.
  const prometheus::Histogram::BucketBoundaries buckets = {
      0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5};
  prometheus::Histogram& times = prometheus::BuildHistogram()
                                     .Name("brainalign_store_commit_duration_seconds")
                                     .Help("Time until a change of the database was on the disk")
                                     .Register(*registry)
                                     .Add({}, buckets);
  return [registry = std::move(registry), &times](double seconds) { times.Observe(seconds); };
}

}  // namespace brainalign
