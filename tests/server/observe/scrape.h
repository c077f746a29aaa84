#ifndef BRAINALIGN_TESTS_SERVER_OBSERVE_SCRAPE_H_
#define BRAINALIGN_TESTS_SERVER_OBSERVE_SCRAPE_H_

#include <map>
#include <string>

namespace brainalign {

// Asks a server on loopback for its metrics: values by name and labels as they are written,
// such as brainalign_jobs{state="queued"}. A test failure if it does not answer as Prometheus
// wants it.
std::map<std::string, double> Scrape(int port);

// The status with which an HTTP server on loopback answers GET `path`; 0 if it does not.
int HttpStatus(int port, const std::string& path);

// What it says: its body, or a test failure.
std::string HttpGet(int port, const std::string& path);

}  // namespace brainalign

#endif  // BRAINALIGN_TESTS_SERVER_OBSERVE_SCRAPE_H_
