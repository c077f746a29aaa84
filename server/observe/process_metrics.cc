#include "server/observe/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace brainalign {

void AddProcessMetrics(absl::Time start_time, MetricList& list) {
  list.Gauge("process_start_time_seconds", "Unix time at which the server started",
             absl::ToDoubleSeconds(start_time - absl::UnixEpoch()));

  std::ifstream statm("/proc/self/statm");  // in pages: all, then what is in memory
  double all_pages = 0;
  double resident_pages = 0;
  if (statm >> all_pages >> resident_pages) {
    const auto page_bytes = static_cast<double>(::sysconf(_SC_PAGESIZE));
    list.Gauge("process_virtual_memory_bytes", "Memory that the process has mapped",
               all_pages * page_bytes);
    list.Gauge("process_resident_memory_bytes", "Resident memory of the process",
               resident_pages * page_bytes);
  }

  struct rusage usage {};
  if (::getrusage(RUSAGE_SELF, &usage) == 0) {
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    list.Counter("process_cpu_seconds_total", "Processor time of the process",
                 seconds(usage.ru_utime) + seconds(usage.ru_stime));
  }

  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (!error) {
    // One of them is of this look itself.
    list.Gauge("process_open_fds", "Files and sockets that the process has open",
               static_cast<double>(std::distance(begin(files), end(files)) - 1));
  }
  struct rlimit limit {};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    list.Gauge("process_max_fds",
               "Largest number of files and sockets that the process can have open",
               static_cast<double>(limit.rlim_cur));
  }
}

}  // namespace brainalign
