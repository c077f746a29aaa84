#include "server/observe/server_metrics.h"

#include <openssl/asn1.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <cstdio>
#include <ctime>
#include <optional>
#include <utility>

#include "core/version.h"
#include "server/observe/metric_list.h"
#include "server/observe/process_metrics.h"

namespace brainalign {
namespace {

double Count(std::int64_t count) { return static_cast<double>(count); }

void AddJobs(const JobBook& book, MetricList& list) {
  const JobBook::Counts counts = book.CountJobs();
  list.Gauges("brainalign_jobs", "Jobs that have not ended", "state",
              {{"queued", Count(counts.queued)}, {"running", Count(counts.running)}});
  const JobTotals totals = book.CountTotals();
  list.Counters("brainalign_jobs_ended_total", "Jobs that have ended", "state",
                {{"succeeded", Count(totals.succeeded)},
                 {"failed", Count(totals.failed)},
                 {"cancelled", Count(totals.cancelled)}});
  list.Counter("brainalign_result_cache_hits_total", "Jobs that were answered from a stored result",
               Count(totals.cached));
  list.Counter("brainalign_result_cache_joins_total", "Jobs that joined a running computation",
               Count(totals.joined));
  list.Counter("brainalign_result_cache_misses_total", "Jobs that had to be computed",
               Count(totals.computed));
}

void AddEngine(const JobBook& book, const MetricsSources& sources, MetricList& list) {
  const QueueLoad load = book.MeasureLoad();
  list.Gauge("brainalign_queue_oldest_wait_seconds",
             "Waiting time of the oldest job that has not started; 0 if none waits",
             load.oldest_wait_seconds);
  list.Gauge("brainalign_engine_executions", "Executions that have reserved memory",
             Count(load.running));
  list.Gauge("brainalign_engine_memory_reserved_bytes", "Memory that running jobs have reserved",
             Count(load.reserved_bytes));
  list.Gauge("brainalign_engine_memory_budget_bytes",
             "Memory that running jobs can reserve together", Count(sources.memory_budget_bytes));
  list.Gauge("brainalign_engine_threads", "Threads that compute", sources.threads);
  MetricList::Labelled units;
  MetricList::Labelled seconds;
  for (const PhaseTotals& phase : book.CountWork()) {
    units.emplace_back(phase.phase, Count(phase.units));
    seconds.emplace_back(phase.phase, phase.seconds);
  }
  list.Counters("brainalign_engine_units_total", "Finished units of work", "phase", units);
  list.Counters("brainalign_engine_unit_seconds_total", "Thread time of the finished units of work",
                "phase", seconds);
  if (const BrainCache* cache = book.brain_cache()) {
    const BrainCache::Counts kept = cache->counts();
    list.Counter("brainalign_brain_cache_hits_total",
                 "Time samples whose work on the recording was found in the cache",
                 Count(kept.found));
    list.Counter("brainalign_brain_cache_misses_total",
                 "Time samples whose work on the recording had to be done", Count(kept.missed));
    list.Gauge("brainalign_brain_cache_bytes", "Size of the content of the cache of recordings",
               Count(kept.held_bytes));
    list.Gauge("brainalign_brain_cache_limit_bytes", "Largest size of the cache of recordings",
               Count(cache->limit_bytes()));
  }
}

void AddUploads(const Uploads& uploads, MetricList& list) {
  const Uploads::Totals totals = uploads.CountTotals();
  list.Gauge("brainalign_uploads_open", "Open uploads", Count(totals.open));
  list.Counter("brainalign_uploads_started_total", "Started uploads", Count(totals.started));
  list.Counter("brainalign_uploads_resumed_total",
               "Number of times that an upload continued after an interruption",
               Count(totals.resumed));
  list.Counter("brainalign_uploads_completed_total", "Completed uploads", Count(totals.completed));
  list.Counter("brainalign_upload_received_bytes_total", "Received bytes of uploads",
               Count(totals.received_bytes));
}

void AddDisk(const MetricsSources& sources, MetricList& list) {
  if (const auto free_bytes = sources.blobs->FreeBytes(); free_bytes.ok()) {
    list.Gauge("brainalign_disk_free_bytes", "Free space on the disk of the data folder",
               Count(*free_bytes));
  }
  list.Gauge("brainalign_disk_soft_mark_bytes", "Free space below which no upload begins",
             Count(sources.blobs->marks().soft_bytes));
  list.Gauge("brainalign_disk_hard_mark_bytes", "Free space below which no job is accepted",
             Count(sources.blobs->marks().hard_bytes));
  list.Gauge("brainalign_disk_read_only", "1 while the disk accepts no writes, else 0",
             sources.store->Health().ok() ? 0 : 1);
  list.Counter("brainalign_storage_damaged_total",
               "Tensors, tiles and results that were ever found damaged",
               Count(sources.scrubber->state().damaged));
}

// Unix time from which on the first certificate in the PEM file `path` is not valid.
std::optional<double> CertificateEnd(const std::string& path) {
  FILE* const file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return std::nullopt;
  X509* const certificate = PEM_read_X509(file, nullptr, nullptr, nullptr);
  std::fclose(file);
  if (certificate == nullptr) return std::nullopt;
  std::tm end{};
  const bool known = ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1;
  X509_free(certificate);
  if (!known) return std::nullopt;
  return static_cast<double>(::timegm(&end));
}

}  // namespace

ServerMetrics::ServerMetrics(MetricsSources sources) : sources_(std::move(sources)) {}

std::vector<prometheus::MetricFamily> ServerMetrics::Collect() const {
  MetricList list;
  list.Gauges("brainalign_build_info", "Always 1; the label is the version of the program",
              "version", {{Version(), 1}});
  list.Gauge("brainalign_draining", "1 while the server is draining, else 0",
             sources_.is_draining() ? 1 : 0);
  AddJobs(*sources_.book, list);
  AddEngine(*sources_.book, sources_, list);
  AddUploads(*sources_.uploads, list);
  AddDisk(sources_, list);
  if (const auto end = CertificateEnd(sources_.tls_certificate)) {
    list.Gauge("brainalign_tls_certificate_not_after_timestamp_seconds",
               "Unix time at which the server's certificate ends", *end);
  }
  AddProcessMetrics(sources_.start_time, list);
  return list.Take();
}

}  // namespace brainalign
